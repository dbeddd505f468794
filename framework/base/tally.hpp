// Numbers that one thread writes and any thread may read.
#pragma once

#include <atomic>
#include <cstdint>

namespace folio::base {

// Counts on one thread: an addition in memory, and no locked instruction.
class Tally {
 public:
  void add(std::uint64_t count) noexcept { set(value() + count); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Counts on any thread.
class SharedTally {
 public:
  void add(std::uint64_t count) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace folio::base
