// Compressed messages: RFC 7692 §6 and §7.2.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "deflate_peer.hpp"
#include "ws/message_deflate.hpp"

namespace folio::ws {
namespace {

using namespace testing;

const std::string not_deflate = "compressed message is not valid DEFLATE data";
const std::string not_utf8 = "text message is not valid UTF-8";

class BothRolesDeflate : public BothRoles {
 protected:
  // A frame of a compressed message: the first of it, or its only one.
  static std::string packed(Opcode opcode, std::string_view payload, bool final = true) {
    return compressed_frame(peer(), opcode, payload, final);
  }
};

std::vector<Sent> close_of(int code, std::string_view reason) {
  return {sent(Opcode::Close, close_payload(code, reason))};
}

// ---- §7.2.3, the RFC's own examples, byte for byte. A client receives them as they stand there, a server masked.

class Rfc7692Section7_2_3 : public BothRolesDeflate {
 protected:
  static void expect_example(std::initializer_list<int> payload, std::string_view message,
                             const DeflateParameters& parameters = {}) {
    expect(role(), packed(Opcode::Text, bytes(payload)), {text(message)}, {}, with_deflate(parameters));
    expect(role(), packed(Opcode::Text, bytes(payload)), {text(message)}, {}, with_deflate(no_takeover));
  }
};
FOLIO_BOTH_ROLES(Rfc7692Section7_2_3);

TEST_P(Rfc7692Section7_2_3, Example1OneBlock) {
  expect_example({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00}, "Hello");
}

TEST(Rfc7692Section7_2_3_1, FramesOfTheExample) {
  expect(Role::Client, bytes({0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00}), {text("Hello")}, {},
         with_deflate());
  expect(Role::Client, bytes({0x41, 0x03, 0xF2, 0x48, 0xCD, 0x80, 0x04, 0xC9, 0xC9, 0x07, 0x00}), {text("Hello")}, {},
         with_deflate());
}

TEST_P(Rfc7692Section7_2_3, Example2SharedWindow) {
  const std::string first = packed(Opcode::Text, bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00}));
  const std::string second = packed(Opcode::Text, bytes({0xF2, 0x00, 0x11, 0x00, 0x00}));
  expect(role(), first + second, {text("Hello"), text("Hello")}, {}, with_deflate());
  expect(role(), first + first, {text("Hello"), text("Hello")}, {}, with_deflate());
  // Without the window there is nothing that the second could refer to.
  expect(role(), first + second, {text("Hello"), failed(1007, not_deflate)}, close_of(1007, not_deflate),
         with_deflate(no_takeover));
}

TEST_P(Rfc7692Section7_2_3, Example3NoCompression) {
  expect_example({0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00}, "Hello");
}

TEST_P(Rfc7692Section7_2_3, Example4LastBlock) {
  expect_example({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00}, "Hello");
}

TEST_P(Rfc7692Section7_2_3, Example5TwoBlocks) {
  expect_example({0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00}, "Hello");
}

TEST_P(Rfc7692Section7_2_3, Example6EmptyFragment) {
  expect_example({0x00}, "");
  const std::string flushed = bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00, 0x00, 0xFF, 0xFF});
  expect(role(), packed(Opcode::Text, flushed, more) + in(Opcode::Continuation, bytes({0x00})), {text("Hello")}, {},
         with_deflate());
}

TEST(Rfc7692Section7_2_3_2, WeWriteTheExample) {
  Options options = with_deflate();
  options.deflate_level = 6;
  Protocol protocol(Role::Server, options);
  base::Buffer out;
  EXPECT_TRUE(protocol.send(Opcode::Text, "Hello", out));
  EXPECT_TRUE(protocol.send(Opcode::Text, "Hello", out));
  EXPECT_EQ(out.view(), bytes({0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00}) +
                            bytes({0xC1, 0x05, 0xF2, 0x00, 0x11, 0x00, 0x00}));
}

// ---- §6: the "Per-Message Compressed" bit

class Rfc7692Section6 : public BothRolesDeflate {};
FOLIO_BOTH_ROLES(Rfc7692Section6);

TEST_P(Rfc7692Section6, CompressedAndPlainMessagesMix) {
  ForeignDeflater peer;
  const std::string input = packed(Opcode::Text, peer.message("one")) + in(Opcode::Text, "two") +
                            packed(Opcode::Binary, peer.message("three")) + in(Opcode::Binary, "four", more) +
                            in(Opcode::Continuation, "!") + packed(Opcode::Text, peer.message("one two"));
  expect(role(), input, {text("one"), text("two"), binary("three"), binary("four!"), text("one two")}, {},
         with_deflate());
}

TEST_P(Rfc7692Section6, FragmentsWithControlFramesBetween) {
  const std::string message = json_of(200);
  const std::string payload = ForeignDeflater().message(message);
  for (std::size_t at = 0; at <= payload.size(); at += 7) {
    expect(role(),
           packed(Opcode::Text, payload.substr(0, at), more) + in(Opcode::Ping, "p") +
               in(Opcode::Continuation, "", more) + in(Opcode::Continuation, payload.substr(at)),
           {ping("p"), text(message)}, {sent(Opcode::Pong, "p")}, with_deflate(no_takeover));
  }
}

TEST_P(Rfc7692Section6, TheBitMeansNothingAnywhereElse) {
  const std::string reason = "a reserved bit is set that no extension has given a meaning";
  const std::string begun = packed(Opcode::Text, bytes({0xF2, 0x48}), more);
  // "An endpoint receiving such a frame MUST _Fail the WebSocket Connection_": on the fragments that follow the first.
  for (const int first : {0xC0, 0x40}) {
    expect(role(), begun + raw_frame(peer(), first, "x"), {failed(1002, reason)}, close_of(1002, reason),
           with_deflate());
    expect(role(), in(Opcode::Text, "a", more) + raw_frame(peer(), first, "x"), {failed(1002, reason)},
           close_of(1002, reason), with_deflate());
  }
  // And on control frames.
  for (const int first : {0xC8, 0xC9, 0xCA}) {
    expect(role(), raw_frame(peer(), first, ""), {failed(1002, reason)}, close_of(1002, reason), with_deflate());
  }
  // The other reserved bits have no meaning at all.
  for (const int first : {0xA1, 0x91, 0xE1, 0xD2, 0xF2}) {
    expect(role(), raw_frame(peer(), first, "x"), {failed(1002, reason)}, close_of(1002, reason), with_deflate());
  }
  // Nor has this one where the extension was not agreed on.
  expect(role(), packed(Opcode::Text, bytes({0x00})), {failed(1002, reason)}, close_of(1002, reason));
}

TEST_P(Rfc7692Section6, APlainMessageInTheInputIsStillAView) {
  std::string input = in(Opcode::Text, "without a copy");
  Protocol protocol(role(), with_deflate());
  base::Buffer out;
  std::span<char> rest(input);
  const Event event = protocol.receive(rest, out);
  EXPECT_EQ(event.payload, "without a copy");
  EXPECT_EQ(event.payload.data() + event.payload.size(), input.data() + input.size());
}

// ---- §7.2.2

class Rfc7692Section7_2_2 : public BothRolesDeflate {};
FOLIO_BOTH_ROLES(Rfc7692Section7_2_2);

TEST_P(Rfc7692Section7_2_2, MessagesOfAForeignPeer) {
  for (const DeflateParameters& parameters : {DeflateParameters{}, no_takeover}) {
    for (const int level : {0, 1, 9}) {
      ForeignDeflater foreign(15, level);
      std::string input;
      std::vector<Seen> events;
      for (const std::size_t size : {1, 10, 100, 1000, 5000, 20'000}) {
        for (const std::string& message : {json_of(size), payload_of(size, false), std::string(size, 'x')}) {
          input += packed(Opcode::Binary, foreign.message(message));
          events.push_back(binary(message));
          if (parameters.server_no_context_takeover) foreign.reset();
        }
      }
      expect(role(), input, events, {}, with_deflate(parameters));
    }
  }
}

TEST_P(Rfc7692Section7_2_2, TakeMovesWhatWasInflated) {
  const std::string message = json_of(5000);
  std::string input = packed(Opcode::Text, ForeignDeflater().message(message));
  Protocol protocol(role(), with_deflate());
  base::Buffer out;
  std::span<char> rest(input);
  const Event event = protocol.receive(rest, out);
  EXPECT_TRUE(event.first && event.final);
  const std::string taken = protocol.take(event);
  EXPECT_EQ(taken, message);
  EXPECT_EQ(taken.data(), event.payload.data());
}

TEST_P(Rfc7692Section7_2_2, NothingLegalPoisonsTheContext) {
  for (const DeflateParameters& parameters : {DeflateParameters{}, no_takeover}) {
    ForeignDeflater foreign;
    std::string input;
    std::vector<Seen> events;
    const auto add = [&](const std::string& payload, const std::string& message) {
      input += packed(Opcode::Text, payload);
      events.push_back(text(message));
      if (parameters.server_no_context_takeover) foreign.reset();
      // And a message that refers to what was before, where it may.
      input += packed(Opcode::Text, foreign.message("a message to refer to"));
      events.push_back(text("a message to refer to"));
      if (parameters.server_no_context_takeover) foreign.reset();
    };
    add(foreign.message("Hello"), "Hello");
    add("", "");
    add(bytes({0x00}), "");
    add(bytes({0x03, 0x00}), "");
    add(bytes({0x03, 0x00, 0x00}), "");
    add(bytes({0x01}), "");
    add(bytes({0x02, 0x00}), "");
    // zlib forgets its window at the end of a stream; we need not know.
    add(foreign.raw("ends", Z_FINISH), "ends");
    add(foreign.raw("ends", Z_FINISH) + bytes({0x00}), "ends");
    std::string streams = foreign.raw("several ", Z_FINISH);
    streams += foreign.raw("streams ", Z_FINISH);
    add(streams + foreign.message("and a tail"), "several streams and a tail");
    input += packed(Opcode::Text, "", more) + in(Opcode::Continuation, "");
    events.push_back(text(""));
    input += in(Opcode::Text, "plain");
    events.push_back(text("plain"));
    expect(role(), input, events, {}, with_deflate(parameters));
  }
}

TEST_P(Rfc7692Section7_2_2, WhatIsCutOffOrGarbageIsRefused) {
  const std::string whole = ForeignDeflater().message("Hello, this is not the end");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    expect(role(), packed(Opcode::Text, whole.substr(0, size)), {failed(1007, not_deflate)},
           close_of(1007, not_deflate), with_deflate());
    expect(role(), packed(Opcode::Text, whole.substr(0, size), more), {}, {}, with_deflate());
  }
  for (const std::string& garbage : {bytes({0x06}), bytes({0x07, 0xFF}), whole + bytes({0xFF, 0xFF}),
                                     bytes({0x03, 0x00, 0x07}), whole + deflate_tail}) {
    expect(role(), packed(Opcode::Text, garbage), {failed(1007, not_deflate)}, close_of(1007, not_deflate),
           with_deflate());
  }
}

TEST_P(Rfc7692Section7_2_2, TextIsJudgedAsItIsInflated) {
  const std::vector<Sent> out = close_of(1007, not_utf8);
  for (const std::string& bad : {std::string("good until \xFF"), std::string("\xED\xA0"), json_of(3000) + "\xC0"}) {
    ForeignDeflater foreign;
    // Flushed, so that all of it is inflated before the message ends: the connection fails at the byte that is wrong.
    const std::string payload = foreign.raw(bad, Z_SYNC_FLUSH);
    expect(role(), packed(Opcode::Text, payload, more), {failed(1007, not_utf8)}, out, with_deflate());
    expect(role(), packed(Opcode::Text, payload + bytes({0x07})), {failed(1007, not_utf8)}, out, with_deflate());
    expect(role(), packed(Opcode::Binary, payload + bytes({0x00})), {binary(bad)}, {}, with_deflate());
  }
  for (const std::string cut : {"\xC3", "\xE2\x82", "text \xF0\x9F\x98"}) {
    ForeignDeflater foreign;
    expect(role(), packed(Opcode::Text, foreign.message(cut)), {failed(1007, not_utf8)}, out, with_deflate());
    expect(role(), packed(Opcode::Text, foreign.raw(cut, Z_SYNC_FLUSH), more) + in(Opcode::Continuation, ""),
           {failed(1007, not_deflate)}, close_of(1007, not_deflate), with_deflate());
  }
  for (const std::string& good : {std::string("é"), std::string("日本語 mixed 😀")}) {
    expect(role(), packed(Opcode::Text, ForeignDeflater().message(good)), {text(good)}, {}, with_deflate());
  }
}

// ---- Limits

class Rfc7692Limits : public BothRolesDeflate {};
FOLIO_BOTH_ROLES(Rfc7692Limits);

TEST_P(Rfc7692Limits, TheLimitCountsInflatedBytes) {
  Options options = with_deflate(no_takeover);
  options.max_message_size = 5000;
  const std::string reason = "message is over the limit of 5000 bytes";
  for (const bool compressible : {true, false}) {
    const std::string fits = compressible ? json_of(5000) : payload_of(5000, false);
    const std::string over = fits + "x";
    expect(role(), packed(Opcode::Binary, ForeignDeflater().message(fits)), {binary(fits)}, {}, options);
    expect(role(), packed(Opcode::Binary, ForeignDeflater().message(over)), {failed(1009, reason)},
           close_of(1009, reason), options);
    // Over all fragments.
    const std::string payload = ForeignDeflater().message(over);
    const std::size_t half = payload.size() / 2;
    expect(role(),
           packed(Opcode::Binary, payload.substr(0, half), more) + in(Opcode::Continuation, payload.substr(half)),
           {failed(1009, reason)}, close_of(1009, reason), options);
  }
}

TEST_P(Rfc7692Limits, ABombIsCutOffByWhatItInflatesTo) {
  Options options = with_deflate();
  options.max_message_size = 100'000;
  const std::string bomb = ForeignDeflater(15, 9).message(std::string(50'000'000, '\0'));
  const std::string input = packed(Opcode::Binary, bomb);
  const std::string reason = "message is over the limit of 100000 bytes";
  Protocol protocol(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  std::size_t at = 0;
  for (; at < input.size() && events.empty(); ++at) feed(protocol, input.substr(at, 1), out, events);
  EXPECT_EQ(events, std::vector{failed(1009, reason)});
  // DEFLATE makes 1032 bytes of one at most, and no more than that was looked at.
  EXPECT_LT(at, 200U);
  expect(role(), packed(Opcode::Text, bomb), {failed(1009, reason)}, close_of(1009, reason), options);
}

TEST_P(Rfc7692Limits, TheCompressedFormHasALimitToo) {
  Options options = with_deflate();
  options.max_message_size = 1000;
  const std::string reason = "message is over the limit of 1000 bytes";
  const std::uint64_t most = max_compressed_size(1000);
  EXPECT_EQ(most, 3024U);
  // Announced: no byte of the payload need come.
  const bool mask = peer() == Role::Client;
  expect(role(), raw_header(0xC2, mask, most + 1), {failed(1009, reason)}, close_of(1009, reason), options);
  expect(role(), raw_header(0xC2, mask, (std::uint64_t{1} << 63) - 1), {failed(1009, reason)}, close_of(1009, reason),
         options);
  expect(role(), raw_header(0xC2, mask, most), {}, {}, options);
  // Empty blocks, which inflate to nothing, in one frame after the other.
  const std::string empty_block = bytes({0x00, 0x00, 0x00, 0xFF, 0xFF});
  std::string begun = packed(Opcode::Binary, empty_block, more);
  for (std::size_t size = 5; size + 5 <= most; size += 5) begun += in(Opcode::Continuation, empty_block, more);
  expect(role(), begun, {}, {}, options);
  expect(role(), begun + in(Opcode::Continuation, empty_block), {failed(1009, reason)}, close_of(1009, reason),
         options);
  expect(role(), begun + in(Opcode::Continuation, bytes({0x00})) + packed(Opcode::Text, bytes({0x00})),
         {binary(""), text("")}, {}, options);
  // A plain message is measured as ever.
  expect(role(), raw_header(0x82, mask, 1001), {failed(1009, reason)}, close_of(1009, reason), options);
}

TEST_P(Rfc7692Limits, WhatIsLegalIsUnderTheLimitOfTheCompressedForm) {
  // The worst that a sender can reasonably make of a message: noise, in fragments of 16 bytes, each flushed.
  Options options = with_deflate();
  options.max_message_size = 1 << 16;
  const std::string message = payload_of(1 << 16, false);
  ForeignDeflater foreign(15, 1, Z_FIXED);
  std::string input;
  for (std::size_t at = 0; at < message.size(); at += 16) {
    const std::string piece = foreign.raw(message.substr(at, 16), Z_SYNC_FLUSH);
    input += at == 0 ? packed(Opcode::Binary, piece, more) : in(Opcode::Continuation, piece, more);
  }
  input += in(Opcode::Continuation, bytes({0x00}));
  EXPECT_TRUE(run(role(), options, {input}).events == std::vector{binary(message)});
}

TEST_P(Rfc7692Limits, AFrameIsMeasuredAsItIsOnTheWire) {
  Options options = with_deflate();
  options.max_frame_size = 50;
  const std::string message(5000, 'x');
  const std::string payload = ForeignDeflater().message(message);
  ASSERT_LT(payload.size(), 50U);
  expect(role(), packed(Opcode::Text, payload), {text(message)}, {}, options);
  const std::string reason = "frame is over the limit of 50 bytes";
  const bool mask = peer() == Role::Client;
  expect(role(), raw_header(0xC1, mask, 51), {failed(1009, reason)}, close_of(1009, reason), options);
  expect(role(), packed(Opcode::Text, payload, more) + raw_header(0x80, mask, 51), {failed(1009, reason)},
         close_of(1009, reason), options);
}

// ---- §7.2.1: sending

class Rfc7692Section7_2_1 : public BothRolesDeflate {};
FOLIO_BOTH_ROLES(Rfc7692Section7_2_1);

TEST_P(Rfc7692Section7_2_1, WithoutTakeoverTheSmallerOfBothIsSent) {
  Options options = with_deflate(no_takeover);
  options.deflate_threshold = 100;
  Protocol protocol(role(), options);
  ForeignInflater foreign;
  for (const std::size_t size : {0, 1, 99, 100, 101, 125, 126, 1000, 65535, 65536, 200'000}) {
    for (const std::string& message : {json_of(size), payload_of(size, false)}) {
      base::Buffer out;
      out.append("queued");
      ASSERT_TRUE(protocol.send(Opcode::Binary, message, out));
      const auto frames = read_frames(out.view().substr(6), role());
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_LE(frames[0].payload.size(), message.size());
      EXPECT_EQ(protocol.would_compress(size), size >= 100);
      if (frames[0].first == 0x82) {
        EXPECT_EQ(frames[0].payload, message);
        EXPECT_TRUE(size < 150 || message != json_of(size)) << "a text of that size can be made smaller";
      } else {
        EXPECT_EQ(frames[0].first, 0xC2);
        EXPECT_GE(size, 100U);
        EXPECT_LT(frames[0].payload.size(), message.size());
        foreign.reset();
        EXPECT_EQ(foreign.message(frames[0].payload), message);
      }
    }
  }
}

TEST_P(Rfc7692Section7_2_1, WithTakeoverEveryMessageFromTheThresholdOn) {
  Options options = with_deflate();
  options.deflate_threshold = 20;
  Protocol protocol(role(), options);
  ForeignInflater foreign;
  std::size_t total = 0;
  for (int i = 0; i < 50; ++i) {
    const std::string message =
        i % 10 == 3 ? payload_of(3000, false) : "{\"tick\":" + std::to_string(i) + ",\"price\":1.5}";
    base::Buffer out;
    ASSERT_TRUE(protocol.send(Opcode::Text, message, out));
    ASSERT_TRUE(protocol.send(Opcode::Text, "short", out));
    const auto frames = read_frames(out.view(), role());
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[0].first, 0xC1);
    EXPECT_EQ(foreign.message(frames[0].payload), message);
    EXPECT_TRUE(frames[1] == sent(Opcode::Text, "short"));
    if (i % 10 != 3) total += frames[0].payload.size();
  }
  EXPECT_LT(total, 45U * 15) << "messages that resemble each other become small";
}

TEST_P(Rfc7692Section7_2_1, ControlFramesAndHeadersAloneAreNeverCompressed) {
  Options options = with_deflate();
  Protocol protocol(role(), options);
  base::Buffer out;
  const std::string payload(100, 'p');
  ASSERT_TRUE(protocol.ping(payload, out));
  ASSERT_TRUE(protocol.pong(payload, out));
  ASSERT_TRUE(protocol.send(Opcode::Text, "", out));
  ASSERT_TRUE(protocol.close(CloseCode::Normal, payload, out));
  EXPECT_EQ(read_frames(out.view(), role()),
            (std::vector{sent(Opcode::Ping, payload), sent(Opcode::Pong, payload), sent(Opcode::Text, ""),
                         sent(Opcode::Close, close_payload(1000, payload))}));
  EXPECT_FALSE(protocol.send(Opcode::Text, payload, out)) << "not after Close";
  if (role() != Role::Server) return;
  Protocol other(role(), options);
  out.clear();
  ASSERT_TRUE(other.send_header_only(Opcode::Binary, 100, out));
  EXPECT_EQ(out.view(), bytes({0x82, 100}));
}

// ---- §7.1: both ends, with all that they can agree on

TEST(Rfc7692Section7_1, EveryAgreementCarriesMessagesBothWays) {
  std::vector<std::string> messages;
  for (const std::size_t size : {30, 300, 3000, 70'000}) {
    messages.push_back(json_of(size));
    messages.push_back(payload_of(size, true));
    messages.push_back(json_of(size));
  }
  for (int take = 0; take < 4; ++take) {
    for (std::uint8_t server = 8; server <= 15; ++server) {
      for (std::uint8_t client = 8; client <= 15; ++client) {
        const DeflateParameters parameters{(take & 1) != 0, (take & 2) != 0, server, client};
        Protocol ends[] = {Protocol(Role::Server, with_deflate(parameters)),
                           Protocol(Role::Client, with_deflate(parameters))};
        for (const int from : {0, 1}) {
          base::Buffer wire;
          std::vector<Seen> expected;
          for (const std::string& message : messages) {
            ASSERT_TRUE(ends[from].send(Opcode::Text, message, wire));
            expected.push_back(text(message));
          }
          base::Buffer back;
          std::vector<Seen> received;
          for (std::string_view rest = wire.view(); !rest.empty();) {
            const std::string_view chunk = rest.substr(0, 10'007);
            rest.remove_prefix(chunk.size());
            feed(ends[1 - from], chunk, back, received);
          }
          ASSERT_TRUE(received == expected) << take << ' ' << int{server} << ' ' << int{client};
          ASSERT_TRUE(back.empty());
        }
      }
    }
  }
}

// ---- What connections hold

class DeflateMemory : public BothRolesDeflate {};
FOLIO_BOTH_ROLES(DeflateMemory);

TEST_P(DeflateMemory, WithoutTakeoverNothingIsHeldBetweenMessages) {
  DeflateContexts contexts;
  Options options = with_deflate(no_takeover);
  options.deflate_contexts = &contexts;
  const std::string payload = ForeignDeflater().message(json_of(1000));
  std::vector<Protocol> connections;
  for (int i = 0; i < 50; ++i) connections.emplace_back(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  for (Protocol& connection : connections) {
    feed(connection, packed(Opcode::Text, payload), out, events);
    ASSERT_TRUE(connection.send(Opcode::Text, json_of(1000), out));
    EXPECT_EQ(contexts.spare_inflaters(), 1U);
    EXPECT_EQ(contexts.spare_deflaters(), 1U);
  }
  EXPECT_EQ(events.size(), 50U);

  // One is lent while a message arrives, and comes back with its end, or that of the connection.
  const std::string begun = packed(Opcode::Text, payload.substr(0, 20), more);
  feed(connections[0], begun, out, events);
  feed(connections[1], begun, out, events);
  feed(connections[2], begun, out, events);
  EXPECT_EQ(contexts.spare_inflaters(), 0U);
  feed(connections[0], in(Opcode::Continuation, payload.substr(20)), out, events);
  EXPECT_EQ(contexts.spare_inflaters(), 1U);
  feed(connections[1], in(Opcode::Close, ""), out, events);
  EXPECT_EQ(contexts.spare_inflaters(), 2U);
  connections.pop_back();
  connections.erase(connections.begin() + 2);
  EXPECT_EQ(contexts.spare_inflaters(), 3U);
}

TEST_P(DeflateMemory, WithTakeoverItIsHeldFromTheFirstCompressedMessageOn) {
  DeflateContexts contexts;
  Options options = with_deflate();
  options.deflate_contexts = &contexts;
  base::Buffer out;
  std::vector<Seen> events;
  {
    Protocol protocol(role(), options);
    feed(protocol, in(Opcode::Text, "plain"), out, events);
  }
  EXPECT_EQ(contexts.spare_inflaters() + contexts.spare_deflaters(), 0U) << "none was ever made";
  {
    Protocol protocol(role(), options);
    feed(protocol, packed(Opcode::Text, ForeignDeflater().message("packed")), out, events);
    ASSERT_TRUE(protocol.send(Opcode::Text, "packed", out));
    EXPECT_EQ(contexts.spare_inflaters() + contexts.spare_deflaters(), 0U);
    // A connection that ends needs them no more.
    feed(protocol, in(Opcode::Close, ""), out, events);
    EXPECT_EQ(contexts.spare_inflaters(), 1U);
    EXPECT_EQ(contexts.spare_deflaters(), 1U);
  }
  EXPECT_EQ(events.size(), 3U);
}

TEST(DeflateMemory, AnIdleConnectionIsSmall) {
  EXPECT_LE(sizeof(Protocol), 168U);
  EXPECT_LE(sizeof(MessageDeflate), 72U);
}

// ---- One frame for many

TEST(SharedCompressedFrame, IsAMessageToEachThatCanTakeIt) {
  for (const std::size_t size : {150, 1000, 40'000}) {
    const std::string message = json_of(size);
    const base::SharedBytes frame = make_compressed_server_frame(Opcode::Text, message);
    ASSERT_NE(frame, nullptr);
    EXPECT_LT(frame->size(), message.size());
    EXPECT_EQ(*make_compressed_server_frame(Opcode::Text, message, default_deflate_level, &test_contexts()), *frame);
    for (std::uint8_t bits = 8; bits <= 15; ++bits) {
      for (const bool takeover : {false, true}) {
        const DeflateParameters parameters{!takeover, !takeover, bits, 15};
        const Protocol server(Role::Server, with_deflate(parameters));
        EXPECT_EQ(server.can_take_shared_compressed(size), bits == 15 || size <= std::size_t{1} << bits);
        if (!server.can_take_shared_compressed(size)) continue;
        expect(Role::Client, *frame + *frame, {text(message), text(message)}, {}, with_deflate(parameters));
        ForeignInflater foreign(bits);
        EXPECT_EQ(foreign.message(read_frames(*frame, Role::Server)[0].payload), message);
      }
    }
  }
}

TEST(SharedCompressedFrame, IsNoneWhereItWouldNotBeSmaller) {
  EXPECT_EQ(make_compressed_server_frame(Opcode::Text, ""), nullptr);
  EXPECT_EQ(make_compressed_server_frame(Opcode::Text, "Hello"), nullptr);
  EXPECT_EQ(make_compressed_server_frame(Opcode::Binary, payload_of(5000, false)), nullptr);
}

TEST(SharedCompressedFrame, OnlyOpenServersThatAgreedTakeIt) {
  EXPECT_FALSE(Protocol(Role::Server).can_take_shared_compressed(10));
  EXPECT_FALSE(Protocol(Role::Client, with_deflate()).can_take_shared_compressed(10));
  Protocol server(Role::Server, with_deflate());
  EXPECT_TRUE(server.can_take_shared_compressed(10));
  base::Buffer out;
  ASSERT_TRUE(server.close(CloseCode::Normal, "", out));
  EXPECT_FALSE(server.can_take_shared_compressed(10));
}

// What a client with a context makes of a message of its server, a shared frame and a message again.
std::vector<Seen> receive_around_a_shared_frame(bool told) {
  Protocol server(Role::Server, with_deflate());
  Protocol client(Role::Client, with_deflate());
  const base::SharedBytes shared = make_compressed_server_frame(Opcode::Binary, json_of(2000, 5));
  base::Buffer wire;
  EXPECT_TRUE(server.send(Opcode::Binary, payload_of(300, false), wire));
  wire.append(*shared);
  if (told) server.shared_compressed_sent();
  EXPECT_TRUE(server.send(Opcode::Binary, payload_of(300, false), wire));
  EXPECT_TRUE(server.send(Opcode::Binary, payload_of(300, false), wire));
  base::Buffer back;
  std::vector<Seen> events;
  feed(client, wire.view(), back, events);
  return events;
}

TEST(SharedCompressedFrame, AContextOfOnesOwnBeginsAnewBehindIt) {
  const std::vector<Seen> expected = {binary(payload_of(300, false)), binary(json_of(2000, 5)),
                                      binary(payload_of(300, false)), binary(payload_of(300, false))};
  EXPECT_TRUE(receive_around_a_shared_frame(true) == expected);
  EXPECT_FALSE(receive_around_a_shared_frame(false) == expected) << "or there was nothing to show";
  Protocol(Role::Server).shared_compressed_sent();
}

}  // namespace
}  // namespace folio::ws
