// Numeric addresses between text and bytes. Pure, strict, and without the system's resolver.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace folio::base {

using Ipv4Address = std::array<unsigned char, 4>;
using Ipv6Address = std::array<unsigned char, 16>;

// RFC 3986 §3.2.2, IPv4address: four numbers without leading zeros.
[[nodiscard]] std::optional<Ipv4Address> parse_ipv4(std::string_view text);
// RFC 4291 §2.2, all three forms; no zone.
[[nodiscard]] std::optional<Ipv6Address> parse_ipv6(std::string_view text);

[[nodiscard]] std::string to_text(const Ipv4Address& address);
// RFC 5952; an address of ::ffff:0:0/96 as the IPv4 address that it stands for.
[[nodiscard]] std::string to_text(const Ipv6Address& address);

}  // namespace folio::base
