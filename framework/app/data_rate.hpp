// How fast a peer sends what the server waits for: a head or a body that drips holds a connection for nothing.
//
// As Apache's mod_reqtimeout has it: a grace first, then a second more for every so many bytes. Time counts only while
// the peer could send, so a handler that reads slowly is held against nobody. No clock of its own: whoever sweeps the
// connection once a second says that a second has passed.
#pragma once

#include <cstdint>

namespace folio::app {

class DataRate {
 public:
  // A head or a body begins.
  void start() noexcept { bytes_ = seconds_ = 0; }
  void received(std::uint64_t bytes) noexcept { bytes_ += bytes; }
  // A second has passed in which the peer could have sent. Whether it is too slow: it has had more than `grace` seconds,
  // and what it sent makes less than `rate` bytes a second of the time after that. A rate of 0 is met by anybody.
  [[nodiscard]] bool second_passed(std::uint32_t grace, std::uint32_t rate) noexcept {
    ++seconds_;
    return seconds_ > grace && bytes_ < (seconds_ - grace) * rate;
  }

 private:
  std::uint64_t bytes_ = 0;
  std::uint64_t seconds_ = 0;
};

}  // namespace folio::app
