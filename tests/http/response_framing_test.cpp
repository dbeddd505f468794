#include "http/response_framing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/request_writer.hpp"

namespace folio::http {
namespace {

// "none", "chunked", "close" or the length, with " close" where the connection ends; or what is wrong.
std::string framing(std::string_view status_line, std::string_view fields, std::string_view method = "GET") {
  const std::string block = std::string(status_line) + "\r\n" + std::string(fields) + "\r\n";
  ResponseHeadParser parser{Limits{}};
  EXPECT_EQ(parser.parse(block), ResponseHeadParser::State::Complete);
  const auto result = response_framing(parser.head(), block, method);
  if (const auto* fault = std::get_if<std::string_view>(&result)) return std::string(*fault);
  const auto& found = std::get<ResponseFraming>(result);
  std::string text = found.until_close                   ? "end"
                     : found.framing == Framing::Chunked ? "chunked"
                     : found.framing == Framing::Length  ? std::to_string(found.content_length)
                                                         : "none";
  return found.keep_alive ? text : text + " close";
}

TEST(Rfc9112Section6_3Responses, Lengths) {
  constexpr std::string_view ok = "HTTP/1.1 200 OK";
  EXPECT_EQ(framing(ok, "Content-Length: 7\r\n"), "7");
  EXPECT_EQ(framing(ok, "Content-Length: 7, 7\r\ncontent-length: 7\r\n"), "7");
  EXPECT_EQ(framing(ok, "Transfer-Encoding: Chunked\r\n"), "chunked");
  EXPECT_EQ(framing(ok, ""), "end close");
  EXPECT_EQ(framing(ok, "Content-Length: 7\r\n", "HEAD"), "none");
  EXPECT_EQ(framing("HTTP/1.1 204 No Content", ""), "none");
  EXPECT_EQ(framing("HTTP/1.1 304 Not Modified", "Content-Length: 7\r\n"), "none");
  for (const std::string_view length : {"7, 8", "", ",", "-1", "0x7", "7 7", "1234567890123456789"}) {
    EXPECT_EQ(framing(ok, "Content-Length: " + std::string(length) + "\r\n"),
              "the answer's Content-Length is malformed");
  }
  EXPECT_EQ(framing(ok, "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n"),
            "the answer has both a Transfer-Encoding and a Content-Length");
  EXPECT_EQ(framing(ok, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            "the answer has a Transfer-Encoding that was not asked for");
}

TEST(Rfc9112Section9_3Responses, Persistence) {
  EXPECT_EQ(framing("HTTP/1.1 200 OK", "Content-Length: 7\r\nConnection: x, Close\r\n"), "7 close");
  EXPECT_EQ(framing("HTTP/1.0 200 OK", "Content-Length: 7\r\n"), "7 close");
  EXPECT_EQ(framing("HTTP/1.0 200 OK", "Content-Length: 7\r\nConnection: keep-alive\r\n"), "7");
}

TEST(RequestWriter, WritesWhatWasAsked) {
  base::Buffer out;
  const std::vector<std::pair<std::string, std::string>> fields{
      {"accept", "a/b"}, {"User-Agent", "x"}, {"Accept-Encoding", "gzip"}};
  write_request_head(out, {.method = "GET", .target = "/x?y", .authority = "a:81", .fields = fields});
  EXPECT_EQ(out.view(),
            "GET /x?y HTTP/1.1\r\nHost: a:81\r\naccept: a/b\r\nUser-Agent: x\r\nAccept-Encoding: gzip\r\n\r\n");
  out.clear();
  write_request_head(out, {.method = "POST", .target = "/", .authority = "a", .fields = fields});
  EXPECT_TRUE(out.view().ends_with("\r\nContent-Length: 0\r\n\r\n"));
  out.clear();
  write_request_head(out, {.method = "POST", .target = "/", .authority = "a", .fields = fields, .chunked = true});
  EXPECT_TRUE(out.view().ends_with("\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

}  // namespace
}  // namespace folio::http
