#include "ws/origin.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace folio::ws {
namespace {

bool same(std::string_view origin, std::string_view host) {
  return is_origin_allowed({}, origin, host);
}

bool listed(std::vector<std::string> allowed, std::string_view origin) {
  return is_origin_allowed({std::move(allowed)}, origin, "server.example");
}

TEST(Rfc6455Section10_2, TheServersOwnOrigin) {
  EXPECT_TRUE(same("http://localhost:5000", "localhost:5000"));
  EXPECT_TRUE(same("https://example.com", "example.com"));
  EXPECT_TRUE(same("https://example.com", "example.com:443"));
  EXPECT_TRUE(same("https://example.com:443", "example.com"));
  EXPECT_TRUE(same("http://example.com", "example.com:80"));
  EXPECT_TRUE(same("HTTP://Example.COM", "example.com"));
  EXPECT_TRUE(same("http://[::1]:5000", "[::1]:5000"));
  EXPECT_TRUE(same("http://127.0.0.1:5000", "127.0.0.1:5000"));
}

TEST(Rfc6455Section10_2, OtherOrigins) {
  EXPECT_FALSE(same("http://localhost:5001", "localhost:5000"));
  EXPECT_FALSE(same("http://localhost", "localhost:5000"));
  EXPECT_FALSE(same("https://example.com:80", "example.com"));
  EXPECT_FALSE(same("http://example.com:443", "example.com"));
  EXPECT_FALSE(same("https://evil.example", "example.com"));
  EXPECT_FALSE(same("https://example.com.evil.example", "example.com"));
  EXPECT_FALSE(same("https://evilexample.com", "example.com"));
  EXPECT_FALSE(same("https://sub.example.com", "example.com"));
  EXPECT_FALSE(same("https://example.com@evil.example", "example.com"));
  EXPECT_FALSE(same("https://evil.example/example.com", "example.com"));
  EXPECT_FALSE(same("https://example.com/", "example.com"));
  EXPECT_FALSE(same("https://example.com https://example.com", "example.com"));
  EXPECT_FALSE(same("null", "example.com"));
  EXPECT_FALSE(same("null", "null"));
  EXPECT_FALSE(same("example.com", "example.com")) << "an origin has a scheme";
  EXPECT_FALSE(same("://example.com", "example.com"));
  EXPECT_FALSE(same("", "example.com"));
  EXPECT_FALSE(same("", ""));
  EXPECT_FALSE(same("http://", ""));
}

TEST(Rfc6455Section10_2, TheListWidensIt) {
  EXPECT_TRUE(is_origin_allowed({{"https://app.example"}}, "http://server.example", "server.example"));
  EXPECT_TRUE(listed({"https://app.example"}, "https://app.example"));
  EXPECT_TRUE(listed({"https://app.example"}, "https://APP.example:443"));
  EXPECT_TRUE(listed({"https://app.example:443"}, "https://app.example"));
  EXPECT_FALSE(listed({"https://app.example"}, "http://app.example"));
  EXPECT_FALSE(listed({"https://app.example"}, "https://app.example:8443"));
  EXPECT_FALSE(listed({"https://app.example"}, "https://sub.app.example"));
  EXPECT_TRUE(listed({"https://one.example", "https://two.example"}, "https://two.example"));
  EXPECT_TRUE(listed({"app.example:8443"}, "https://app.example:8443"));
  EXPECT_TRUE(listed({"app.example"}, "http://app.example"));
  EXPECT_FALSE(listed({"app.example"}, "http://app.example:8080"));
  EXPECT_FALSE(listed({""}, "http://app.example"));
}

TEST(Rfc6455Section10_2, Subdomains) {
  EXPECT_TRUE(listed({"https://*.app.example"}, "https://a.app.example"));
  EXPECT_TRUE(listed({"https://*.app.example"}, "https://a.b.app.example"));
  EXPECT_TRUE(listed({"https://*.app.example:8443"}, "https://a.app.example:8443"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://app.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://.app.example")) << "a name before the point";
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://evilapp.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://a.app.example.evil.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://evil.example/a.app.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://user@a.app.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "http://a.app.example"));
  EXPECT_FALSE(listed({"https://*.app.example"}, "https://a.app.example:8443"));
}

TEST(Rfc6455Section10_2, EveryOriginAndNoOrigin) {
  EXPECT_TRUE(listed({"*"}, "https://anything.example"));
  EXPECT_TRUE(listed({"*"}, "null"));
  EXPECT_TRUE(listed({"null"}, "null"));
  EXPECT_FALSE(listed({"null"}, "https://anything.example"));
  EXPECT_FALSE(listed({"https://app.example"}, "null"));
}

}  // namespace
}  // namespace folio::ws
