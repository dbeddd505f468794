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

  // Lets `bytes`, which are empty, have it for `size` bytes, unless that would be a waste: who keeps a short message must
  // not keep a long one's memory with it.
  void lend(Bytes& bytes, std::size_t size) noexcept {
    if (size >= smallest && kept_.capacity() / 4 <= size) replace(bytes, kept_);
  }

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
