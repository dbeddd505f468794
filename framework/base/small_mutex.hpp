// A mutex of one byte, for what there are very many of: std::mutex takes 40. Whoever finds it taken sleeps.
#pragma once

#include <atomic>

namespace folio::base {

// Lockable, for std::lock_guard. Not recursive, not fair.
class SmallMutex {
 public:
  SmallMutex() = default;
  SmallMutex(const SmallMutex&) = delete;
  SmallMutex& operator=(const SmallMutex&) = delete;

  void lock() noexcept {
    while (taken_.exchange(true, std::memory_order_acquire)) taken_.wait(true, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    taken_.store(false, std::memory_order_release);
    taken_.notify_one();
  }

 private:
  std::atomic<bool> taken_{false};
};

}  // namespace folio::base
