#include "http/request_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connection_harness.hpp"

namespace folio::http::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// The same outcome however the bytes are split; the one of the bytes as a whole.
Outcome parse(std::string_view bytes, const Limits& limits = {}) {
  const Outcome outcome = whole(bytes, limits);
  EXPECT_EQ(in_runs(bytes, 1, limits), outcome) << "byte by byte";
  EXPECT_EQ(in_runs(bytes, 7, limits), outcome) << "in runs of 7";
  for (std::size_t at = 1; at < bytes.size() && bytes.size() <= 300; ++at) {
    EXPECT_EQ(split_at(bytes, at, limits), outcome) << "split at " << at;
  }
  return outcome;
}

Message only(std::string_view bytes, const Limits& limits = {}) {
  const Outcome outcome = parse(bytes, limits);
  EXPECT_EQ(outcome.status, 0) << outcome.reason;
  EXPECT_EQ(outcome.messages.size(), 1U);
  return outcome.messages.empty() ? Message() : outcome.messages.front();
}

std::string get(const std::string& fields, const std::string& version = "1.1") {
  return "GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(RequestParserHead, GivesMethodTargetAndFields) {
  const Message message = only(
      "GET /a/b%20c?x=1&y HTTP/1.1\r\n"
      "Host: example.org:5000\r\n"
      "Accept:  text/html \t\r\n"
      "X-Empty:\r\n"
      "X-Blank: \t \r\n"
      "x-two: 1\r\n"
      "X-Two:2\r\n\r\n");
  EXPECT_EQ(message.method, "GET");
  EXPECT_EQ(message.known_method, Method::Get);
  EXPECT_EQ(message.target, "/a/b%20c?x=1&y");
  EXPECT_EQ(message.path, "/a/b%20c");
  EXPECT_EQ(message.query, "x=1&y");
  EXPECT_EQ(message.host, "example.org:5000");
  EXPECT_EQ(message.minor_version, 1);
  EXPECT_EQ(message.framing, Framing::None);
  EXPECT_TRUE(message.keep_alive);
  EXPECT_THAT(message.fields,
              ElementsAre(Pair("Host", "example.org:5000"), Pair("Accept", "text/html"), Pair("X-Empty", ""),
                          Pair("X-Blank", ""), Pair("x-two", "1"), Pair("X-Two", "2")));
}

TEST(RequestParserHead, FindsFieldsWithoutRegardToCase) {
  const std::string_view block = "GET / HTTP/1.1\r\nHost: a\r\nX-Two: 1\r\nx-two: 2\r\n\r\n";
  RequestParser parser{Limits{}};
  ASSERT_EQ(parser.parse_head(block), RequestParser::State::HeadComplete);
  const RequestHead& head = parser.head();
  EXPECT_EQ(head.value(block, "X-TWO"), "1");
  const Field* first = head.find(block, "x-Two");
  ASSERT_NE(first, nullptr);
  const Field* second = head.find(block, "x-Two", first);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->value.in(block), "2");
  EXPECT_EQ(head.find(block, "x-two", second), nullptr);
  EXPECT_EQ(head.find(block, "x-tw"), nullptr);
  EXPECT_EQ(head.value(block, "missing"), "");
}

TEST(RequestParserHead, KnowsMethodsThatRouteFilesDoNot) {
  const Message message = only("PROPFIND /x HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(message.method, "PROPFIND");
  EXPECT_EQ(message.known_method, Method::Other);
}

TEST(RequestParserHead, KeepsOffsetsAfterAnEmptyLine) {
  const Message message = only("\r\nPOST /p?q HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nok");
  EXPECT_EQ(message.method, "POST");
  EXPECT_EQ(message.path, "/p");
  EXPECT_EQ(message.query, "q");
  EXPECT_EQ(message.host, "h");
  EXPECT_EQ(message.body, "ok");
}

TEST(RequestParserHead, HoldsMoreFieldsThanFitInline) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X-" + std::to_string(i) + ": " + std::to_string(i * i) + "\r\n";
  const std::string two = get(fields) + get("");
  const Outcome outcome = parse(two);
  ASSERT_EQ(outcome.messages.size(), 2U);
  ASSERT_EQ(outcome.messages[0].fields.size(), 100U);
  EXPECT_THAT(outcome.messages[0].fields[99], Pair("X-98", "9604"));
  EXPECT_EQ(outcome.messages[1].fields.size(), 1U);
}

// RFC 9112 §3.2
TEST(RequestParserTarget, OriginForm) {
  const Message message = only("GET //a?b?c HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(message.form, TargetForm::Origin);
  EXPECT_EQ(message.path, "//a");
  EXPECT_EQ(message.query, "b?c");
}

TEST(RequestParserTarget, TellsAnEmptyQueryFromNone) {
  EXPECT_TRUE(only("GET /a? HTTP/1.1\r\nHost: h\r\n\r\n").has_query);
  EXPECT_FALSE(only("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").has_query);
}

TEST(RequestParserTarget, AbsoluteFormReplacesHost) {
  const Message message = only("GET http://real:81/p?q HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(message.form, TargetForm::Absolute);
  EXPECT_EQ(message.host, "real:81");
  EXPECT_EQ(message.path, "/p");
  EXPECT_EQ(message.query, "q");
}

TEST(RequestParserTarget, AbsoluteFormWithoutPath) {
  EXPECT_EQ(only("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").path, "/");
  EXPECT_EQ(only("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n").path, "*");
  const Message message = only("OPTIONS https://h?q=/ HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(message.path, "/");
  EXPECT_EQ(message.query, "q=/");
  EXPECT_EQ(message.host, "h");
}

TEST(RequestParserTarget, AsteriskForm) {
  const Message message = only("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(message.form, TargetForm::Asterisk);
  EXPECT_EQ(message.path, "*");
}

// RFC 9112 §9.3
TEST(RequestParserPersistence, FollowsConnectionOptionsAndVersion) {
  const std::vector<std::pair<std::string, bool>> on_1_1 = {
      {"", true},
      {"Connection: keep-alive\r\n", true},
      {"Connection: close\r\n", false},
      {"Connection: CLOSE\r\n", false},
      {"Connection: close\t\r\n", false},
      {"Connection: keep-alive,\tclose\r\n", false},
      {"Connection: x\r\nConnection: close\r\n", false},
      {"Connection: close;\r\n", true},
      {"Connection: closed\r\n", true},
      {"Connection: ,close,\r\n", false},
      {"Proxy-Connection: close\r\n", true},
  };
  for (const auto& [fields, expected] : on_1_1) EXPECT_EQ(only(get(fields)).keep_alive, expected) << fields;
  const std::vector<std::pair<std::string, bool>> on_1_0 = {
      {"", false},
      {"Connection: keep-alive\r\n", true},
      {"Connection: Keep-Alive\t\r\n", true},
      {"Connection: close, keep-alive\r\n", false},
      {"Proxy-Connection: keep-alive\r\n", false},
  };
  for (const auto& [fields, expected] : on_1_0) EXPECT_EQ(only(get(fields, "1.0")).keep_alive, expected) << fields;
}

// RFC 9110 §7.8
TEST(RequestParserUpgrade, NeedsBothFieldsAndVersion) {
  const std::string both = "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
  EXPECT_TRUE(only(get(both)).upgrade);
  EXPECT_EQ(only(get(both)).upgrade_protocols, "websocket");
  EXPECT_FALSE(only(get(both, "1.0")).upgrade);
  EXPECT_FALSE(only(get("Upgrade: websocket\r\n")).upgrade);
  EXPECT_FALSE(only(get("Connection: upgrade\r\n")).upgrade);
  EXPECT_FALSE(only(get("Upgrade:\r\nConnection: upgrade\r\n")).upgrade);
}

TEST(RequestParserUpgrade, LeavesWhatFollowsTheHeadAlone) {
  const std::string head = get("Upgrade: websocket\r\nConnection: Upgrade\r\n");
  const std::string block = head + "\x81\x85\r\n\r";
  RequestParser parser{Limits{}};
  ASSERT_EQ(parser.parse_head(block), RequestParser::State::HeadComplete);
  EXPECT_EQ(parser.head_size(), head.size());
  EXPECT_TRUE(parser.message_complete());
}

// RFC 9110 §10.1.1
TEST(RequestParserExpect, NeedsABodyAndVersion) {
  const std::string expect = "Expect: 100-Continue\r\n";
  const std::string body = "Content-Length: 1\r\n\r\nx";
  EXPECT_TRUE(only("POST / HTTP/1.1\r\nHost: a\r\n" + expect + body).expect_continue);
  EXPECT_FALSE(only("POST / HTTP/1.0\r\nHost: a\r\n" + expect + body).expect_continue);
  EXPECT_FALSE(only(get(expect)).expect_continue);
  EXPECT_TRUE(only("POST / HTTP/1.1\r\nHost: a\r\nExpect: , 100-continue,100-continue\r\n" + body).expect_continue);
}

// RFC 9110 §10.1.1
TEST(RequestParserExpect, OfOtherThingsIsNotMet) {
  for (const char* value : {"other", "100-continue, other", "100-continue;a=b", "\"100-continue\""}) {
    EXPECT_EQ(whole("POST / HTTP/1.1\r\nHost: a\r\nExpect: " + std::string(value) + "\r\n\r\n").status, 417) << value;
  }
}

// RFC 9112 §6
TEST(RequestParserBody, Counted) {
  const Message message = only("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello");
  EXPECT_EQ(message.framing, Framing::Length);
  EXPECT_EQ(message.body, "hello");
}

TEST(RequestParserBody, OfNoBytesIsComplete) {
  const Message message = only("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(message.framing, Framing::None);
  EXPECT_TRUE(message.complete);
}

TEST(RequestParserBody, Chunked) {
  const Message message = only(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0b;x=y;z=\"a\\\"b\"\r\n, the world\r\n000\r\nX: ignored\r\nHost: other\r\n\r\n");
  EXPECT_EQ(message.framing, Framing::Chunked);
  EXPECT_EQ(message.body, "hello, the world");
  EXPECT_EQ(message.host, "a");
  EXPECT_EQ(message.fields.size(), 2U);
}

TEST(RequestParserBody, GivesViewsIntoTheBytes) {
  RequestParser parser{Limits{}};
  const std::string_view block = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcdGET";
  ASSERT_EQ(parser.parse_head(block), RequestParser::State::HeadComplete);
  EXPECT_FALSE(parser.message_complete());
  const std::string_view rest = block.substr(parser.head_size());
  std::vector<std::string_view> runs;
  const auto result = parser.parse_body(rest, [&](std::string_view run) { runs.push_back(run); });
  EXPECT_EQ(result.state, RequestParser::State::MessageComplete);
  EXPECT_EQ(result.consumed, 4U);
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].data(), rest.data());
  EXPECT_EQ(runs[0], "abcd");
  EXPECT_TRUE(parser.message_complete());
  EXPECT_EQ(parser.parse_body("GET", [](std::string_view) { FAIL(); }).consumed, 0U);
}

TEST(RequestParserPipeline, GivesRequestsInOrder) {
  const Outcome outcome = parse(
      "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n"
      "\r\nPUT /3 HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
      "GET /4 HTTP/1.0\r\n\r\n"
      "GET /5");
  ASSERT_EQ(outcome.messages.size(), 4U);
  EXPECT_EQ(outcome.messages[0].body, "abc");
  EXPECT_EQ(outcome.messages[1].path, "/2");
  EXPECT_EQ(outcome.messages[2].body, "x");
  EXPECT_EQ(outcome.messages[3].host, "");
  EXPECT_EQ(outcome.left, 6U);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_FALSE(outcome.at_boundary);
}

// A body that looks like a request is a body.
TEST(RequestParserPipeline, DoesNotReadRequestsOutOfBodies) {
  const std::string inner = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";
  const Message message =
      only("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner);
  EXPECT_EQ(message.body, inner);
}

TEST(RequestParserEnd, IsCleanOnlyBetweenMessages) {
  EXPECT_TRUE(whole("").at_boundary);
  EXPECT_TRUE(whole("\r\n").at_boundary);
  EXPECT_FALSE(whole("\r").at_boundary);
  EXPECT_FALSE(whole("G").at_boundary);
  EXPECT_FALSE(whole("\r\nG").at_boundary);
  EXPECT_FALSE(whole("GET / HTTP/1.1\r\nHost: a\r\n\r").at_boundary);
  EXPECT_TRUE(whole("GET / HTTP/1.1\r\nHost: a\r\n\r\n").at_boundary);
  EXPECT_FALSE(whole("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx").at_boundary);
  EXPECT_FALSE(whole("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n").at_boundary);
  EXPECT_FALSE(whole("BAD").at_boundary);
}

TEST(RequestParserErrors, ComeAtTheFaultyByte) {
  const std::vector<std::pair<std::string, int>> faults = {
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01", 400},
      {"g", 400},
      {"GET /\x7f", 400},
      {"GET / HTTP/1.1\r\nX ", 400},
      {"GET / http", 400},
      {"GET ?", 400},
      {"GET / HTTP/2.0\r\n", 505},
      {"\r\n\r", 400},
      {"FOO / HTTP/1.1\r\n", 501},
      {"FOO /\"", 400},
  };
  for (const auto& [bytes, status] : faults) {
    EXPECT_EQ(parse(bytes).status, status) << bytes;
    EXPECT_EQ(whole(std::string_view(bytes).substr(0, bytes.size() - 1)).status, bytes == "GET / http" ? 400 : 0)
        << bytes;
  }
}

TEST(RequestParserErrors, StayAfterTheyCame) {
  RequestParser parser{Limits{}};
  EXPECT_EQ(parser.parse_head("BAD\x01"), RequestParser::State::Error);
  EXPECT_EQ(parser.parse_head("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), RequestParser::State::Error);
  EXPECT_EQ(parser.parse_body("x", [](std::string_view) { FAIL(); }).state, RequestParser::State::Error);
  EXPECT_EQ(parser.error().status, 400);
}

TEST(RequestParserErrors, SayHowToMendThem) {
  EXPECT_THAT(whole("GET / HTTP/1.1\r\n\r\n").reason, HasSubstr("Host"));
  EXPECT_THAT(whole(get("X: a\r\n b\r\n")).reason, HasSubstr("folded"));
  EXPECT_THAT(whole("GET /#a HTTP/1.1\r\n").reason, HasSubstr("percent-encoded"));
  EXPECT_THAT(whole("\x16\x03\x01").reason, HasSubstr("HTTPS"));
}

TEST(RequestParserErrors, LeaveTheRequestLineForTheLog) {
  RequestParser parser{Limits{}};
  const std::string block = "PUT /x?y HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n";
  EXPECT_FALSE(parser.has_request_line());
  ASSERT_EQ(parser.parse_head(block), RequestParser::State::Error);
  EXPECT_EQ(parser.error().status, 413);
  ASSERT_TRUE(parser.has_request_line());
  EXPECT_EQ(parser.head().method, Method::Put);
  EXPECT_EQ(parser.head().target.in(block), "/x?y");
  RequestParser other{Limits{}};
  ASSERT_EQ(other.parse_head("PUT x HTTP/1.1\r\n"), RequestParser::State::Error);
  EXPECT_FALSE(other.has_request_line());
}

TEST(RequestParserErrors, LineComesBeforeFields) {
  // Both are wrong, and the line is wrong first.
  EXPECT_EQ(parse("GET / HTTP/2.0\r\nX : y\r\n\r\n").status, 505);
  EXPECT_EQ(parse("FOO / HTTP/1.1\r\nX : y\r\n\r\n").status, 501);
}

Limits small() {
  Limits limits;
  limits.max_target = 10;
  limits.max_head = 100;
  limits.max_fields = 3;
  limits.max_body = 8;
  limits.max_chunk_overhead = 16;
  limits.max_trailers = 12;
  return limits;
}

TEST(RequestParserLimits, Target) {
  const std::string rest = " HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(only("GET /123456789" + rest, small()).path.size(), 10U);
  EXPECT_EQ(parse("GET /1234567890" + rest, small()).status, 414);
  EXPECT_EQ(parse("GET /1234567890", small()).status, 414);
  EXPECT_EQ(parse("FOO /1234567890" + rest, small()).status, 414);
  // What is wrong before the limit is reached comes first, and what is wrong behind it does not count.
  EXPECT_EQ(parse("GET /12\"4567890" + rest, small()).status, 400);
  EXPECT_EQ(parse("GET /1234567890\"" + rest, small()).status, 414);
  EXPECT_EQ(parse("GET a1234567890" + rest, small()).status, 400);
}

TEST(RequestParserLimits, Head) {
  const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::size_t room = 100 - begin.size() - end.size();
  EXPECT_EQ(only(begin + std::string(room, 'x') + end, small()).fields[1].second.size(), room);
  EXPECT_EQ(parse(begin + std::string(room + 1, 'x') + end, small()).status, 431);
  EXPECT_EQ(parse(begin + std::string(1000, 'x'), small()).status, 431);
  EXPECT_EQ(parse(begin + "\x01" + std::string(1000, 'x'), small()).status, 400);
  Limits line_first = small();
  line_first.max_target = 1000;
  EXPECT_EQ(parse("GET /" + std::string(1000, 'x'), line_first).status, 414);
}

TEST(RequestParserLimits, Fields) {
  EXPECT_EQ(only(get("A:\r\nB:\r\n"), small()).fields.size(), 3U);
  EXPECT_EQ(parse(get("A:\r\nB:\r\nC:\r\n"), small()).status, 431);
}

TEST(RequestParserLimits, Body) {
  const std::string counted = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  EXPECT_EQ(only(counted + "8\r\n\r\n12345678", small()).body.size(), 8U);
  const Outcome outcome = parse(counted + "9\r\n\r\n123456789", small());
  EXPECT_EQ(outcome.status, 413);
  EXPECT_TRUE(outcome.messages.empty());  // refused before a byte of it is read
  const std::string chunked = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(only(chunked + "4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n", small()).body.size(), 8U);
  EXPECT_EQ(parse(chunked + "4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n", small()).status, 413);
  EXPECT_EQ(parse(chunked + "9\r\n", small()).status, 413);
  Limits none = small();
  none.max_body = 0;
  EXPECT_EQ(parse(counted + "1\r\n\r\nx", none).status, 413);
  EXPECT_EQ(only(chunked + "0\r\n\r\n", none).body, "");
}

TEST(RequestParserLimits, BodyOfOneMessage) {
  const std::string message = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  RequestParser parser{Limits{}};
  const auto feed = [&](std::string_view body) {
    EXPECT_EQ(parser.parse_head(message), RequestParser::State::HeadComplete);
    return parser.parse_body(body, [](std::string_view) {}).state;
  };
  EXPECT_EQ(parser.parse_head(message), RequestParser::State::HeadComplete);
  parser.limit_body(4);
  EXPECT_EQ(feed("4\r\nabcd\r\n0\r\n\r\n"), RequestParser::State::MessageComplete);
  parser.reset();
  EXPECT_EQ(feed("5\r\nabcde\r\n0\r\n\r\n"), RequestParser::State::MessageComplete) << "of that message alone";
  parser.reset();
  EXPECT_EQ(parser.parse_head(message), RequestParser::State::HeadComplete);
  parser.limit_body(4);
  EXPECT_EQ(feed("5\r\n"), RequestParser::State::Error);
  EXPECT_EQ(parser.error().status, 413);
}

TEST(RequestParserLimits, LargestLengthIsNoNegativeOne) {
  Limits open;
  open.max_body = UINT64_MAX;
  const Outcome outcome = parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\nabc", open);
  EXPECT_EQ(outcome.status, 0);
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.messages[0].body, "abc");
  EXPECT_FALSE(outcome.messages[0].complete);
}

TEST(RequestParserLimits, ChunksTogetherMayNotOverflow) {
  Limits open;
  open.max_body = UINT64_MAX;
  const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse(head + "1\r\nx\r\nffffffffffffffff\r\n", open).status, 413);
}

TEST(RequestParserLimits, ChunkOverhead) {
  const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse(head + "1;456789012345\r\nx", small()).status, 0);
  EXPECT_EQ(parse(head + "1;4567890123456\r\nx", small()).status, 400);
  EXPECT_EQ(parse(head + std::string(17, '0'), small()).status, 400);
  // Each chunk is within the limit, all of them together are not.
  Limits limits;
  limits.max_chunk_overhead = 100;
  std::string many = head;
  for (int i = 0; i < 100; ++i) many += "1;" + std::string(90, 'a') + "\r\nx\r\n";
  EXPECT_EQ(parse(many + "0\r\n\r\n", limits).status, 400);
  // Honest chunks of one byte may go on for ever.
  std::string honest = head;
  for (int i = 0; i < 5000; ++i) honest += "1\r\nx\r\n";
  EXPECT_EQ(parse(honest + "0\r\n\r\n", limits).status, 0);
}

TEST(RequestParserLimits, Trailers) {
  const std::string head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  EXPECT_EQ(parse(head + "X: 45678\r\n\r\n", small()).status, 0);
  EXPECT_EQ(parse(head + "X: 456789\r\n\r\n", small()).status, 431);
}

// The head of a request that never ends costs no more than the bytes that are new.
TEST(RequestParserCost, ReadsOnlyNewBytes) {
  RequestParser parser{Limits{}};
  std::string block = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  ASSERT_EQ(parser.parse_head(block), RequestParser::State::NeedMore);
  // What was read already is not read again: a change to it goes unseen until the head is complete.
  block[block.size() - 3] = '\x01';
  block += "y";
  EXPECT_EQ(parser.parse_head(block), RequestParser::State::NeedMore);
}

TEST(RequestParserMove, MayHappenInTheMiddle) {
  RequestParser first{Limits{}};
  const std::string head = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_EQ(first.parse_head(head.substr(0, 10)), RequestParser::State::NeedMore);
  RequestParser second(std::move(first));
  ASSERT_EQ(second.parse_head(head), RequestParser::State::HeadComplete);
  EXPECT_EQ(second.head().path_in(head), "/x");
}

// --- heads whose fields are those of the head before ---

const std::string usual_fields = "Host: a.example\r\nUser-Agent: t/1\r\nAccept:  */* \r\n\r\n";

// The whole bytes at once, where fields are known again, and byte by byte, where they are not.
std::vector<Message> both_ways(const std::string& bytes, int status = 0) {
  const Outcome outcome = parse(bytes);
  EXPECT_EQ(outcome.status, status) << outcome.reason;
  return outcome.messages;
}

TEST(RequestParserRepeated, HasTheFieldsOfTheHeadBeforeBehindAnotherRequestLine) {
  const auto messages = both_ways("GET / HTTP/1.1\r\n" + usual_fields + "DELETE /longer/%41?q=1 HTTP/1.1\r\n" + usual_fields +
                                  "\r\nGET /? HTTP/1.1\r\n" + usual_fields + "HEAD /x HTTP/1.1\r\n" + usual_fields);
  ASSERT_EQ(messages.size(), 4U);
  for (const Message& message : messages) {
    EXPECT_EQ(message.host, "a.example");
    EXPECT_THAT(message.fields,
                ElementsAre(Pair("Host", "a.example"), Pair("User-Agent", "t/1"), Pair("Accept", "*/*")));
    EXPECT_TRUE(message.keep_alive);
  }
  EXPECT_EQ(messages[1].known_method, Method::Delete);
  EXPECT_EQ(messages[1].path, "/longer/%41");
  EXPECT_EQ(messages[1].query, "q=1");
  EXPECT_EQ(messages[2].path, "/");
  EXPECT_TRUE(messages[2].has_query);
  EXPECT_EQ(messages[3].known_method, Method::Head);
  EXPECT_FALSE(messages[3].has_query);
}

TEST(RequestParserRepeated, MeansWhatItSaysForItsOwnRequestLine) {
  // In HTTP/1.0 the same fields do not keep the connection; an absolute target beats Host; a target or a method that is
  // wrong stays wrong.
  const std::string first = "GET / HTTP/1.1\r\n" + usual_fields;
  const auto older = both_ways(first + "GET / HTTP/1.0\r\n" + usual_fields + first);
  ASSERT_EQ(older.size(), 3U);
  EXPECT_FALSE(older[1].keep_alive);
  EXPECT_TRUE(older[2].keep_alive);
  const auto absolute = both_ways(first + "GET http://b.example/p HTTP/1.1\r\n" + usual_fields + first);
  ASSERT_EQ(absolute.size(), 3U);
  EXPECT_EQ(absolute[1].host, "b.example");
  EXPECT_EQ(absolute[2].host, "a.example");
  const auto all = both_ways(first + "OPTIONS * HTTP/1.1\r\n" + usual_fields);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].path, "*");
  both_ways(first + "GET * HTTP/1.1\r\n" + usual_fields, 400);
  both_ways(first + "GET /\" HTTP/1.1\r\n" + usual_fields, 400);
  both_ways(first + "FOO / HTTP/1.1\r\n" + usual_fields, 501);
  both_ways(first + "GET / HTTP/2.0\r\n" + usual_fields, 505);
}

TEST(RequestParserRepeated, DiffersInOneByteAndIsReadAnew) {
  const std::string first = "GET / HTTP/1.1\r\n" + usual_fields;
  for (std::size_t at = 0; at + 4 < usual_fields.size(); ++at) {
    std::string other = usual_fields;
    if (other[at] < ' ' || other[at + 1] < ' ' || other[at] == ':') continue;
    other[at] = static_cast<char>(other[at] ^ 1);
    const std::string bytes = first + "GET / HTTP/1.1\r\n" + other;
    EXPECT_EQ(whole(bytes), in_runs(bytes, 1)) << other;
  }
  // What is longer or shorter by a line.
  both_ways(first + "GET / HTTP/1.1\r\nX: y\r\n" + usual_fields + first);
  const auto posted = both_ways(first + "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nok" + first);
  ASSERT_EQ(posted.size(), 3U);
  EXPECT_EQ(posted[1].body, "ok");
}

TEST(RequestParserRepeated, HasABodyOfTheSameLength) {
  const std::string fields = "Host: a.example\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  const auto posted = both_ways("POST /1 HTTP/1.1\r\n" + fields + "one" + "PUT /22 HTTP/1.1\r\n" + fields + "two" +
                                "GET /3 HTTP/1.1\r\n" + fields + "GET" + "GET / HTTP/1.1\r\n" + usual_fields);
  ASSERT_EQ(posted.size(), 4U);
  EXPECT_EQ(posted[0].body, "one");
  EXPECT_EQ(posted[1].body, "two");
  EXPECT_EQ(posted[1].path, "/22");
  EXPECT_EQ(posted[2].body, "GET");
  EXPECT_EQ(posted[3].body, "");
  // An empty one, and one in chunks, which is never known again.
  const std::string none = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(both_ways(none + none + none).size(), 3U);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
  EXPECT_EQ(both_ways(chunked + chunked + none + chunked).size(), 4U);
}

TEST(RequestParserRepeated, HasARequestLineOfItsOwnOrTheOneBefore) {
  const auto get = [](std::string_view target) { return "GET " + std::string(target) + " HTTP/1.1\r\n" + usual_fields; };
  const std::string post = "POST /a?x=1 HTTP/1.1\r\n" + usual_fields;
  // The same again; one of the same size; back to a line that was there before; behind an empty line and after one.
  const auto heads = both_ways(get("/a?x=1") + get("/a?x=1") + get("/b?y=2") + get("/b?y=2") + get("/a?x=1") + get("/a") +
                               get("/a") + post + post + "\r\n" + get("/a") + get("/a") + "\r\n" + get("/a"));
  const std::vector<std::string> paths = {"/a", "/a", "/b", "/b", "/a", "/a", "/a", "/a", "/a", "/a", "/a", "/a"};
  const std::vector<std::string> queries = {"x=1", "x=1", "y=2", "y=2", "x=1", "", "", "x=1", "x=1", "", "", ""};
  ASSERT_EQ(heads.size(), paths.size());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    EXPECT_EQ(heads[i].path, paths[i]) << i;
    EXPECT_EQ(heads[i].query, queries[i]) << i;
    EXPECT_EQ(heads[i].known_method, i == 7 || i == 8 ? Method::Post : Method::Get) << i;
    EXPECT_EQ(heads[i].host, "a.example") << i;
  }
  // A line that is known, and then other fields than those it came with.
  const std::string other = "GET /a HTTP/1.1\r\nHost: b\r\nX: 1\r\n\r\n";
  EXPECT_EQ(both_ways(get("/a") + other + other + get("/a") + get("/a")).size(), 5U);
  // Cut short: what is there of it is the line before, and no head yet.
  EXPECT_EQ(both_ways(get("/a") + get("/a") + "GET /a HTTP/1.1\r\nHost").size(), 2U);
}

TEST(RequestParserRepeated, KeepsItsLimits) {
  Limits limits;
  limits.max_head = 100;
  limits.max_target = 40;
  const std::string first = "GET / HTTP/1.1\r\n" + usual_fields;
  EXPECT_EQ(parse(first + "GET /" + std::string(30, 'a') + " HTTP/1.1\r\n" + usual_fields, limits).status, 0);
  EXPECT_EQ(parse(first + "GET /" + std::string(39, 'a') + " HTTP/1.1\r\n" + usual_fields, limits).status, 431);
  EXPECT_EQ(parse(first + "GET /" + std::string(40, 'a') + " HTTP/1.1\r\n" + usual_fields, limits).status, 414);
  // Longer than what is remembered.
  const std::string large = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(RequestParser::max_repeated, 'x') + "\r\n\r\n";
  EXPECT_EQ(whole(large + large), in_runs(large + large, 1000));
}

}  // namespace
}  // namespace folio::http::testing
