// Bytes of an announced number that arrive one after the other and are put together in a string: how much memory is made
// for them before they are there, and how they come to lie in it without being copied.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace folio::base {

// An announcement costs the peer nothing, so it is believed up to a multiple of what has come: of little up to twice
// that, so that it takes a small block of the heap and no mapping of its own, of which the kernel gives a process some
// 65,000; from `arrived_much` bytes on up to `believed` times, so that what is large moves once or twice while it
// grows. What is reserved and has not come is memory that nobody has touched.
inline constexpr std::size_t arrived_much = 32 * 1024;
inline constexpr std::uint64_t believed = 32;

// Makes room for `count` more bytes, which are here, and for some of the `expected` that are announced behind them.
inline void make_room(std::string& bytes, std::size_t count, std::uint64_t expected) {
  const std::size_t needed = bytes.size() + count;
  if (needed <= bytes.capacity()) return;
  const std::uint64_t most = needed < arrived_much ? 2 * std::uint64_t{needed} : believed * needed;
  bytes.reserve(static_cast<std::size_t>(std::min(needed + expected, most)));
}

// Where up to `count` bytes may be put that append_arrived() is to find there: memory that is made already, behind the
// bytes of the string. Valid until the string changes.
inline std::span<char> room_behind(std::string& bytes, std::uint64_t count) {
  const std::size_t spare = bytes.capacity() - bytes.size();
  return {bytes.data() + bytes.size(), static_cast<std::size_t>(std::min<std::uint64_t>(spare, count))};
}

// Appends `more`, which is copied unless it lies in room_behind() already.
inline void append_arrived(std::string& bytes, std::string_view more, std::uint64_t expected) {
  const std::size_t size = bytes.size();
  if (more.data() == bytes.data() + size && more.size() <= bytes.capacity() - size) {
    bytes.resize_and_overwrite(size + more.size(), [](char*, std::size_t all) { return all; });
    return;
  }
  make_room(bytes, more.size(), expected);
  bytes.append(more);
}

}  // namespace folio::base
