// How fast a peer sends what the server waits for: a head or a body that drips holds a connection for nothing.
//
// As Apache's mod_reqtimeout has it: a grace first, then a second more for every so many bytes. Time counts only while
// the peer could send, so a handler that reads slowly is held against nobody. No clock of its own: whoever sweeps the
// connection once a second says that a second has passed.
#pragma once

#include <cstdint>
#include <limits>

namespace folio::app {

class DataRate {
 public:
  // A head or a body begins.
  void start() noexcept { bytes_ = seconds_ = 0; }
  void received(std::uint64_t bytes) noexcept {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    bytes_ = bytes > most - bytes_ ? most : bytes_ + static_cast<std::uint32_t>(bytes);
  }
  // A second has passed in which the peer could have sent. Whether it is too slow: it has had more than `grace` seconds,
  // and what it sent makes less than `rate` bytes a second of the time after that. A rate of 0 is met by anybody.
  [[nodiscard]] bool second_passed(std::uint32_t grace, std::uint32_t rate) noexcept {
    if (seconds_ < grace) {
      ++seconds_;
      return false;
    }
    if (bytes_ < rate) return true;
    bytes_ -= rate;
    return false;
  }

 private:
  std::uint32_t bytes_ = 0;    // beyond those that the seconds so far asked for; no more are counted than there is room for
  std::uint32_t seconds_ = 0;  // of grace that have passed
};

}  // namespace folio::app
