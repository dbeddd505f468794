#include "base/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace folio::base {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

IpAddress network_of(const IpAddress& address, unsigned prefix) {
  IpAddress network = address;
  for (unsigned bit = prefix; bit < 128; ++bit) {
    network.bytes[bit / 8] = static_cast<std::uint8_t>(network.bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return network;
}

}  // namespace

bool IpAddress::is_v4() const {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

std::string IpAddress::text() const {
  char written[INET6_ADDRSTRLEN] = {};
  const bool v4 = is_v4();
  ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? mapped_prefix.size() : 0), written, sizeof(written));
  return written;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.empty() || text.size() >= sizeof(terminated) || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) return address;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, terminated, address.bytes.data() + mapped_prefix.size()) == 1) return address;
  return std::nullopt;
}

bool IpNetwork::contains(const IpAddress& other) const {
  if (other.is_v4() && prefix < mapped_bits) return false;
  return network_of(other, prefix) == network_of(address, prefix);
}

std::variant<IpNetwork, std::string> parse_ip_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  const std::string quoted = "'" + std::string(text) + "'";
  if (!address) return quoted + " is no network: write an address such as 10.0.0.1, or a network such as 10.0.0.0/8";
  IpNetwork network{*address, 128};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits > (v4 ? 32U : 128U)) {
      return quoted + " is no network: behind the slash stands a number from 0 to " + (v4 ? "32" : "128");
    }
    network.prefix = v4 ? mapped_bits + bits : bits;
  }
  if (const IpAddress begin = network_of(*address, network.prefix); begin != *address) {
    return quoted + " is no network: it has bits behind its prefix; write " + begin.text() +
           std::string(text.substr(slash)) + ", or the address alone";
  }
  return network;
}

}  // namespace folio::base
