#include "http/cookie.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace folio::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> pairs(std::string_view field) {
  std::vector<std::pair<std::string, std::string>> all;
  CookieReader reader(field);
  while (const auto pair = reader.next()) all.emplace_back(pair->name, pair->value);
  return all;
}

std::string written(const SetCookie& cookie) {
  std::string out;
  EXPECT_EQ(append_set_cookie(out, cookie), "");
  return out;
}

// RFC 6265 §4.2
TEST(CookieReader, GivesPairs) {
  EXPECT_THAT(pairs("SID=31d4d96e407aad42; lang=en-US"),
              ElementsAre(Pair("SID", "31d4d96e407aad42"), Pair("lang", "en-US")));
  EXPECT_THAT(pairs("a=1;b=2"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(pairs("a=b=c"), ElementsAre(Pair("a", "b=c")));
  EXPECT_THAT(pairs("a=\"x\""), ElementsAre(Pair("a", "\"x\"")));
  EXPECT_THAT(pairs("a="), ElementsAre(Pair("a", "")));
}

TEST(CookieReader, IsForgivingAboutTheRest) {
  EXPECT_THAT(pairs(" a = 1 ;;  ;b=2; "), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(pairs("nameless; =x"), ElementsAre(Pair("", "nameless"), Pair("", "x")));
  EXPECT_THAT(pairs(""), IsEmpty());
  EXPECT_THAT(pairs("a=\xc3\xa4 b,c"), ElementsAre(Pair("a", "\xc3\xa4 b,c")));
}

TEST(FindCookie, GivesTheFirst) {
  EXPECT_EQ(find_cookie("a=1; b=2; a=3", "a"), "1");
  EXPECT_EQ(find_cookie("a=1; b=2", "b"), "2");
  EXPECT_EQ(find_cookie("A=1", "a"), std::nullopt);
  EXPECT_EQ(find_cookie("ab=1", "a"), std::nullopt);
  EXPECT_EQ(find_cookie("", "a"), std::nullopt);
}

TEST(SetCookie, WritesAttributes) {
  EXPECT_EQ(written({.name = "a", .value = "b"}), "a=b");
  EXPECT_EQ(written({.name = "a", .value = ""}), "a=");
  EXPECT_EQ(written({.name = "id",
                     .value = "7",
                     .path = "/x",
                     .domain = "example.org",
                     .max_age = 3600,
                     .expires = 784111777,
                     .same_site = SameSite::None,
                     .secure = true,
                     .http_only = true,
                     .partitioned = true}),
            "id=7; Path=/x; Domain=example.org; Max-Age=3600; Expires=Sun, 06 Nov 1994 08:49:37 GMT; SameSite=None; "
            "HttpOnly; Secure; Partitioned");
  EXPECT_EQ(written({.name = "a", .value = "", .max_age = 0, .same_site = SameSite::Strict}),
            "a=; Max-Age=0; SameSite=Strict");
  EXPECT_EQ(written({.name = "a", .value = "\"q\"", .same_site = SameSite::Lax}), "a=\"q\"; SameSite=Lax");
}

// Nothing that a handler passes on may end the value, add an attribute or begin another field.
TEST(SetCookie, RefusesWhatWouldEndTheValue) {
  for (const std::string bad :
       {"a;b", "a b", "a,b", "a\"b", "a\\b", "a\r\nSet-Cookie: x=y", "a\n", "\x01", "\x7f", "\xc3\xa4"}) {
    std::string out = "kept";
    EXPECT_THAT(append_set_cookie(out, {.name = "a", .value = bad}), HasSubstr("value")) << bad;
    EXPECT_EQ(out, "kept");
  }
  EXPECT_THAT(cookie_fault({.name = "a", .value = std::string_view("\0", 1)}), HasSubstr("value"));
  for (const char* bad : {"", "a b", "a=b", "a;b", "a\r\n", "(a)"}) {
    EXPECT_THAT(cookie_fault({.name = bad, .value = "x"}), HasSubstr("name")) << bad;
  }
  for (const char* bad : {"x", "/;Domain=evil", "/\n"}) {
    EXPECT_THAT(cookie_fault({.name = "a", .value = "x", .path = bad}), HasSubstr("path")) << bad;
  }
  for (const char* bad : {"a;b", "a b", "a/b", "a\n"}) {
    EXPECT_THAT(cookie_fault({.name = "a", .value = "x", .domain = bad}), HasSubstr("domain")) << bad;
  }
}

// RFC 6265bis §4.1.3, §5.6
TEST(SetCookie, RefusesWhatBrowsersDrop) {
  EXPECT_THAT(cookie_fault({.name = "a", .value = "x", .same_site = SameSite::None}), HasSubstr("Secure"));
  EXPECT_THAT(cookie_fault({.name = "a", .value = "x", .partitioned = true}), HasSubstr("Secure"));
  EXPECT_THAT(cookie_fault({.name = "__Secure-a", .value = "x"}), HasSubstr("Secure"));
  EXPECT_EQ(cookie_fault({.name = "__Secure-a", .value = "x", .secure = true}), "");
  EXPECT_THAT(cookie_fault({.name = "__host-a", .value = "x", .secure = true}), HasSubstr("path"));
  EXPECT_THAT(cookie_fault({.name = "__Host-a", .value = "x", .path = "/", .domain = "d", .secure = true}),
              HasSubstr("domain"));
  EXPECT_EQ(cookie_fault({.name = "__Host-a", .value = "x", .path = "/", .secure = true}), "");
  EXPECT_EQ(cookie_fault({.name = "a", .value = std::string(4095, 'x')}), "");
  EXPECT_THAT(cookie_fault({.name = "a", .value = std::string(4096, 'x')}), HasSubstr("4096"));
  EXPECT_THAT(cookie_fault({.name = "a", .value = "", .path = "/" + std::string(1024, 'x')}), HasSubstr("1024"));
}

TEST(ParseSameSite, KnowsThreeAndNone) {
  EXPECT_EQ(parse_same_site("lax"), SameSite::Lax);
  EXPECT_EQ(parse_same_site("Strict"), SameSite::Strict);
  EXPECT_EQ(parse_same_site("NONE"), SameSite::None);
  EXPECT_EQ(parse_same_site(""), SameSite::Unset);
  EXPECT_EQ(parse_same_site("no"), std::nullopt);
}

}  // namespace
}  // namespace folio::http
