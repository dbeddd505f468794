// TlsNames: which of several certificates is for the host that a client names (SNI, RFC 6066 §3). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace folio::net {

class TlsNames {
 public:
  // `name` as it stands in a certificate: `example.com`, or `*.example.com` for each name one label longer. A name that
  // an earlier certificate has stays with that one.
  void add(std::string_view name, std::size_t certificate);

  // The certificate for a host: one with just that name, else one with a wildcard for it.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view host) const;

 private:
  std::unordered_map<std::string, std::size_t> names_;  // lower case
};

// The host in the content of a server_name extension; empty when there is none. What is malformed is for TLS itself to
// refuse.
[[nodiscard]] std::string_view host_in_server_name(std::string_view extension);

}  // namespace folio::net
