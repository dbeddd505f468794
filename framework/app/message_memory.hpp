// The memory of messages that were sent away, for those that come: a handler that answers each message with it, or passes
// it on, then costs the heap nothing. Used on one loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace folio::app {

// Keeps one piece of memory. `Bytes`: std::string or std::vector.
template <class Bytes>
class SpareMemory {
 public:
  static constexpr std::size_t largest = std::size_t{64} * 1024;  // bytes that are kept
  static constexpr std::size_t smallest = 16;  // what a string has by itself

  // Takes what `bytes` holds, in the place of what is kept.
  void give(Bytes& bytes) noexcept {
    if (bytes.capacity() < smallest || bytes.capacity() > largest) return;
    replace(kept_, bytes);
    kept_.clear();
  }

  // Lets `bytes`, which are empty and have no memory, have it for `size` bytes, unless that would be a waste.
  void lend(Bytes& bytes, std::size_t size) noexcept {
    if (size >= smallest && is_worth(kept_.capacity(), size)) replace(bytes, kept_);
  }

  // Whether so much memory is not too much for so many bytes: who keeps a short message must not keep a long one's memory
  // with it.
  static bool is_worth(std::size_t capacity, std::size_t size) noexcept { return capacity / 4 <= size; }

 private:
  // What an assignment does, without what that asks first.
  static void replace(Bytes& old, Bytes& by) noexcept {
    std::destroy_at(&old);
    std::construct_at(&old, std::move(by));
  }

  Bytes kept_;
};

struct MessageMemory {
  SpareMemory<std::string> texts;
  SpareMemory<std::vector<std::uint8_t>> binaries;
};

}  // namespace folio::app
