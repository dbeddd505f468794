// Who the client is behind proxies: the fields Forwarded (RFC 7239) and X-Forwarded-For, -Proto and -Host.
//
// Anybody can send these fields; what a proxy that is trusted has added is true, and it is added at the end. So they
// are read from the right: while the address that an entry came from is a trusted proxy's, the entry is believed, and
// names the address before that. The first one that is no proxy's is the client. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ip_network.hpp"
#include "http/request_head.hpp"

namespace folio::http {

class TrustedProxies {
 public:
  // Nobody is trusted.
  TrustedProxies() = default;
  // Networks and addresses: `10.0.0.0/8`, `::1`. Gives what is wrong with the first that is none.
  [[nodiscard]] static std::variant<TrustedProxies, std::string> parse(std::span<const std::string> networks);

  [[nodiscard]] bool empty() const { return networks_.empty(); }
  [[nodiscard]] bool contains(const base::IpAddress& address) const;
  [[nodiscard]] bool contains(std::string_view address) const;

 private:
  std::vector<base::IpNetwork> networks_;
};

// What trusted proxies say; empty where they say nothing, and the connection is what is to be gone by.
struct ForwardedClient {
  std::string address;      // numeric, without brackets and port
  std::string_view scheme;  // http or https
  std::string_view host;    // as in Host; a view into the request's block

  friend bool operator==(const ForwardedClient&, const ForwardedClient&) = default;
};

// `peer` is the numeric address that the connection comes from. When a request has both Forwarded and X-Forwarded-For,
// only one of them is its proxy's and the other may be the client's: they are believed if they name the same client,
// and nothing is otherwise. Proxies must set or remove X-Forwarded-Proto and X-Forwarded-Host where they set
// X-Forwarded-For.
[[nodiscard]] ForwardedClient resolve_forwarded(const RequestHead& head, std::string_view block, std::string_view peer,
                                                const TrustedProxies& proxies);

}  // namespace folio::http
