// Any bytes as the fields of a request that came through a trusted proxy: what is resolved is an address, a scheme that
// we know and a host of its grammar; nothing is from a peer that is not trusted; and no text that stands before what
// the proxy added changes who the client is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_network.hpp"
#include "http/authority.hpp"
#include "http/forwarded.hpp"
#include "http/request_parser.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

http::ForwardedClient resolve(std::string_view fields, std::string_view peer, const http::TrustedProxies& proxies,
                              std::string& block) {
  block = "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
  http::RequestParser parser{http::Limits{}};
  if (parser.parse_head(block) != http::RequestParser::State::HeadComplete) return {};
  return http::resolve_forwarded(parser.head(), block, peer, proxies);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto proxies =
      std::get<http::TrustedProxies>(http::TrustedProxies::parse(std::vector<std::string>{"10.0.0.0/8", "::1"}));
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string block;
  const auto client = resolve(text, "10.0.0.1", proxies, block);
  require(client.address.empty() || base::parse_ip_address(client.address));
  require(client.scheme.empty() || client.scheme == "http" || client.scheme == "https");
  require(client.host.empty() || http::is_authority(client.host));
  require(resolve(text, "192.0.2.1", proxies, block) == http::ForwardedClient{});

  (void)base::parse_ip_network(text);

  // What a client sent in one line, with what the proxy adds behind it.
  if (text.find_first_of("\r\n") != std::string::npos) return 0;
  const auto behind =
      resolve("Forwarded: " + text + "\r\nForwarded: for=192.0.2.9;proto=https\r\n", "::1", proxies, block);
  require(behind.address == "192.0.2.9" || behind.address.empty());
  const auto listed = resolve("X-Forwarded-For: " + text + ", 192.0.2.9\r\n", "::1", proxies, block);
  require(listed.address == "192.0.2.9" || listed.address.empty());
  return 0;
}
