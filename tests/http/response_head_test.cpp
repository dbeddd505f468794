#include "http/response_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace folio::http {
namespace {

// "status minor reason|name=value|…", "more", or what is wrong: the same whole and byte by byte.
std::string read(std::string_view block, const Limits& limits = {}) {
  const auto outcome = [](const ResponseHeadParser& parser, ResponseHeadParser::State state, std::string_view bytes) {
    if (state == ResponseHeadParser::State::NeedMore) return std::string("more");
    if (state == ResponseHeadParser::State::Error) return std::string(parser.error());
    const AnswerHead& head = parser.head();
    std::string text = std::to_string(head.status) + ' ' + std::to_string(head.minor_version) + ' ' +
                       std::string(head.reason.in(bytes));
    for (const Field& field : head.fields) {
      text += '|' + std::string(field.name.in(bytes)) + '=' + std::string(field.value.in(bytes));
    }
    return text + " +" + std::to_string(bytes.size() - parser.size());
  };
  ResponseHeadParser whole(limits);
  const std::string expected = outcome(whole, whole.parse(block), block);
  ResponseHeadParser bytewise(limits);
  auto state = ResponseHeadParser::State::NeedMore;
  for (std::size_t size = 1; size <= block.size() && state == ResponseHeadParser::State::NeedMore; ++size) {
    state = bytewise.parse(block.substr(0, size));
  }
  EXPECT_EQ(outcome(bytewise, state, block), expected);
  return expected;
}

TEST(Rfc9112Section4, StatusLine) {
  EXPECT_EQ(read("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n\x81"), "101 1 Switching Protocols|A=b +1");
  EXPECT_EQ(read("HTTP/1.0 200 \r\n\r\n"), "200 0  +0");
  EXPECT_EQ(read("HTTP/1.1 404\r\n\r\n"), "404 1  +0");
  EXPECT_EQ(read("HTTP/1.1 101 Sw"), "more");
  EXPECT_EQ(read("HT"), "more");
  EXPECT_EQ(read("SSH-2.0"), "the answer is not HTTP/1.1");
  EXPECT_EQ(read("HTTP/2 200\r\n\r\n"), "the answer is not HTTP/1.1");
  for (const std::string_view line :
       {"HTTP/1.2 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1  200 OK", "HTTP/1.1 2000", "HTTP/1.1 099 x", "HTTP/1.1 600 x",
        "HTTP/1.1 2x0 OK", "HTTP/1.1 200 a\rb", "HTTP/1.1 200 a\nb"}) {
    EXPECT_EQ(read(std::string(line) + "\r\n\r\n"), "the status line of the answer is malformed") << line;
  }
}

TEST(Rfc9112Section5, FieldLines) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nA:  b c \r\na: d\r\nEmpty:\r\n\r\n"), "200 1 OK|A=b c|a=d|Empty= +0");
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA : b\r\n\r\n").find("must begin with a name"), std::string::npos);
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n").find("folded"), std::string::npos);
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n").find("LF alone"), std::string::npos);
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n").find("CR"), std::string::npos);
}

TEST(AnswerHead, LimitsHold) {
  Limits limits;
  limits.max_head = 64;
  limits.max_fields = 2;
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nA: " + std::string(37, 'x') + "\r\n\r\n", limits).substr(0, 6), "200 1 ");
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA: " + std::string(41, 'x') + "\r\n\r\n", limits).find("larger than"),
            std::string::npos);
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA: " + std::string(99, 'x'), limits).find("larger than"), std::string::npos);
  EXPECT_NE(read("HTTP/1.1 200 OK\r\nA:b\r\nC:d\r\nE:f\r\n\r\n", limits).find("more header fields"), std::string::npos);
}

TEST(AnswerHead, FindsFieldsByIndex) {
  const std::string_view block = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n";
  ResponseHeadParser parser{Limits{}};
  ASSERT_EQ(parser.parse(block), ResponseHeadParser::State::Complete);
  ASSERT_NE(parser.head().find(block, "a", 1), nullptr);
  EXPECT_EQ(parser.head().find(block, "a", 1)->value.in(block), "3");
  EXPECT_EQ(parser.head().find(block, "a", 2), nullptr);
}

}  // namespace
}  // namespace folio::http
