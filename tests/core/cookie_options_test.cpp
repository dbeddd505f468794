#include <folio/response.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace folio {
namespace {

using ::testing::HasSubstr;

// The field that is written, or the reason why none is.
std::string field(const char* name, const char* value, const CookieOptions& options) {
  const Response response = text("x").cookie(name, value, options);
  EXPECT_EQ(response.headers.size(), 1u);
  return std::string(response.headers.at(0).name.view()) + ": " + std::string(response.headers.at(0).value.view());
}

TEST(Rfc6265bisSection4_1, CookieOptionsAreWritten) {
  EXPECT_EQ(field("a", "1", {}), "Set-Cookie: a=1; Path=/; SameSite=Lax; HttpOnly");
  EXPECT_EQ(field("__Host-a", "1",
                  {.same_site = "none",
                   .max_age = 60,
                   .http_only = false,
                   .secure = true,
                   .partitioned = true,
                   .expires = std::chrono::sys_seconds(std::chrono::seconds(784111777))}),
            "Set-Cookie: __Host-a=1; Path=/; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT; SameSite=None; Secure; "
            "Partitioned");
  EXPECT_EQ(field("a", "", {.same_site = "", .max_age = 0}), "Set-Cookie: a=; Path=/; Max-Age=0; HttpOnly");
}

TEST(Rfc6265bisSection4_1, BadCombinationsSayHowToMendThem) {
  EXPECT_THAT(field("a", "1", {.same_site = "None"}),
              HasSubstr(": the cookie 'a' was left out: a cookie with SameSite=None must be Secure: set secure"));
  EXPECT_THAT(field("a", "1", {.partitioned = true}), HasSubstr("set secure"));
  EXPECT_THAT(field("__Host-a", "1", {.path = "/x", .secure = true}), HasSubstr("with the path /"));
  EXPECT_THAT(field("a", "1", {.same_site = "sometimes"}), HasSubstr("must be Lax, Strict or None"));
  EXPECT_THAT(field("a", "x;y", {}), HasSubstr("encode it"));
  EXPECT_THAT(field("a\n", "x", {}), HasSubstr("the cookie '?' was left out: a cookie's name must be a token"));
}

}  // namespace
}  // namespace folio
