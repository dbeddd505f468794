#include "ws/fragment.hpp"

#include <algorithm>

namespace folio::ws {

// An announced length is a promise that costs the peer nothing: room is made for what has arrived, doubled, and for the
// announced rest only up to that.
void MessageAssembly::make_room(std::size_t count, std::uint64_t expected) {
  const std::size_t needed = bytes_.size() + count;
  if (needed <= bytes_.capacity()) return;
  const std::uint64_t announced = needed + expected;
  const std::uint64_t doubled = std::max<std::uint64_t>(2 * static_cast<std::uint64_t>(bytes_.capacity()), 2 * needed);
  bytes_.reserve(static_cast<std::size_t>(std::min(announced, doubled)));
}

}  // namespace folio::ws
