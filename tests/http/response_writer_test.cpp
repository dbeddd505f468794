#include "http/response_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/status.hpp"

namespace folio::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Body = ResponseHead::Body;
using Fields = std::vector<std::pair<std::string, std::string>>;

struct Written {
  std::string text;
  HeadWritten result;
};

Written write_once(const ResponseHead& head, const Fields& fields) {
  base::Buffer out;
  const HeadWritten result = write_response_head(out, head, fields);
  return {std::string(out.view()), result};
}

// Also with prefixes that are kept, twice, which must give the same.
Written write(ResponseHead head, const Fields& fields = {}) {
  const Written plain = write_once(head, fields);
  HeadPrefixes prefixes;
  prefixes.set_date(head.date);
  head.prefixes = &prefixes;
  for (int i = 0; i < 2; ++i) {
    const Written kept = write_once(head, fields);
    EXPECT_EQ(kept.text, plain.text);
    EXPECT_EQ(kept.result.send_body, plain.result.send_body);
    EXPECT_EQ(kept.result.chunked, plain.result.chunked);
    EXPECT_EQ(kept.result.keep_alive, plain.result.keep_alive);
    EXPECT_EQ(kept.result.dropped, plain.result.dropped);
  }
  return plain;
}

TEST(PlainResponse, IsWhatTheHeadWriterWrites) {
  HeadPrefixes prefixes;
  prefixes.set_date("Sun, 06 Nov 1994 08:49:37 GMT");
  const std::string long_body(70'000, 'x');
  for (const int status : {200, 201, 404, 503, 799}) {
    for (const std::string_view body : {std::string_view(), std::string_view("x"), std::string_view("0123456789"),
                                        std::string_view(long_body)}) {
      const ResponseHead head{.status = status,
                              .content_length = body.size(),
                              .date = prefixes.date(),
                              .content_type = "text/html; charset=utf-8"};
      base::Buffer out;
      out.append("before");
      write_plain_response(out, prefixes.of(status, head.content_type), body);
      EXPECT_EQ(out.view(), "before" + write(head).text + std::string(body)) << status << ", " << body.size();
    }
  }
}

TEST(PlainResponse, IsForAStatusWithABody) {
  for (const int status : {100, 101, 199, 204, 205, 304}) EXPECT_FALSE(status_has_body(status)) << status;
  for (const int status : {200, 201, 203, 206, 301, 400, 599}) EXPECT_TRUE(status_has_body(status)) << status;
}

constexpr std::string_view some_date = "Sun, 06 Nov 1994 08:49:37 GMT";

TEST(HeadPrefixes, AreThoseOfTheirDate) {
  HeadPrefixes prefixes;
  EXPECT_EQ(prefixes.of(200, "text/plain"), "") << "there is no date yet";
  prefixes.set_date(some_date);
  EXPECT_EQ(prefixes.of(200, "text/plain"),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n");
  prefixes.set_date("Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(prefixes.of(200, "text/plain"),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:38 GMT\r\nContent-Type: text/plain\r\n");
}

TEST(HeadPrefixes, AreThoseOfTheirStatusAndTypeThoughTheyShareAPlace) {
  HeadPrefixes prefixes;
  prefixes.set_date(some_date);
  for (int round = 0; round < 2; ++round) {
    for (const int status : {200, 201, 216, 232, 404, 599, 999}) {
      for (const std::string type : {"a/a", "b/b", "text/plain", "text/html; charset=utf-8"}) {
        const std::string_view prefix = prefixes.of(status, type);
        EXPECT_THAT(prefix, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
        EXPECT_TRUE(prefix.ends_with("\r\nContent-Type: " + type + "\r\n")) << prefix;
      }
    }
  }
}

TEST(HeadPrefixes, AreNotKeptOfTypesThatAreNoneOrLong) {
  HeadPrefixes prefixes;
  prefixes.set_date(some_date);
  EXPECT_EQ(prefixes.of(200, ""), "");
  EXPECT_EQ(prefixes.of(200, "text/plain\r\nX: y"), "");
  EXPECT_EQ(prefixes.of(200, std::string(HeadPrefixes::longest_type + 1, 'a')), "");
  EXPECT_NE(prefixes.of(200, std::string(HeadPrefixes::longest_type, 'a')), "");
}

TEST(ResponseHead, OfAnOrdinaryResponse) {
  const Written written =
      write({.content_length = 5, .date = "Sun, 06 Nov 1994 08:49:37 GMT", .content_type = "text/plain"},
            {{"X-A", "1"}, {"X-Empty", ""}});
  EXPECT_EQ(written.text,
            "HTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Type: text/plain\r\n"
            "Content-Length: 5\r\n"
            "X-A: 1\r\n"
            "X-Empty: \r\n"
            "\r\n");
  EXPECT_TRUE(written.result.send_body);
  EXPECT_TRUE(written.result.keep_alive);
  EXPECT_FALSE(written.result.chunked);
  EXPECT_EQ(written.result.dropped, 0U);
}

TEST(ResponseHead, WithoutFields) {
  base::Buffer out;
  out.append("before");
  const HeadWritten result = write_response_head(out, {.status = 404});
  EXPECT_EQ(out.view(), "beforeHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(result.keep_alive);
}

TEST(ResponseHead, OfStatusWithoutPhrase) {
  EXPECT_THAT(write({.status = 599}).text, StartsWith("HTTP/1.1 599 \r\n"));
  EXPECT_THAT(write({.status = 999}).text, StartsWith("HTTP/1.1 999 \r\n"));
  EXPECT_THAT(write({.status = 99}).text, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(write({.status = -1}).text, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(write({.status = 1000}).text, StartsWith("HTTP/1.1 500 "));
}

TEST(ResponseHead, WritesTheLargestLength) {
  EXPECT_THAT(write({.content_length = std::numeric_limits<std::uint64_t>::max()}).text,
              HasSubstr("Content-Length: 18446744073709551615\r\n"));
}

// RFC 9112 §9.3
TEST(ResponseHead, SaysWhetherTheConnectionPersists) {
  EXPECT_THAT(write({.keep_alive = true}).text, Not(HasSubstr("Connection")));
  EXPECT_THAT(write({.keep_alive = false}).text, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(write({.keep_alive = true, .minor_version = 0}).text, HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(write({.keep_alive = false, .minor_version = 0}).text, HasSubstr("Connection: close\r\n"));
}

TEST(ResponseHead, TakesCloseFromAField) {
  const Written written = write({}, {{"connection", "Close"}});
  EXPECT_THAT(written.text, HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(written.result.keep_alive);
  EXPECT_EQ(written.result.dropped, 0U);
}

// RFC 9110 §7.8, §15.5.22
TEST(ResponseHead, TakesUpgradeFromAField) {
  const Fields fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", "x"}};
  EXPECT_EQ(write({.status = 101}, fields).text,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\nConnection: "
            "Upgrade\r\n\r\n");
  EXPECT_THAT(write({.status = 426}, fields).text, HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_THAT(write({.status = 426, .keep_alive = false}, fields).text, HasSubstr("Connection: close, Upgrade\r\n"));
}

TEST(ResponseHead, DropsOtherConnectionOptions) {
  const Written written = write({}, {{"Connection", "keep-alive, x"}});
  EXPECT_THAT(written.text, Not(HasSubstr("Connection")));
  EXPECT_EQ(written.result.dropped, 1U);
}

// RFC 9112 §6.3, RFC 9110 §8.6
TEST(ResponseHead, HasNoFramingWhereThereIsNoBody) {
  for (const int status : {100, 101, 103, 204, 304}) {
    for (const Body body : {Body::Length, Body::Chunked}) {
      const Written written = write({.status = status, .body = body, .content_length = 5});
      EXPECT_THAT(written.text, Not(HasSubstr("Content-Length"))) << status;
      EXPECT_THAT(written.text, Not(HasSubstr("Transfer-Encoding"))) << status;
      EXPECT_FALSE(written.result.send_body) << status;
      EXPECT_FALSE(written.result.chunked) << status;
      EXPECT_TRUE(written.result.keep_alive) << status;
    }
  }
}

// RFC 9110 §15.3.6
TEST(ResponseHead, OfResetContentSaysThatThereIsNone) {
  const Written written = write({.status = 205, .content_length = 5});
  EXPECT_THAT(written.text, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_FALSE(written.result.send_body);
}

// RFC 9110 §9.3.2: "The server SHOULD send the same header fields in response to a HEAD request as it would have sent
// if the request method had been GET."
TEST(ResponseHead, ToHeadIsThatOfGet) {
  const Written written = write({.content_length = 5, .content_type = "a/b", .head_request = true});
  EXPECT_EQ(written.text, "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\n");
  EXPECT_FALSE(written.result.send_body);
  const Written chunked = write({.body = Body::Chunked, .head_request = true});
  EXPECT_THAT(chunked.text, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(chunked.result.send_body);
  EXPECT_FALSE(chunked.result.chunked);
  EXPECT_TRUE(write({.body = Body::Chunked, .minor_version = 0, .head_request = true}).result.keep_alive);
}

// RFC 9112 §6.1
TEST(ResponseHead, OfChunks) {
  const Written written = write({.body = Body::Chunked});
  EXPECT_EQ(written.text, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(written.result.chunked);
  EXPECT_TRUE(written.result.keep_alive);
}

TEST(ResponseHead, OfChunksOnHttp10EndsWithTheConnection) {
  const Written written = write({.body = Body::Chunked, .minor_version = 0});
  EXPECT_EQ(written.text, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(written.result.chunked);
  EXPECT_TRUE(written.result.send_body);
  EXPECT_FALSE(written.result.keep_alive);
}

// A handler that passes on what a client sent cannot split the response.
TEST(ResponseHeadFields, CannotInjectLines) {
  using namespace std::string_literals;
  const std::string clean = write({}).text;
  for (const std::string& value : {"a\r\nSet-Cookie: x"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x01"s, "\x7f"s}) {
    const Written written = write({}, {{"X", value}});
    EXPECT_EQ(written.text, clean);
    EXPECT_EQ(written.result.dropped, 1U);
  }
  for (const std::string& name : {""s, "a b"s, "a:"s, "a\r\nb"s, "a\nb"s, "\xc3\xa4"s, "a\0"s}) {
    const Written written = write({}, {{name, "v"}});
    EXPECT_EQ(written.text, clean) << name;
    EXPECT_EQ(written.result.dropped, 1U);
  }
  EXPECT_EQ(write({.content_type = "a/b\r\nX: y"}).text, clean);
  EXPECT_EQ(write({.content_type = "a/b\r\nX: y"}).result.dropped, 1U);
  EXPECT_EQ(write({.date = "now\r\nX: y"}).text, clean);
}

TEST(ResponseHeadFields, TakeTabsAndBytesBeyondAscii) {
  EXPECT_THAT(write({}, {{"X", "a\t\xc3\xa4"}}).text, HasSubstr("X: a\t\xc3\xa4\r\n"));
}

TEST(ResponseHeadFields, CannotChangeTheFraming) {
  const std::string clean = write({.content_length = 3}).text;
  for (const char* name : {"Content-Length", "content-length", "Transfer-Encoding", "TRANSFER-ENCODING"}) {
    const Written written = write({.content_length = 3}, {{name, "7"}});
    EXPECT_EQ(written.text, clean) << name;
    EXPECT_EQ(written.result.dropped, 1U);
  }
}

TEST(ResponseHeadFields, ComeOnceWhenTheHeadHasThem) {
  EXPECT_EQ(write({.content_type = "a/b"}, {{"content-type", "c/d"}}).result.dropped, 1U);
  EXPECT_THAT(write({}, {{"Content-Type", "c/d"}}).text, HasSubstr("Content-Type: c/d\r\n"));
  EXPECT_EQ(write({.date = "x"}, {{"Date", "y"}}).result.dropped, 1U);
  EXPECT_THAT(write({}, {{"Date", "y"}}).text, HasSubstr("Date: y\r\n"));
  EXPECT_THAT(write({}, {{"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}).text, HasSubstr("a=1\r\nSet-Cookie: b=2\r\n"));
}

TEST(ResponseHeadFields, MayBeMoreThanWasAnnounced) {
  base::Buffer out;
  ResponseHeadWriter writer(out, {});
  std::string expected = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 100; ++i) {
    const std::string value(static_cast<std::size_t>(i) * 10, 'x');
    EXPECT_TRUE(writer.field("X-" + std::to_string(i), value));
    expected += "X-" + std::to_string(i) + ": " + value + "\r\n";
  }
  writer.finish();
  EXPECT_EQ(out.view(), expected + "\r\n");
}

// RFC 9112 §7.1
TEST(Chunks, HaveTheirSizeInHexadecimal) {
  base::Buffer out;
  write_chunk(out, "hello");
  write_chunk(out, "");
  write_chunk(out, std::string(26, 'x'));
  out.append(last_chunk);
  EXPECT_EQ(out.view(), "5\r\nhello\r\n1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n");
  out.clear();
  write_chunk_head(out, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out.view(), "ffffffffffffffff\r\n");
}

TEST(Status, HasPhraseAndLine) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(413), "Content Too Large");
  EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
  EXPECT_EQ(status_line(101), "HTTP/1.1 101 Switching Protocols\r\n");
  for (const int status : {-1, 0, 99, 299, 600, 1000}) {
    EXPECT_EQ(reason_phrase(status), "");
    EXPECT_EQ(status_line(status), "");
  }
}

TEST(Status, LinesAreWellFormed) {
  int known = 0;
  for (int status = 100; status < 600; ++status) {
    const std::string_view line = status_line(status);
    if (line.empty()) continue;
    ++known;
    EXPECT_EQ(line, "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) + "\r\n");
  }
  EXPECT_EQ(known, 62);
}

}  // namespace
}  // namespace folio::http
