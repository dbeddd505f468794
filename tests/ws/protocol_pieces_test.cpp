// Messages that are given in pieces, as they arrive.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "deflate_peer.hpp"

namespace folio::ws {
namespace {

using namespace testing;

const std::string not_utf8 = "text message is not valid UTF-8";

Options in_pieces(Options options = {}) {
  options.delivery = Delivery::Pieces;
  return options;
}

Seen piece(Seen event, bool first, bool final) {
  event.first = first;
  event.final = final;
  return event;
}

// Puts pieces together, and sees to it that they follow each other as they must. What is left open is left out.
std::vector<Seen> joined(const std::vector<Seen>& events) {
  std::vector<Seen> whole;
  Seen message;
  bool open = false;
  for (const Seen& event : events) {
    if (event.kind != Event::Kind::Text && event.kind != Event::Kind::Binary) {
      EXPECT_TRUE(event.first && event.final);
      whole.push_back(event);
      continue;
    }
    EXPECT_EQ(event.first, !open);
    EXPECT_TRUE(event.final || !event.payload.empty());
    if (event.first) {
      message = event;
    } else {
      EXPECT_EQ(event.kind, message.kind);
      message.payload += event.payload;
    }
    open = !event.final;
    message.final = true;
    if (event.final) whole.push_back(message);
  }
  return whole;
}

// As expect(), of the joined pieces.
void expect_joined(Role role, std::string_view input, const std::vector<Seen>& events, const std::vector<Sent>& out,
                   const Options& options) {
  const auto check = [&](const std::vector<std::string_view>& chunks, const std::string& how) {
    const Outcome outcome = run(role, options, chunks);
    EXPECT_EQ(joined(outcome.events), events) << how;
    EXPECT_EQ(outcome.out, out) << how;
  };
  check({input}, "whole");
  std::vector<std::string_view> bytewise;
  for (std::size_t i = 0; i < input.size(); ++i) bytewise.push_back(input.substr(i, 1));
  check(bytewise, "byte by byte");
  for (const std::size_t at : splits(input.size())) {
    check({input.substr(0, at), input.substr(at)}, "split at " + std::to_string(at));
  }
}

class Pieces : public BothRoles {
 protected:
  static std::string packed(Opcode opcode, std::string_view payload, bool final = true) {
    return compressed_frame(peer(), opcode, payload, final);
  }
};
FOLIO_BOTH_ROLES(Pieces);

TEST_P(Pieces, AMessageThatLiesWholeInTheInputIsOne) {
  expect_joined(role(), in(Opcode::Text, "Hello") + in(Opcode::Binary, "") + in(Opcode::Text, ""),
                {text("Hello"), binary(""), text("")}, {}, in_pieces());
  const Outcome outcome = run(role(), in_pieces(), {in(Opcode::Text, "Hello"), in(Opcode::Binary, "")});
  EXPECT_EQ(outcome.events, (std::vector{text("Hello"), binary("")}));
}

TEST_P(Pieces, EachReadGivesOneThatIsAViewOfIt) {
  const std::string payload = payload_of(1000, true);
  std::string input = in(Opcode::Text, payload);
  Protocol protocol(role(), in_pieces());
  base::Buffer out;
  const std::size_t header = input.size() - payload.size();
  std::span<char> rest(input.data(), header + 400);
  const char* const begin = rest.data();
  Event event = protocol.receive(rest, out);
  EXPECT_EQ(event.payload, payload.substr(0, 400));
  EXPECT_EQ(event.payload.data(), begin + header);
  EXPECT_TRUE(event.first && !event.final);
  EXPECT_TRUE(protocol.inside_message());
  EXPECT_EQ(protocol.receive(rest, out).kind, Event::Kind::None);

  rest = std::span<char>(input).subspan(header + 400);
  event = protocol.receive(rest, out);
  EXPECT_EQ(event.payload, payload.substr(400));
  EXPECT_TRUE(!event.first && event.final);
  EXPECT_EQ(protocol.take(event), payload.substr(400));
  EXPECT_FALSE(protocol.inside_message());
  EXPECT_EQ(protocol.receive(rest, out).kind, Event::Kind::None);
}

TEST_P(Pieces, FragmentsAreGivenAsTheyCome) {
  const std::string input = in(Opcode::Text, "", more) + in(Opcode::Continuation, "one ", more) +
                            in(Opcode::Ping, "p") + in(Opcode::Continuation, "", more) +
                            in(Opcode::Continuation, "two", more) + in(Opcode::Continuation, "");
  EXPECT_EQ(run(role(), in_pieces(), {input}).events,
            (std::vector{piece(text("one "), true, false), ping("p"), piece(text("two"), false, false),
                         piece(text(""), false, true)}));
  expect_joined(role(), input, {ping("p"), text("one two")}, {sent(Opcode::Pong, "p")}, in_pieces());
  expect_joined(role(), in(Opcode::Binary, "", more) + in(Opcode::Continuation, ""), {binary("")}, {}, in_pieces());
}

TEST_P(Pieces, MessagesOfEveryLengthClass) {
  std::string input;
  std::vector<Seen> events;
  for (const std::size_t size : {0, 1, 125, 126, 65535, 65536, 100'000}) {
    input += in(Opcode::Binary, payload_of(size, false));
    events.push_back(binary(payload_of(size, false)));
  }
  expect_joined(role(), input, events, {}, in_pieces());
}

TEST_P(Pieces, ATextMayBeCutInsideACodePoint) {
  const std::string words = "日本語 and 😀";
  for (std::size_t at = 0; at <= words.size(); ++at) {
    const std::string input = in(Opcode::Text, words.substr(0, at), more) + in(Opcode::Continuation, words.substr(at));
    expect_joined(role(), input, {text(words)}, {}, in_pieces());
  }
}

TEST_P(Pieces, ATextFailsWithTheByteThatIsWrong) {
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1007, not_utf8))};
  const std::string input = in(Opcode::Text, "fine \xE2\x82\x41 and more");
  const std::size_t header = input.size() - 17;
  expect_joined(role(), input, {failed(1007, not_utf8)}, out, in_pieces());
  const Outcome outcome = run(
      role(), in_pieces(), {std::string_view(input).substr(0, header + 7), std::string_view(input).substr(header + 7)});
  EXPECT_EQ(outcome.events, (std::vector{piece(text("fine \xE2\x82"), true, false), failed(1007, not_utf8)}));
  for (const std::string cut : {"\xC3", "\xE2\x82", "\xF0\x9F\x98"}) {
    expect_joined(role(), in(Opcode::Text, cut), {failed(1007, not_utf8)}, out, in_pieces());
    expect_joined(role(), in(Opcode::Text, cut, more) + in(Opcode::Continuation, ""), {failed(1007, not_utf8)}, out,
                  in_pieces());
    expect_joined(role(), packed(Opcode::Text, ForeignDeflater().message(cut)), {failed(1007, not_utf8)}, out,
                  in_pieces(with_deflate()));
  }
}

TEST_P(Pieces, LimitsCountTheWholeMessage) {
  Options options = in_pieces(with_deflate());
  options.max_message_size = 100;
  const std::string reason = "message is over the limit of 100 bytes";
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1009, reason))};
  const std::string half = payload_of(50, true);
  const std::string begun = in(Opcode::Text, half, more) + in(Opcode::Continuation, half, more);
  expect_joined(role(), begun + in(Opcode::Continuation, "") + begun + in(Opcode::Continuation, ""),
                {text(half + half), text(half + half)}, {}, options);
  expect_joined(role(), begun + in(Opcode::Continuation, "x"), {failed(1009, reason)}, out, options);
  expect_joined(role(), in(Opcode::Text, half + half + "x"), {failed(1009, reason)}, out, options);
  expect_joined(role(), packed(Opcode::Text, ForeignDeflater().message(half + half)), {text(half + half)}, {}, options);
  expect_joined(role(), packed(Opcode::Text, ForeignDeflater().message(half + half + "x")), {failed(1009, reason)}, out,
                options);
  Options few = in_pieces();
  few.max_fragments = 2;
  const std::string frames = "message is over the limit of 2 frames";
  expect_joined(role(), begun + in(Opcode::Continuation, ""), {failed(1009, frames)},
                {sent(Opcode::Close, close_payload(1009, frames))}, few);
}

TEST_P(Pieces, InflatedOnesAreBounded) {
  Options options = in_pieces(with_deflate());
  options.max_message_size = 1 << 30;
  const std::string message = std::string(3'000'000, 'x') + json_of(200'000) + payload_of(200'000, true);
  ForeignDeflater foreign;
  const std::string payload = foreign.message(message);
  const std::string input = packed(Opcode::Text, payload) + packed(Opcode::Text, foreign.message("and then"));
  const Outcome outcome = run(role(), options, {input});
  EXPECT_TRUE(joined(outcome.events) == (std::vector{text(message), text("and then")}));
  EXPECT_GE(outcome.events.size(), message.size() / max_inflated_piece);
  for (const Seen& event : outcome.events) {
    EXPECT_LE(event.payload.size(), max_inflated_piece);
    EXPECT_TRUE(event.final || event.payload.size() == max_inflated_piece) << "nor smaller than need be";
  }
  for (const std::size_t step : {1000, 4096, 100'000}) {
    std::vector<std::string_view> chunks;
    for (std::size_t at = 0; at < input.size(); at += step) chunks.push_back(std::string_view(input).substr(at, step));
    EXPECT_TRUE(joined(run(role(), options, chunks).events) == joined(outcome.events)) << step;
  }
}

TEST_P(Pieces, InputThatIsAllTakenCanGiveAnotherEvent) {
  // The last byte of a read can be what 258 inflate to, of which the first fill the piece and the others the next.
  Options options = in_pieces(with_deflate());
  const std::string message(100'000, '\0');
  const std::string input = packed(Opcode::Binary, ForeignDeflater(15, 9).message(message));
  int events_without_input = 0;
  for (std::size_t at = 0; at <= input.size(); ++at) {
    Protocol protocol(role(), options);
    base::Buffer out;
    std::string got;
    for (std::string chunk : {input.substr(0, at), input.substr(at)}) {
      std::span<char> rest(chunk);
      for (;;) {
        const bool input_left = !rest.empty();
        const Event event = protocol.receive(rest, out);
        if (event.kind == Event::Kind::None) break;
        if (!input_left) ++events_without_input;
        EXPECT_EQ(event.first, got.empty());
        got += event.payload;
        EXPECT_EQ(protocol.inside_message(), !event.final);
      }
    }
    EXPECT_FALSE(protocol.inside_message());
    EXPECT_EQ(got.size(), message.size());
  }
  EXPECT_GT(events_without_input, 0);
}

TEST_P(Pieces, InputThatIsNotTakenYetIsLeftAsItCame) {
  // What waits for its turn may be moved to other memory, or met again from a copy.
  Options options = in_pieces(with_deflate());
  options.max_message_size = 1 << 30;
  const std::string message = std::string(1'000'000, 'x') + payload_of(5000, true);
  const std::string input = packed(Opcode::Text, ForeignDeflater().message(message));
  Protocol protocol(role(), options);
  base::Buffer out;
  std::string got;
  std::size_t taken = 0;
  for (;;) {
    std::string copy = input.substr(taken);
    std::span<char> rest(copy);
    const Event event = protocol.receive(rest, out);
    taken = input.size() - rest.size();
    if (event.kind == Event::Kind::None) break;
    got += event.payload;
  }
  EXPECT_TRUE(got == message);
}

TEST_P(Pieces, TakeMovesWhatWasInflated) {
  Options options = in_pieces(with_deflate());
  const std::string message = json_of(100'000);
  std::string input = packed(Opcode::Text, ForeignDeflater().message(message));
  Protocol protocol(role(), options);
  base::Buffer out;
  std::span<char> rest(input);
  std::string got;
  for (;;) {
    const Event event = protocol.receive(rest, out);
    if (event.kind == Event::Kind::None) break;
    const std::string taken = protocol.take(event);
    EXPECT_EQ(taken.data(), event.payload.data());
    got += taken;
    protocol.release();
  }
  EXPECT_EQ(got, message);
}

TEST_P(Pieces, AMovedProtocolGoesOnWhereItWas) {
  Options options = in_pieces(with_deflate());
  const std::string message = json_of(300) + std::string(200'000, 'x');
  const std::string input = packed(Opcode::Text, ForeignDeflater().message(message));
  for (std::size_t at = 0; at <= input.size(); at += 5) {
    Protocol before(role(), options);
    base::Buffer out;
    std::vector<Seen> events;
    feed(before, std::string_view(input).substr(0, at), out, events);
    Protocol after(std::move(before));
    feed(after, std::string_view(input).substr(at), out, events);
    EXPECT_TRUE(joined(events) == std::vector{text(message)}) << at;
  }
}

}  // namespace
}  // namespace folio::ws
