// How many connections each address has: one peer cannot take all that there are. An IPv6 address counts by its first 64
// bits, since that is what a single network, and often a single machine, has for itself (RFC 4291 §2.5.4). One thread at
// a time: a loop has one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace folio::app {

class AddressLimit {
 public:
  // `most` connections of an address; 0: any number, and nothing is counted.
  explicit AddressLimit(std::size_t most) : most_(most) {}
  AddressLimit(const AddressLimit&) = delete;
  AddressLimit& operator=(const AddressLimit&) = delete;

  // Holds the place of one connection as long as it lives. REQUIRES: its AddressLimit lives longer.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)), network_(other.network_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(limit_, other.limit_);
      std::swap(network_, other.network_);
      return *this;
    }
    ~Place();

   private:
    friend class AddressLimit;
    Place(AddressLimit* limit, std::uint64_t network) : limit_(limit), network_(network) {}
    AddressLimit* limit_ = nullptr;
    std::uint64_t network_ = 0;
  };

  // For a connection from `address`, a numeric one; nothing when it has as many as it may. What is no address is not
  // counted.
  [[nodiscard]] std::optional<Place> take(const std::string& address);
  // How many addresses have connections.
  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

 private:
  std::size_t most_;
  // Ordered, so that nobody can choose addresses that are slow to look up.
  std::map<std::uint64_t, std::size_t> counts_;
};

}  // namespace folio::app
