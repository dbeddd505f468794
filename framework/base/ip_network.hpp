// IPv4 and IPv6 addresses and networks of them: RFC 4291, RFC 4632. Plain values; no name is ever looked up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace folio::base {

// An address in 16 bytes. An IPv4 address is the same as the IPv6 address that it is mapped to, `::ffff:192.0.2.1`
// (RFC 4291 §2.5.5.2): a socket for both families gives IPv4 peers that form.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_v4() const;
  // As people write it, an IPv4 address in four decimal numbers.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// `192.0.2.1`, `2001:db8::1`; no brackets, no port, no zone, no shortened or octal forms of IPv4.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);

struct IpNetwork {
  IpAddress address;
  unsigned prefix = 128;  // bits of 128

  // An IPv4 address lies in networks of IPv4 only: not in `::/0`.
  [[nodiscard]] bool contains(const IpAddress& other) const;
};

// `10.0.0.0/8`, `2001:db8::/32`, or a single address. Gives what is wrong, and how to mend it, with the text in it.
[[nodiscard]] std::variant<IpNetwork, std::string> parse_ip_network(std::string_view text);

}  // namespace folio::base
