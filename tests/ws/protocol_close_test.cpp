// Closing and failing: RFC 6455 §5.5.1, §7 and §10.4.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using namespace testing;
using State = Protocol::State;

// ---- §5.5.1: the peer closes

class Rfc6455Section5_5_1 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_5_1);

TEST_P(Rfc6455Section5_5_1, TheCodeIsEchoed) {
  expect(role(), in(Opcode::Close, ""), {closed(1005)}, {sent(Opcode::Close, "")});
  expect(role(), in(Opcode::Close, close_payload(1000)), {closed(1000)}, {sent(Opcode::Close, close_payload(1000))});
  expect(role(), in(Opcode::Close, close_payload(4321, "κόσμε")), {closed(4321, "κόσμε")},
         {sent(Opcode::Close, close_payload(4321))});
  const std::string longest(123, 'r');
  expect(role(), in(Opcode::Close, close_payload(1001, longest)), {closed(1001, longest)},
         {sent(Opcode::Close, close_payload(1001))});
}

TEST_P(Rfc6455Section5_5_1, EveryCodeFrom0To5000) {
  const std::string reason = "close frame with an invalid status code";
  for (int code = 0; code <= 5000; ++code) {
    const bool valid =
        (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    const Outcome outcome = run(role(), {}, {in(Opcode::Close, close_payload(code))});
    const std::vector<Seen> events = {valid ? closed(code) : failed(1002, reason)};
    const std::vector<Sent> out = {sent(Opcode::Close, valid ? close_payload(code) : close_payload(1002, reason))};
    EXPECT_EQ(outcome.events, events) << code;
    EXPECT_EQ(outcome.out, out) << code;
    EXPECT_EQ(outcome.state, State::Finished);
  }
  expect(role(), in(Opcode::Close, close_payload(65535)), {failed(1002, reason)},
         {sent(Opcode::Close, close_payload(1002, reason))});
}

TEST_P(Rfc6455Section5_5_1, FaultyPayloads) {
  std::string reason = "close frame with a payload of one byte";
  expect(role(), in(Opcode::Close, "\x03"), {failed(1002, reason)}, {sent(Opcode::Close, close_payload(1002, reason))});
  reason = "close frame with a reason that is not UTF-8";
  for (const std::string bad :
       {"\xFF", "\xC3", "\xED\xA0\x80", "\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"}) {
    expect(role(), in(Opcode::Close, close_payload(1000, bad)), {failed(1007, reason)},
           {sent(Opcode::Close, close_payload(1007, reason))});
  }
}

TEST_P(Rfc6455Section5_5_1, WhatFollowsACloseIsIgnored) {
  for (const std::string& after :
       {in(Opcode::Text, "too late"), in(Opcode::Ping, "too late"), in(Opcode::Close, close_payload(1001)),
        std::string("\xFF\xFF\xFF garbage"), in(Opcode::Close, "") + in(Opcode::Close, "")}) {
    expect(role(), in(Opcode::Close, close_payload(1000)) + after, {closed(1000)},
           {sent(Opcode::Close, close_payload(1000))});
  }
}

TEST_P(Rfc6455Section5_5_1, NothingIsSentAfterTheAnswer) {
  Protocol protocol(role());
  base::Buffer out;
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Close, ""), out, events);
  out.clear();
  EXPECT_EQ(protocol.state(), State::Finished);
  EXPECT_TRUE(protocol.finished());
  EXPECT_FALSE(protocol.open());
  EXPECT_FALSE(protocol.send(Opcode::Text, "no", out));
  EXPECT_FALSE(protocol.ping("", out));
  EXPECT_FALSE(protocol.pong("", out));
  EXPECT_FALSE(protocol.close(CloseCode::Normal, "", out));
  if (role() == Role::Server) {
    EXPECT_FALSE(protocol.send_header_only(Opcode::Binary, 1000, out));
  }
  EXPECT_TRUE(out.empty());
}

// ---- §7.1.2: we close

class Rfc6455Section7_1_2 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section7_1_2);

TEST_P(Rfc6455Section7_1_2, OurCloseIsWrittenOnce) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_TRUE(protocol.close(CloseCode::GoingAway, "bye", out));
  EXPECT_EQ(protocol.state(), State::Closing);
  EXPECT_FALSE(protocol.finished());
  EXPECT_FALSE(protocol.close(CloseCode::Normal, "again", out));
  EXPECT_FALSE(protocol.send(Opcode::Text, "late", out));
  EXPECT_FALSE(protocol.send(Opcode::Binary, "late", out));
  EXPECT_FALSE(protocol.ping("late", out));
  EXPECT_FALSE(protocol.pong("late", out));
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Close, close_payload(1001, "bye"))}));
}

TEST_P(Rfc6455Section7_1_2, CodesThatMayNotBeOnTheWireAreRefused) {
  for (int code = 0; code <= 5001; ++code) {
    Protocol protocol(role());
    base::Buffer out;
    const CloseCode close{static_cast<std::uint16_t>(code)};
    const bool allowed = is_valid_on_wire(close) || close == CloseCode::NoStatus;
    EXPECT_EQ(protocol.close(close, "", out), allowed) << code;
    EXPECT_EQ(protocol.open(), !allowed);
    EXPECT_EQ(out.empty(), !allowed);
  }
}

TEST_P(Rfc6455Section7_1_2, NoStatusIsAnEmptyClose) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_TRUE(protocol.close(CloseCode::NoStatus, "", out));
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Close, "")}));
}

TEST_P(Rfc6455Section7_1_2, LongReasonsAreCutBetweenCodePoints) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_TRUE(protocol.close(CloseCode::Normal, std::string(121, 'x') + "€€", out));
  EXPECT_EQ(read_frames(out.view(), role()),
            (std::vector{sent(Opcode::Close, close_payload(1000, std::string(121, 'x')))}));
}

// What a protocol that has sent Close makes of `input`, in one piece and byte by byte.
void expect_while_closing(Role role, std::string_view input, const std::vector<Seen>& expected,
                          const std::vector<Sent>& replies, State state) {
  for (const std::size_t step : {input.size(), std::size_t{1}}) {
    Protocol protocol(role);
    base::Buffer out;
    ASSERT_TRUE(protocol.close(CloseCode::Normal, "", out));
    out.clear();
    std::vector<Seen> events;
    for (std::size_t at = 0; at < input.size(); at += step) feed(protocol, input.substr(at, step), out, events);
    EXPECT_EQ(events, expected);
    EXPECT_EQ(read_frames(out.view(), role), replies);
    EXPECT_EQ(protocol.state(), state);
  }
}

TEST_P(Rfc6455Section7_1_2, ThePeersCloseEndsIt) {
  expect_while_closing(role(), in(Opcode::Close, close_payload(1000)), {closed(1000)}, {}, State::Finished);
  expect_while_closing(role(), in(Opcode::Close, ""), {closed(1005)}, {}, State::Finished);
  // Both sides may close at once, each with a code of its own.
  expect_while_closing(role(), in(Opcode::Close, close_payload(4000, "mine")) + "garbage", {closed(4000, "mine")}, {},
                       State::Finished);
}

TEST_P(Rfc6455Section7_1_2, WhatWasUnderwayIsStillReceived) {
  expect_while_closing(role(),
                       in(Opcode::Text, "on its ", more) + in(Opcode::Ping, "p") + in(Opcode::Continuation, "way") +
                           in(Opcode::Close, close_payload(1000)),
                       {ping("p"), text("on its way"), closed(1000)}, {sent(Opcode::Pong, "p")}, State::Finished);
}

TEST_P(Rfc6455Section7_1_2, AFaultWhileClosingHasNoSecondClose) {
  expect_while_closing(role(), raw_frame(peer(), 0x83, ""), {failed(1002, "reserved opcode")}, {}, State::Finished);
  expect_while_closing(role(), in(Opcode::Text, "\xFF"), {failed(1007, "text message is not valid UTF-8")}, {},
                       State::Finished);
  expect_while_closing(role(), in(Opcode::Close, close_payload(1005)),
                       {failed(1002, "close frame with an invalid status code")}, {}, State::Finished);
}

// ---- §7.1.5: the transport ends

class Rfc6455Section7_1_5 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section7_1_5);

TEST_P(Rfc6455Section7_1_5, WithoutACloseItIs1006) {
  Protocol protocol(role());
  const Event event = protocol.abnormal();
  EXPECT_EQ(seen(event), closed(1006));
  EXPECT_EQ(protocol.state(), State::Closed);
  EXPECT_EQ(protocol.abnormal().kind, Event::Kind::None);
}

TEST_P(Rfc6455Section7_1_5, InsideAMessageAndAfterOurOwnCloseToo) {
  Protocol protocol(role());
  base::Buffer out;
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Text, "cut of", more) + "\x80", out, events);
  EXPECT_TRUE(protocol.close(CloseCode::Normal, "", out));
  EXPECT_EQ(seen(protocol.abnormal()), closed(1006));
  EXPECT_FALSE(protocol.send(Opcode::Text, "late", out));
  out.clear();
  feed(protocol, in(Opcode::Ping, "late"), out, events);
  EXPECT_TRUE(events.empty());
  EXPECT_TRUE(out.empty());
}

TEST_P(Rfc6455Section7_1_5, AfterACloseOrAFaultItIsNoNews) {
  for (const std::string& last : {in(Opcode::Close, ""), in(Opcode::Text, "\xFF")}) {
    Protocol protocol(role());
    base::Buffer out;
    std::vector<Seen> events;
    feed(protocol, last, out, events);
    EXPECT_EQ(events.size(), 1U);
    EXPECT_EQ(protocol.abnormal().kind, Event::Kind::None);
    EXPECT_EQ(protocol.state(), State::Closed);
  }
}

TEST_P(Rfc6455Section7_1_5, NeverOnTheWire) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_FALSE(protocol.close(CloseCode::Abnormal, "", out));
  EXPECT_FALSE(protocol.close(CloseCode::TlsHandshake, "", out));
  EXPECT_TRUE(out.empty());
}

// ---- §7.1.7: the connection fails

class Rfc6455Section7_1_7 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section7_1_7);

TEST_P(Rfc6455Section7_1_7, NothingMoreIsProcessed) {
  const std::string bad = raw_frame(peer(), 0x8F, "");
  for (const std::string& after : {in(Opcode::Close, close_payload(1000)), in(Opcode::Ping, "x"), in(Opcode::Text, "x"),
                                   std::string(100, '\xFF')}) {
    expect(role(), in(Opcode::Text, "good") + bad + after, {text("good"), failed(1002, "reserved opcode")},
           {sent(Opcode::Close, close_payload(1002, "reserved opcode"))});
  }
}

TEST_P(Rfc6455Section7_1_7, TheCloseFrameComesBehindWhatIsQueued) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_TRUE(protocol.send(Opcode::Text, "queued", out));
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Ping, "p") + in(Opcode::Text, "\xFF"), out, events);
  EXPECT_EQ(read_frames(out.view(), role()),
            (std::vector{sent(Opcode::Text, "queued"), sent(Opcode::Pong, "p"),
                         sent(Opcode::Close, close_payload(1007, "text message is not valid UTF-8"))}));
}

// ---- §10.4: limits

class Rfc6455Section10_4 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section10_4);

TEST_P(Rfc6455Section10_4, AMessageAtTheLimitAndOneByteOver) {
  Options options;
  options.max_message_size = 1000;
  const std::string reason = "message is over the limit of 1000 bytes";
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1009, reason))};
  const std::string fits = payload_of(1000, true);
  expect(role(), in(Opcode::Text, fits), {text(fits)}, {}, options);
  expect(role(), in(Opcode::Text, fits + "x"), {failed(1009, reason)}, out, options);
}

TEST_P(Rfc6455Section10_4, TheLimitCountsOverAllFragments) {
  Options options;
  options.max_message_size = 100;
  const std::string reason = "message is over the limit of 100 bytes";
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1009, reason))};
  const std::string half(50, 'h');
  const std::string begun = in(Opcode::Text, half, more) + in(Opcode::Continuation, half, more);
  expect(role(), begun + in(Opcode::Continuation, ""), {text(half + half)}, {}, options);
  expect(role(), begun + in(Opcode::Continuation, "x"), {failed(1009, reason)}, out, options);
  expect(role(), begun + in(Opcode::Continuation, "x", more), {failed(1009, reason)}, out, options);
  // And anew for the next message.
  expect(role(), begun + in(Opcode::Continuation, "") + begun + in(Opcode::Continuation, ""),
         {text(half + half), text(half + half)}, {}, options);
  // Control frames between do not count, whatever the limit.
  expect(role(), begun + in(Opcode::Ping, std::string(125, 'p')) + in(Opcode::Continuation, ""),
         {ping(std::string(125, 'p')), text(half + half)}, {sent(Opcode::Pong, std::string(125, 'p'))}, options);
}

TEST_P(Rfc6455Section10_4, AnAnnouncedLengthIsRefusedAtOnce) {
  const bool mask = peer() == Role::Client;
  const std::string reason = "message is over the limit of 1048576 bytes";
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1009, reason))};
  // The last byte of the length is enough; the mask key and the payload never come. None is cut to 32 bits.
  for (const std::uint64_t length :
       {std::uint64_t{1024 * 1024 + 1}, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + 5, std::uint64_t{1} << 62,
        (std::uint64_t{1} << 63) - 1}) {
    expect(role(), raw_header(0x82, mask, length), {failed(1009, reason)}, out);
    expect(role(), in(Opcode::Binary, "begun", more) + raw_header(0x80, mask, length), {failed(1009, reason)}, out);
  }
}

TEST_P(Rfc6455Section10_4, FramesHaveALimitOfTheirOwn) {
  Options options;
  options.max_frame_size = 10;
  const std::string reason = "frame is over the limit of 10 bytes";
  const std::vector<Sent> out = {sent(Opcode::Close, close_payload(1009, reason))};
  expect(role(), in(Opcode::Text, "0123456789", more) + in(Opcode::Continuation, "0123456789"),
         {text("01234567890123456789")}, {}, options);
  expect(role(), in(Opcode::Text, "0123456789a"), {failed(1009, reason)}, out, options);
  expect(role(), in(Opcode::Ping, "0123456789a"), {ping("0123456789a")}, {sent(Opcode::Pong, "0123456789a")}, options);
}

TEST_P(Rfc6455Section10_4, MoreThan65536FragmentsAreLegalTraffic) {
  const std::string piece(64, 'f');
  Options options;
  options.max_message_size = 8 * 1024 * 1024;
  Protocol protocol(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Text, piece, more), out, events);
  const std::string next = in(Opcode::Continuation, piece, more);
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += next;
  for (int i = 0; i < 70; ++i) feed(protocol, thousand, out, events);
  EXPECT_TRUE(events.empty());
  feed(protocol, in(Opcode::Continuation, ""), out, events);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].payload.size(), 70'001U * 64);
}

TEST_P(Rfc6455Section10_4, EndlessFragmentsAreNot) {
  Options options;
  options.max_fragments = 3;
  const std::string reason = "message is over the limit of 3 frames";
  const std::string begun = in(Opcode::Text, "", more) + in(Opcode::Continuation, "", more);
  expect(role(), begun + in(Opcode::Continuation, "end"), {text("end")}, {}, options);
  expect(role(), begun + in(Opcode::Continuation, "", more) + in(Opcode::Continuation, "", more),
         {failed(1009, reason)}, {sent(Opcode::Close, close_payload(1009, reason))}, options);
  expect(role(), begun + in(Opcode::Continuation, "1") + begun + in(Opcode::Continuation, "2"), {text("1"), text("2")},
         {}, options);
}

// ---- §5.5.3: a flood of pings

class Rfc6455Section5_5_3 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section5_5_3);

TEST_P(Rfc6455Section5_5_3, AFloodOfPingsDoesNotMakeTheOutputGrow) {
  Options options;
  options.max_pong_backlog = 1000;
  Protocol protocol(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  for (int i = 0; i < 10'000; ++i) feed(protocol, in(Opcode::Ping, "ping number " + std::to_string(i)), out, events);
  EXPECT_EQ(events.size(), 10'000U) << "every ping is an event";
  EXPECT_LE(out.size(), 1000U);
  EXPECT_TRUE(protocol.pong_pending());
  const std::vector<Sent> first = read_frames(out.view(), role());
  EXPECT_GT(first.size(), 30U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i], sent(Opcode::Pong, "ping number " + std::to_string(i)));
  }

  // While `out` is not sent, nothing comes.
  protocol.flush_pong(out);
  EXPECT_EQ(read_frames(out.view(), role()), first);
  out.consume(out.size() - 1);
  protocol.flush_pong(out);
  EXPECT_EQ(out.size(), 1U);
  EXPECT_TRUE(protocol.pong_pending());

  // Once it is, the most recent ping has its pong, and it alone.
  out.clear();
  protocol.flush_pong(out);
  EXPECT_FALSE(protocol.pong_pending());
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Pong, "ping number 9999")}));
  protocol.flush_pong(out);
  EXPECT_EQ(read_frames(out.view(), role()).size(), 1U);

  // And all is as in the beginning.
  feed(protocol, in(Opcode::Ping, "again"), out, events);
  EXPECT_EQ(read_frames(out.view(), role()),
            (std::vector{sent(Opcode::Pong, "ping number 9999"), sent(Opcode::Pong, "again")}));
}

TEST_P(Rfc6455Section5_5_3, AHeldPongGoesOutWithTheNextReceive) {
  Options options;
  options.max_pong_backlog = 1;  // the first pong always goes
  Protocol protocol(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Ping, "1") + in(Opcode::Ping, "2") + in(Opcode::Ping, "3"), out, events);
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Pong, "1")}));
  out.clear();
  feed(protocol, in(Opcode::Text, "more"), out, events);
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Pong, "3")}));
  EXPECT_FALSE(protocol.pong_pending());
}

TEST_P(Rfc6455Section5_5_3, AHeldPongIsDroppedWhenThePeerCloses) {
  Options options;
  options.max_pong_backlog = 1;
  Protocol protocol(role(), options);
  base::Buffer out;
  std::vector<Seen> events;
  feed(protocol, in(Opcode::Ping, "1") + in(Opcode::Ping, "2") + in(Opcode::Close, ""), out, events);
  EXPECT_FALSE(protocol.pong_pending());
  EXPECT_EQ(read_frames(out.view(), role()), (std::vector{sent(Opcode::Pong, "1"), sent(Opcode::Close, "")}));
}

}  // namespace
}  // namespace folio::ws
