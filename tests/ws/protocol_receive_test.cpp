// Receiving messages: RFC 6455 §5.2 to §5.7, and §8.1.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using namespace testing;

// ---- §5.7, the RFC's own examples, byte for byte

TEST(Rfc6455Section5_7, UnmaskedTextInOneFrame) {
  expect(Role::Client, bytes({0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F}), {text("Hello")}, {});
}

TEST(Rfc6455Section5_7, MaskedTextInOneFrame) {
  expect(Role::Server, bytes({0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58}), {text("Hello")}, {});
}

TEST(Rfc6455Section5_7, FragmentedUnmaskedText) {
  expect(Role::Client, bytes({0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F}), {text("Hello")}, {});
}

TEST(Rfc6455Section5_7, PingAndPong) {
  expect(Role::Client, bytes({0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F}), {ping("Hello")},
         {sent(Opcode::Pong, "Hello")});
  expect(Role::Server, bytes({0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58}), {pong("Hello")}, {});
}

TEST(Rfc6455Section5_7, BinaryOf256BytesAndOf64KiB) {
  const std::string small = payload_of(256, false);
  expect(Role::Client, bytes({0x82, 0x7E, 0x01, 0x00}) + small, {binary(small)}, {});
  const std::string large = payload_of(65536, false);
  expect(Role::Client, bytes({0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0}) + large, {binary(large)}, {});
}

// ---- §5.2 and §5.6

class Rfc6455Section5_6 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_6);

TEST_P(Rfc6455Section5_6, MessagesOfEveryLengthClass) {
  for (const std::size_t size :
       {0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 63, 64, 124, 125, 126, 127, 128, 1000, 65535, 65536, 65537}) {
    SCOPED_TRACE(size);
    const std::string words = payload_of(size, true);
    const std::string data = payload_of(size, false);
    expect(role(), in(Opcode::Text, words), {text(words)}, {});
    expect(role(), in(Opcode::Binary, data), {binary(data)}, {});
  }
}

TEST_P(Rfc6455Section5_6, ManyMessagesInOneRead) {
  std::string input;
  std::vector<Seen> events;
  for (std::size_t i = 0; i < 16; ++i) {
    const std::string payload = payload_of(i * 3, true);
    input += in(i % 2 == 0 ? Opcode::Text : Opcode::Binary, payload);
    events.push_back(i % 2 == 0 ? text(payload) : binary(payload));
  }
  expect(role(), input, events, {});
}

TEST_P(Rfc6455Section5_6, AMessageOfOneFrameIsAViewOfTheInput) {
  std::string input = in(Opcode::Binary, "without a copy") + in(Opcode::Text, "neither");
  Protocol protocol(role());
  base::Buffer out;
  std::span<char> rest(input);
  for (const std::string_view expected : {"without a copy"sv, "neither"sv}) {
    const Event event = protocol.receive(rest, out);
    EXPECT_EQ(event.payload, expected);
    EXPECT_GE(event.payload.data(), input.data());
    EXPECT_LE(event.payload.data() + event.payload.size(), input.data() + input.size());
    EXPECT_EQ(event.payload.data() + event.payload.size(), rest.data());
  }
  EXPECT_EQ(protocol.receive(rest, out).kind, Event::Kind::None);
  EXPECT_TRUE(out.empty());
}

TEST_P(Rfc6455Section5_6, TakeMovesWhatWasAssembledAndCopiesWhatWasNot) {
  const std::string payload = payload_of(5000, false);
  std::string input = in(Opcode::Binary, payload);
  Protocol protocol(role());
  base::Buffer out;

  std::span<char> whole(input);
  Event event = protocol.receive(whole, out);
  std::string taken = protocol.take(event);
  EXPECT_EQ(taken, payload);
  EXPECT_NE(taken.data(), event.payload.data());

  input = in(Opcode::Binary, payload);
  std::span<char> first(input.data(), 100);
  EXPECT_EQ(protocol.receive(first, out).kind, Event::Kind::None);
  EXPECT_TRUE(protocol.inside_message());
  std::span<char> second(input.data() + 100, input.size() - 100);
  event = protocol.receive(second, out);
  EXPECT_FALSE(protocol.inside_message());
  taken = protocol.take(event);
  EXPECT_EQ(taken, payload);
  EXPECT_EQ(taken.data(), event.payload.data());

  // And the next message is none the worse for it.
  input = in(Opcode::Text, "next", more) + in(Opcode::Continuation, "!");
  std::span<char> third(input);
  event = protocol.receive(third, out);
  EXPECT_EQ(protocol.take(event), "next!");
}

// What is read to where the protocol wants it is not copied.
TEST_P(Rfc6455Section5_6, AMessageIsReadToWhereItStays) {
  Protocol protocol(role());
  base::Buffer out;
  const std::string payload = payload_of(1'000'000, true);
  std::string frame = in(Opcode::Text, payload);
  EXPECT_TRUE(protocol.receive_space().empty()) << "nothing is known of it yet";
  std::span<char> input(frame.data(), 64 * 1024);
  EXPECT_EQ(protocol.receive(input, out).kind, Event::Kind::None);
  std::span<char> space = protocol.receive_space();
  const std::string_view rest = std::string_view(frame).substr(64 * 1024);
  ASSERT_EQ(space.size(), rest.size()) << "all of it, and not a byte of the next frame";
  const char* const begin = space.data() - (64 * 1024 - (frame.size() - payload.size()));
  std::memcpy(space.data(), rest.data(), rest.size());
  const Event event = protocol.receive(space, out);
  EXPECT_EQ(event.kind, Event::Kind::Text);
  EXPECT_EQ(event.payload.data(), begin);
  EXPECT_TRUE(event.payload == payload);
  EXPECT_TRUE(protocol.receive_space().empty());
}

// An announcement alone makes no room, and what has come makes room for a multiple of it.
TEST_P(Rfc6455Section5_6, SpaceIsForAMultipleOfWhatHasCome) {
  Options options;
  options.max_message_size = std::uint64_t{1} << 40;
  Protocol protocol(role(), options);
  base::Buffer out;
  std::string start = raw_header(0x82, peer() == Role::Client, std::uint64_t{1} << 39);
  if (peer() == Role::Client) start += test_key;
  std::span<char> input(start);
  EXPECT_EQ(protocol.receive(input, out).kind, Event::Kind::None);
  EXPECT_LT(protocol.receive_space().size(), 16U) << "what a string has without an allocation";
  std::string some(40'000, 'x');
  input = std::span<char>(some).first(100);
  EXPECT_EQ(protocol.receive(input, out).kind, Event::Kind::None);
  EXPECT_LE(protocol.receive_space().size(), 200U);
  input = some;
  EXPECT_EQ(protocol.receive(input, out).kind, Event::Kind::None);
  EXPECT_LE(protocol.receive_space().size(), 32 * 40'100U);
  EXPECT_EQ(protocol.held_bytes(), 40'100U);
}

TEST_P(Rfc6455Section5_6, ReleaseKeepsWhatIsStillArriving) {
  std::string input = in(Opcode::Text, "one ", more) + in(Opcode::Ping, "ping") + in(Opcode::Continuation, "two");
  Protocol protocol(role());
  base::Buffer out;
  std::vector<Seen> events;
  for (char& byte : input) {
    std::span<char> rest(&byte, 1);
    const Event event = protocol.receive(rest, out);
    if (event.kind != Event::Kind::None) events.push_back(seen(event));
    protocol.release();
  }
  EXPECT_EQ(events, (std::vector{ping("ping"), text("one two")}));
}

TEST_P(Rfc6455Section5_6, AMovedProtocolGoesOnWhereItWas) {
  std::string input =
      in(Opcode::Text, "Hello, ", more) + in(Opcode::Ping, "still there?") + in(Opcode::Continuation, "world");
  for (std::size_t at = 0; at <= input.size(); ++at) {
    std::string copy = input;
    Protocol before(role());
    base::Buffer out;
    std::vector<Seen> events;
    feed(before, std::string_view(copy).substr(0, at), out, events);
    Protocol after(std::move(before));
    feed(after, std::string_view(copy).substr(at), out, events);
    EXPECT_EQ(events, (std::vector{ping("still there?"), text("Hello, world")})) << at;
  }
}

// ---- §5.4

class Rfc6455Section5_4 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_4);

TEST_P(Rfc6455Section5_4, FragmentsOfEverySize) {
  const std::string payload = payload_of(60, true);
  for (std::size_t step = 1; step <= payload.size(); ++step) {
    std::string input;
    for (std::size_t at = 0; at < payload.size(); at += step) {
      input += in(at == 0 ? Opcode::Text : Opcode::Continuation, payload.substr(at, step), at + step >= payload.size());
    }
    expect(role(), input, {text(payload)}, {});
  }
}

TEST_P(Rfc6455Section5_4, EmptyFragmentsAtEveryPlace) {
  for (int empty = 0; empty < 16; ++empty) {
    std::string input;
    std::string payload;
    for (int i = 0; i < 4; ++i) {
      const std::string piece = (empty >> i & 1) != 0 ? "" : "piece " + std::to_string(i);
      payload += piece;
      input += in(i == 0 ? Opcode::Text : Opcode::Continuation, piece, i == 3);
    }
    expect(role(), input, {text(payload)}, {});
  }
}

TEST_P(Rfc6455Section5_4, TwoFragmentsAroundTheLengthClasses) {
  for (const std::size_t first : {0, 1, 125, 126, 127, 65535, 65536}) {
    for (const std::size_t second : {0, 1, 125, 126, 65536}) {
      const std::string payload = payload_of(first + second, false);
      const std::string input =
          in(Opcode::Binary, payload.substr(0, first), more) + in(Opcode::Continuation, payload.substr(first));
      expect(role(), input, {binary(payload)}, {});
    }
  }
}

TEST_P(Rfc6455Section5_4, ControlFramesBetweenFragments) {
  const std::string input = in(Opcode::Text, "one ", more) + in(Opcode::Ping, "a") + in(Opcode::Pong, "b") +
                            in(Opcode::Continuation, "two ", more) + in(Opcode::Ping, "") +
                            in(Opcode::Continuation, "three") + in(Opcode::Binary, "next");
  expect(role(), input, {ping("a"), pong("b"), ping(""), text("one two three"), binary("next")},
         {sent(Opcode::Pong, "a"), sent(Opcode::Pong, "")});
}

TEST_P(Rfc6455Section5_4, ACloseBetweenFragmentsEndsTheMessage) {
  expect(role(),
         in(Opcode::Text, "never", more) + in(Opcode::Close, close_payload(1001, "gone")) +
             in(Opcode::Continuation, "ended"),
         {closed(1001, "gone")}, {sent(Opcode::Close, close_payload(1001))});
}

TEST_P(Rfc6455Section5_4, ContinuationWithoutAMessage) {
  const std::string reason = "continuation frame without a message to continue";
  for (const bool final : {true, false}) {
    expect(role(), in(Opcode::Continuation, "lost", final), {failed(1002, reason)},
           {sent(Opcode::Close, close_payload(1002, reason))});
    expect(role(), in(Opcode::Text, "done") + in(Opcode::Continuation, "lost", final),
           {text("done"), failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
    expect(role(), in(Opcode::Text, "a", more) + in(Opcode::Continuation, "b") + in(Opcode::Continuation, "c", final),
           {text("ab"), failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
  }
}

TEST_P(Rfc6455Section5_4, ANewMessageInsideAFragmentedOne) {
  const std::string reason = "new message inside a fragmented message";
  for (const Opcode opcode : {Opcode::Text, Opcode::Binary}) {
    for (const bool final : {true, false}) {
      expect(role(), in(Opcode::Text, "first", more) + in(opcode, "second", final), {failed(1002, reason)},
             {sent(Opcode::Close, close_payload(1002, reason))});
    }
  }
}

// ---- §5.5.2 and §5.5.3

class Rfc6455Section5_5 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_5);

TEST_P(Rfc6455Section5_5, APingOfAnySizeIsAnsweredWithTheSameBytes) {
  for (const std::size_t size : {0, 1, 5, 124, 125}) {
    const std::string payload = payload_of(size, false);
    expect(role(), in(Opcode::Ping, payload), {ping(payload)}, {sent(Opcode::Pong, payload)});
    expect(role(), in(Opcode::Pong, payload), {pong(payload)}, {});
  }
}

TEST_P(Rfc6455Section5_5, PongsComeInTheOrderOfThePings) {
  std::string input;
  std::vector<Seen> events;
  std::vector<Sent> out;
  for (int i = 0; i < 10; ++i) {
    input += in(Opcode::Ping, std::to_string(i));
    events.push_back(ping(std::to_string(i)));
    out.push_back(sent(Opcode::Pong, std::to_string(i)));
  }
  expect(role(), input, events, out);
}

TEST_P(Rfc6455Section5_5, ControlFramesOverTheLimitAreRefusedFromTheirFirstTwoBytes) {
  const std::string reason = "control frame of more than 125 bytes";
  for (const Opcode opcode : {Opcode::Close, Opcode::Ping, Opcode::Pong}) {
    for (const std::uint64_t size : {126, 127, 65535, 65536}) {
      const std::string header = raw_header(0x80 | static_cast<int>(opcode), peer() == Role::Client, size);
      expect(role(), header.substr(0, 2), {failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
    }
  }
}

TEST_P(Rfc6455Section5_5, FragmentedControlFramesAreRefusedFromTheirFirstByte) {
  const std::string reason = "fragmented control frame";
  for (const Opcode opcode : {Opcode::Close, Opcode::Ping, Opcode::Pong}) {
    expect(role(), in(opcode, "", more).substr(0, 1), {failed(1002, reason)},
           {sent(Opcode::Close, close_payload(1002, reason))});
  }
}

// ---- §5.1 and §5.2: every first byte, masked and not

class Rfc6455Section5_2 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_2);

TEST_P(Rfc6455Section5_2, EveryFirstByte) {
  for (int first = 0; first < 256; ++first) {
    SCOPED_TRACE(first);
    std::string reason;
    const int opcode = first & 15;
    if (opcode != 0 && opcode != 1 && opcode != 2 && opcode != 8 && opcode != 9 && opcode != 10) {
      reason = "reserved opcode";
    } else if ((first & 0x70) != 0) {
      reason = "a reserved bit is set that no extension has given a meaning";
    } else if (opcode >= 8 && first < 0x80) {
      reason = "fragmented control frame";
    } else if (opcode == 0) {
      reason = "continuation frame without a message to continue";
    }
    const std::string input = raw_frame(peer(), first, close_payload(1000, "ok"));
    if (!reason.empty()) {
      expect(role(), input, {failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
      // The first byte is enough to know.
      expect(role(), input.substr(0, 1), {failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
    } else if (opcode == 8) {
      expect(role(), input, {closed(1000, "ok")}, {sent(Opcode::Close, close_payload(1000))});
    } else if (opcode == 9) {
      expect(role(), input, {ping(close_payload(1000, "ok"))}, {sent(Opcode::Pong, close_payload(1000, "ok"))});
    } else if (opcode == 10) {
      expect(role(), input, {pong(close_payload(1000, "ok"))}, {});
    } else if (first == 0x82) {
      expect(role(), input, {binary(close_payload(1000, "ok"))}, {});
    } else if (first == 0x81) {
      const std::string not_text = "text message is not valid UTF-8";  // 03 E8 'o': cut inside a code point
      expect(role(), input, {failed(1007, not_text)}, {sent(Opcode::Close, close_payload(1007, not_text))});
    }
  }
}

TEST_P(Rfc6455Section5_2, ThePeerMustMaskIfAClientAndMustNotIfAServer) {
  const std::string reason =
      role() == Role::Server ? "frame from a client is not masked" : "frame from a server is masked";
  for (const Opcode opcode : {Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong}) {
    // As the wrong side would have sent it.
    expect(role(), frame(role(), opcode, ""), {failed(1002, reason)},
           {sent(Opcode::Close, close_payload(1002, reason))});
  }
}

TEST_P(Rfc6455Section5_2, LengthsMustBeInTheirShortestForm) {
  const std::string reason = "payload length is not in its shortest form";
  const int mask = peer() == Role::Client ? 0x80 : 0;
  for (const int length : {0, 1, 124, 125}) {
    expect(role(), bytes({0x82, mask | 126}) + big_endian(static_cast<std::uint64_t>(length), 2),
           {failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
  }
  for (const std::uint64_t length : {0, 125, 126, 65535}) {
    expect(role(), bytes({0x82, mask | 127}) + big_endian(length, 8), {failed(1002, reason)},
           {sent(Opcode::Close, close_payload(1002, reason))});
  }
}

TEST_P(Rfc6455Section5_2, TheTopBitOfALengthIsRefused) {
  const std::string reason = "top bit of a 64-bit payload length is set";
  const int mask = peer() == Role::Client ? 0x80 : 0;
  for (const int top : {0x80, 0xFF}) {
    expect(role(), bytes({0x82, mask | 127, top}), {failed(1002, reason)},
           {sent(Opcode::Close, close_payload(1002, reason))});
  }
}

// ---- §8.1: UTF-8

class Rfc6455Section8_1 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section8_1);

const std::string not_utf8 = "text message is not valid UTF-8";

std::vector<std::string> valid_texts() {
  return {"Hello-µ@ßöäüàá-UTF-8!!",
          "κόσμε",
          std::string("\0", 1),
          "\xC2\x80",
          "\xE0\xA0\x80",
          "\xF0\x90\x80\x80",
          "\x7F",
          "\xDF\xBF",
          "\xEF\xBF\xBF",
          "\xF4\x8F\xBF\xBF",
          "\xED\x9F\xBF",
          "\xEE\x80\x80",
          "\xEF\xBF\xBD",
          "\xEF\xBB\xBFwith a mark",
          "日本語 mixed with 0123456789abcdef and 😀"};
}

// Each is wrong at its last byte, and not before.
std::vector<std::string> texts_that_turn_bad() {
  return {"\x80",
          "\xBF",
          "\xC0",
          "\xC1",
          "\xC2\x20",
          "\xC2\xC2",
          "\xDF\x7F",
          "\xE0\x80",
          "\xE0\x9F",
          "\xE1\x80\x41",
          "\xE2\x28",
          "\xED\xA0",
          "\xED\xBF",
          "\xEF\xBF\x20",
          "\xF0\x80",
          "\xF0\x8F",
          "\xF0\x9F\x98\x20",
          "\xF1\x80\x80\xC0",
          "\xF4\x90",
          "\xF5",
          "\xF8",
          "\xFC",
          "\xFE",
          "\xFF",
          "κόσμε\xED\xA0",
          "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xF4\x90",
          "0123456789abcdef0123456789abcdef\xFF"};
}

TEST_P(Rfc6455Section8_1, ValidTextsInEveryFragmentation) {
  for (const std::string& words : valid_texts()) {
    expect(role(), in(Opcode::Text, words), {text(words)}, {});
    for (std::size_t at = 0; at <= words.size(); ++at) {
      expect(role(), in(Opcode::Text, words.substr(0, at), more) + in(Opcode::Continuation, words.substr(at)),
             {text(words)}, {});
    }
    std::string bytewise = in(Opcode::Text, "", more);
    for (const char byte : words) bytewise += in(Opcode::Continuation, {&byte, 1}, more) + in(Opcode::Ping, "");
    std::vector<Seen> events(words.size(), ping(""));
    events.push_back(text(words));
    Options options;
    options.max_pong_backlog = 1 << 20;
    expect(role(), bytewise + in(Opcode::Continuation, ""), events, std::vector(words.size(), sent(Opcode::Pong, "")),
           options);
  }
}

TEST_P(Rfc6455Section8_1, BadTextsInEveryFragmentation) {
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1007, not_utf8))};
  for (const std::string& words : texts_that_turn_bad()) {
    expect(role(), in(Opcode::Text, words), {failed(1007, not_utf8)}, out);
    expect(role(), in(Opcode::Text, words + " and more of it"), {failed(1007, not_utf8)}, out);
    for (std::size_t at = 0; at <= words.size(); ++at) {
      expect(role(), in(Opcode::Text, words.substr(0, at), more) + in(Opcode::Continuation, words.substr(at)),
             {failed(1007, not_utf8)}, out);
    }
    // As bytes they are nobody's business.
    expect(role(), in(Opcode::Binary, words), {binary(words)}, {});
  }
}

TEST_P(Rfc6455Section8_1, FailsWithTheByteThatIsWrongInAFrameThatHasPartlyArrived) {
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1007, not_utf8))};
  for (const std::string& words : texts_that_turn_bad()) {
    const std::string whole = in(Opcode::Text, words + std::string(1000, 'x'));
    const std::string until = whole.substr(0, whole.size() - 1000);
    expect(role(), until, {failed(1007, not_utf8)}, out);
    expect(role(), until.substr(0, until.size() - 1), {}, {});
    const std::string fragment = in(Opcode::Text, "fine so far, ", more) + in(Opcode::Continuation, words, more);
    expect(role(), fragment, {failed(1007, not_utf8)}, out);
  }
}

TEST_P(Rfc6455Section8_1, ATextThatEndsInsideACodePoint) {
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1007, not_utf8))};
  for (const std::string cut : {"\xC3", "\xE2\x82", "\xE2", "\xF0\x9F\x98", "\xF0\x9F", "\xF0", "text\xC3"}) {
    expect(role(), in(Opcode::Text, cut), {failed(1007, not_utf8)}, out);
    expect(role(), in(Opcode::Text, cut, more) + in(Opcode::Continuation, ""), {failed(1007, not_utf8)}, out);
    expect(role(), in(Opcode::Text, cut, more) + in(Opcode::Ping, "") + in(Opcode::Continuation, ""),
           {ping(""), failed(1007, not_utf8)},
           {sent(Opcode::Pong, ""), sent(Opcode::Close, close_payload(1007, not_utf8))});
    expect(role(), in(Opcode::Text, cut, more), {}, {});
  }
}

TEST_P(Rfc6455Section8_1, TheNextMessageIsJudgedAnew) {
  expect(role(),
         in(Opcode::Binary, "\xC3", more) + in(Opcode::Continuation, "\xFF") + in(Opcode::Text, "fine") +
             in(Opcode::Text, "a\xC3", more) + in(Opcode::Continuation, "\xA9") + in(Opcode::Text, "é"),
         {binary("\xC3\xFF"), text("fine"), text("aé"), text("é")}, {});
}

TEST(ProtocolPlace, ALongTextOfOneFrameIsUnmaskedIntoIt) {
  for (const std::string& words : {std::string(200, 'x'), std::string(70'000, 'x') + "é"}) {
    Protocol protocol(Role::Server);
    base::Buffer out;
    std::string frame = raw_frame(Role::Client, 0x81, words) + raw_frame(Role::Client, 0x82, words) +
                        raw_frame(Role::Client, 0x81, "short");
    std::span<char> input(frame);
    std::string place = "what was there before";
    const Event long_text = protocol.receive(input, out, &place);
    EXPECT_EQ(long_text.kind, Event::Kind::Text);
    EXPECT_EQ(long_text.payload, words);
    EXPECT_EQ(long_text.payload.data(), place.data());
    place.clear();
    for (const std::string_view other : {std::string_view(words), "short"sv}) {
      const Event event = protocol.receive(input, out, &place);
      EXPECT_EQ(event.payload, other);
      EXPECT_TRUE(place.empty());
    }
    EXPECT_TRUE(input.empty());
  }
}

TEST(ProtocolPlace, WhatIsUnmaskedThereIsJudged) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{4000}, std::size_t{4999}}) {
    Protocol protocol(Role::Server);
    base::Buffer out;
    std::string words(5000, 'x');
    words[at] = '\xFF';
    std::string frame = raw_frame(Role::Client, 0x81, words);
    std::span<char> input(frame);
    std::string place;
    const Event event = protocol.receive(input, out, &place);
    EXPECT_EQ(event.kind, Event::Kind::Failed);
    EXPECT_EQ(event.code, CloseCode::InvalidPayload);
  }
}

}  // namespace
}  // namespace folio::ws
