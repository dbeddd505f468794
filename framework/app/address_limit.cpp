#include "app/address_limit.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>

#include <cstring>

namespace folio::app {

namespace {

// The first 64 bits of an IPv6 address. An IPv4 address takes the place of a network in 0:1::/32, from which no connection
// can come: RFC 4291 §2.4 reserves ::/8.
std::optional<std::uint64_t> network_of(const std::string& address) {
  if (in_addr four{}; ::inet_pton(AF_INET, address.c_str(), &four) == 1) return std::uint64_t{1} << 32 | ntohl(four.s_addr);
  in6_addr six{};
  if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return std::nullopt;
  std::uint64_t network;
  std::memcpy(&network, &six, sizeof network);
  return be64toh(network);
}

}  // namespace

AddressLimit::Place::~Place() {
  if (limit_ == nullptr) return;
  const auto found = limit_->counts_.find(network_);
  if (--found->second == 0) limit_->counts_.erase(found);
}

std::optional<AddressLimit::Place> AddressLimit::take(const std::string& address) {
  if (most_ == 0) return Place();
  const auto network = network_of(address);
  if (!network) return Place();
  std::size_t& count = counts_[*network];
  if (count == most_) return std::nullopt;
  ++count;
  return Place(this, *network);
}

}  // namespace folio::app
