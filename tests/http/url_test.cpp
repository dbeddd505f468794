#include "http/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace folio::http {
namespace {

// scheme|host|port|authority|target, or what is wrong.
std::string read(std::string_view text) {
  const auto parsed = parse_url(text);
  if (const auto* fault = std::get_if<std::string>(&parsed)) return *fault;
  const Url& url = std::get<Url>(parsed);
  return url.scheme + '|' + url.host + '|' + std::to_string(url.port) + '|' + url.authority + '|' + url.target +
         (url.secure ? "|secure" : "");
}

TEST(Rfc6455Section3, Urls) {
  EXPECT_EQ(read("ws://example.com"), "ws|example.com|80|example.com|/");
  EXPECT_EQ(read("wss://example.com/chat?room=1"), "wss|example.com|443|example.com|/chat?room=1|secure");
  EXPECT_EQ(read("ws://example.com:8080?a=b"), "ws|example.com|8080|example.com:8080|/?a=b");
  EXPECT_EQ(read("WSS://EXAMPLE.com:443/"), "wss|EXAMPLE.com|443|EXAMPLE.com|/|secure");
  EXPECT_EQ(read("http://127.0.0.1:5000/x"), "http|127.0.0.1|5000|127.0.0.1:5000|/x");
  EXPECT_EQ(read("https://[::1]:8443/x#fragment"), "https|::1|8443|[::1]:8443|/x|secure");
  EXPECT_EQ(read("ws://[2001:db8::1]"), "ws|2001:db8::1|80|[2001:db8::1]|/");
  EXPECT_EQ(read("ws://example.com:/x"), "ws|example.com|80|example.com|/x");
}

TEST(Rfc6455Section3, WhatIsNoUrl) {
  for (const std::string_view text : {"",
                                      "example.com",
                                      "/chat",
                                      "ftp://example.com",
                                      "ws:/example.com",
                                      "ws://",
                                      "ws:///x",
                                      "ws://:80",
                                      "ws://[::1",
                                      "ws://[]",
                                      "ws://a b",
                                      "ws://example.com:0",
                                      "ws://example.com:65536",
                                      "ws://example.com:x",
                                      "ws://user@example.com",
                                      "ws://user:secret@example.com",
                                      "ws://example.com/a b",
                                      "ws://example.com/\r\nX: y",
                                      "ws://ex%41mple.com",
                                      "ws://example.com/\xC3\xA4",
                                      "ws://\xC3\xA4.example"}) {
    EXPECT_NE(read(text).find("is no URL to connect to"), std::string::npos) << text << " gave " << read(text);
  }
}

}  // namespace
}  // namespace folio::http
