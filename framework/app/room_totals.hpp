// How many named rooms there are in the process, and how many members they have together. Any thread; it looks at every
// room once.
#pragma once

#include <cstddef>

namespace folio::app {

struct RoomTotals {
  std::size_t rooms = 0;
  std::size_t members = 0;
};
[[nodiscard]] RoomTotals room_totals();

}  // namespace folio::app
