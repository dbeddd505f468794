// The sleeping coroutines of one loop, by deadline: a binary heap in which each sleeper knows its place, so that one
// that is destroyed early leaves at once. Home thread only.
#pragma once

#include <cstdint>
#include <vector>

#include <folio/spawn.hpp>

namespace folio::async {

class Timers {
 public:
  void add(Sleep& sleeper);
  void remove(Sleep& sleeper) noexcept;
  // Wakes all whose deadline is not after `now`.
  void fire(std::int64_t now) noexcept;
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  // The earliest deadline. REQUIRES: !empty().
  [[nodiscard]] std::int64_t next() const { return heap_.front()->deadline; }

 private:
  void place(std::uint32_t index, Sleep* sleeper) noexcept;
  void sift_up(std::uint32_t index, Sleep* sleeper) noexcept;
  void sift_down(std::uint32_t index, Sleep* sleeper) noexcept;

  std::vector<Sleep*> heap_;
};

}  // namespace folio::async
