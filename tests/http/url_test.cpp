#include "http/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
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

std::string resolved(std::string_view reference, std::string_view base = "http://a/b/c/d;p?q") {
  const auto target = resolve_reference(std::get<Url>(parse_url(base)), reference);
  if (const auto* fault = std::get_if<std::string>(&target)) return *fault;
  const Url& url = std::get<Url>(target);
  return url.scheme + "://" + url.authority + url.target;
}

TEST(Rfc3986Section5_4, References) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"g", "http://a/b/c/g"},       {"./g", "http://a/b/c/g"},       {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},          {"//g", "http://g/"},            {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},   {"#s", "http://a/b/c/d;p?q"},    {"g#s", "http://a/b/c/g"},
      {";x", "http://a/b/c/;x"},     {"", "http://a/b/c/d;p?q"},      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},       {"..", "http://a/b/"},           {"../g", "http://a/b/g"},
      {"../..", "http://a/"},        {"../../g", "http://a/g"},       {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},        {"/../g", "http://a/g"},         {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},   {"./g/.", "http://a/b/c/g/"},    {"g/../h", "http://a/b/c/h"},
      {"g?y/../x", "http://a/b/c/g?y/../x"}, {"https://b:8443/x", "https://b:8443/x"}, {"g:h", "'g:h' is no URL to connect to: it must begin with ws://, wss://, http:// or https://"}};
  for (const auto& [reference, target] : cases) EXPECT_EQ(resolved(reference), target) << reference;
  EXPECT_EQ(resolved("x", "http://a"), "http://a/x");
  EXPECT_EQ(resolved("//b", "https://a:8443/"), "https://b/");
  EXPECT_NE(resolved("a b").find("percent-encoded"), std::string::npos);
}

TEST(Rfc6454Section5, SameOrigin) {
  const auto same = [](std::string_view left, std::string_view right) {
    return same_origin(std::get<Url>(parse_url(left)), std::get<Url>(parse_url(right)));
  };
  EXPECT_TRUE(same("http://A/x", "http://a:80/y"));
  EXPECT_FALSE(same("http://a", "https://a"));
  EXPECT_FALSE(same("http://a", "http://a:81"));
  EXPECT_FALSE(same("http://a", "http://b"));
}

}  // namespace
}  // namespace folio::http
