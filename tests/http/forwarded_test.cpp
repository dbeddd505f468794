#include "http/forwarded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/request_parser.hpp"

namespace folio::http {
namespace {

using ::testing::HasSubstr;

TrustedProxies trust(const std::vector<std::string>& networks) {
  auto proxies = TrustedProxies::parse(networks);
  if (const auto* fault = std::get_if<std::string>(&proxies)) ADD_FAILURE() << *fault;
  return std::get<TrustedProxies>(std::move(proxies));
}

// "address scheme host", `-` for what is not said.
std::string resolve(std::string_view fields, std::string_view peer = "10.0.0.1",
                    const TrustedProxies& proxies = trust({"10.0.0.0/8", "fd00::/8"})) {
  const std::string block = "GET / HTTP/1.1\r\nHost: inner\r\n" + std::string(fields) + "\r\n";
  RequestParser parser{Limits{}};
  EXPECT_EQ(parser.parse_head(block), RequestParser::State::HeadComplete);
  const ForwardedClient client = resolve_forwarded(parser.head(), block, peer, proxies);
  const auto word = [](std::string_view text) { return text.empty() ? std::string("-") : std::string(text); };
  return word(client.address) + " " + word(client.scheme) + " " + word(client.host);
}

TEST(Rfc7239Section4, OneProxy) {
  EXPECT_EQ(resolve("Forwarded: for=192.0.2.60;proto=https;host=example.com;by=203.0.113.43\r\n"),
            "192.0.2.60 https example.com");
  EXPECT_EQ(resolve("Forwarded: For=\"[2001:db8:cafe::17]:4711\"\r\n"), "2001:db8:cafe::17 - -");
  EXPECT_EQ(resolve("forwarded: FOR=192.0.2.60:8080 ; Proto=HTTPS\r\n"), "192.0.2.60 https -");
  EXPECT_EQ(resolve("Forwarded: proto=http\r\n"), "- http -");
  EXPECT_EQ(resolve(""), "- - -");
}

TEST(Rfc7239Section7_4, ReadsFromTheRightThroughTrustedProxies) {
  EXPECT_EQ(resolve("Forwarded: for=1.1.1.1, for=192.0.2.1;proto=https, for=10.0.0.2;proto=http\r\n"),
            "192.0.2.1 https -");
  EXPECT_EQ(resolve("Forwarded: for=1.1.1.1\r\nForwarded: for=192.0.2.1\r\nForwarded: for=\"[fd00::1]\"\r\n"),
            "192.0.2.1 - -");
  // All of them are proxies: the first one is where the request began.
  EXPECT_EQ(resolve("Forwarded: for=10.0.0.3, for=10.0.0.2\r\n"), "10.0.0.3 - -");
  // The scheme that the client used is what the outermost proxy says, or else the next one.
  EXPECT_EQ(resolve("Forwarded: for=192.0.2.1, for=10.0.0.2;proto=https\r\n"), "192.0.2.1 https -");
}

TEST(Rfc7239Section8_1, UntrustedPeersAreNotBelieved) {
  const std::string_view fields = "Forwarded: for=192.0.2.60;proto=https;host=evil\r\n";
  EXPECT_EQ(resolve(fields, "192.0.2.7"), "- - -");
  EXPECT_EQ(resolve(fields, "10.0.0.1", {}), "- - -");
  EXPECT_EQ(resolve(fields, ""), "- - -");
  EXPECT_EQ(resolve(fields, "::ffff:10.0.0.1"), "192.0.2.60 https evil");
  EXPECT_EQ(resolve("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Host: evil\r\n", "11.0.0.1"), "- - -");
}

TEST(Rfc7239Section6, NodesThatAreHidden) {
  EXPECT_EQ(resolve("Forwarded: for=1.1.1.1, for=unknown;proto=https\r\n"), "- https -");
  EXPECT_EQ(resolve("Forwarded: for=1.1.1.1, for=_hidden, for=10.0.0.2\r\n"), "10.0.0.2 - -");
}

TEST(Rfc7239Section4, MalformedLinesHideNothing) {
  // What cannot be read may have swallowed the proxy's own element.
  EXPECT_EQ(resolve("Forwarded: for=\"1.1.1.1, for=192.0.2.1\r\n"), "- - -");
  EXPECT_EQ(resolve("Forwarded: for=\"1.1.1.1\r\nForwarded: for=10.0.0.2\r\n"), "10.0.0.2 - -");
  EXPECT_EQ(resolve("Forwarded: for=1.1.1.1 x, for=192.0.2.1\r\n"), "- - -");
  EXPECT_EQ(resolve("Forwarded: for=192.0.2.1;for=1.1.1.1\r\n"), "- - -");
  EXPECT_EQ(resolve("Forwarded: for=\"192.0.2\\.1\"\r\n"), "- - -");
  EXPECT_EQ(resolve("Forwarded: ,, ;for=192.0.2.1;;,\r\n"), "192.0.2.1 - -");
  EXPECT_EQ(resolve("Forwarded: for=192.0.2.1;proto=gopher;host=\"a b\"\r\n"), "192.0.2.1 - -");
}

TEST(XForwarded, TheCustomaryFields) {
  EXPECT_EQ(resolve("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.com:8443\r\n"),
            "192.0.2.1 https example.com:8443");
  EXPECT_EQ(resolve("X-Forwarded-For: 1.1.1.1, 192.0.2.1, 10.0.0.2\r\nX-Forwarded-Proto: http, https, http\r\n"),
            "192.0.2.1 https -");
  EXPECT_EQ(resolve("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 192.0.2.1\r\n"), "192.0.2.1 - -");
  EXPECT_EQ(resolve("X-Forwarded-For: 2001:db8::1\r\n"), "2001:db8::1 - -");
  EXPECT_EQ(resolve("X-Forwarded-For: [2001:db8::1]:99\r\n"), "2001:db8::1 - -");
  EXPECT_EQ(resolve("X-Forwarded-For: 192.0.2.1:99\r\n"), "192.0.2.1 - -");
  EXPECT_EQ(resolve("X-Forwarded-For: rubbish\r\n"), "- - -");
  EXPECT_EQ(resolve("X-Forwarded-Proto: https\r\n"), "- https -");
}

TEST(XForwarded, BothKindsMustAgree) {
  EXPECT_EQ(resolve("X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1;proto=https\r\n"), "192.0.2.1 https -");
  EXPECT_EQ(resolve("X-Forwarded-For: 192.0.2.1\r\nForwarded: for=1.1.1.1;proto=https\r\n"), "- - -");
}

TEST(TrustedProxies, SaysWhatIsWrong) {
  const std::vector<std::string> networks{"10.0.0.0/8", "nginx"};
  auto proxies = TrustedProxies::parse(networks);
  ASSERT_TRUE(std::holds_alternative<std::string>(proxies));
  EXPECT_THAT(std::get<std::string>(proxies), HasSubstr("'nginx' is no network"));
}

}  // namespace
}  // namespace folio::http
