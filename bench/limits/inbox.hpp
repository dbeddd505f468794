// Where bytes are received. One buffer a loop serves all connections; what is left of a read is put before the next
// one. A message that is larger is read into a buffer of its own, so that it is not copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace limits {

// What a connection has that is not whole. Idle ones have nothing.
struct Inbox {
  std::unique_ptr<char[]> data;
  std::uint32_t size = 0;
  std::uint32_t capacity = 0;  // 0: data is only kept here until the next read
};

struct Received {
  char* data;
  std::size_t size;
  bool stays;  // in the connection's own buffer
};

class Receiver {
 public:
  // Where the next bytes of this connection go.
  Received space(Inbox& inbox) {
    if (inbox.capacity != 0) return {inbox.data.get() + inbox.size, inbox.capacity - inbox.size, true};
    return {shared_.get() + headroom, shared_size, false};
  }

  // What is there in a buffer of the connection's own.
  static Received held(Inbox& inbox) { return {inbox.data.get(), inbox.size, true}; }

  // They are there: all that waits to be served.
  Received received(Inbox& inbox, std::size_t size) {
    if (inbox.capacity != 0) {
      inbox.size += static_cast<std::uint32_t>(size);
      return held(inbox);
    }
    char* begin = shared_.get() + headroom - inbox.size;
    if (inbox.size != 0) std::memcpy(begin, inbox.data.get(), inbox.size);
    const std::size_t all = inbox.size + size;
    inbox.data.reset();
    inbox.size = 0;
    return {begin, all, false};
  }

  // Keeps what was not served of it. `wanted`: how large it will be when it is whole; 0 if that is not known.
  void keep(Inbox& inbox, const Received& all, std::size_t used, std::size_t wanted) {
    const char* rest = all.data + used;
    const std::size_t size = all.size - used;
    const bool own = size > headroom || wanted > shared_size;
    if (inbox.capacity != 0 && (size == 0 || !own)) {
      Inbox old = std::exchange(inbox, Inbox{});
      if (size != 0) keep_aside(inbox, rest, size);
      if (spares_.size() < 16) spares_.push_back(std::move(old));
    } else if (size == 0) {
      return;
    } else if (!own) {
      keep_aside(inbox, rest, size);
    } else if (const std::size_t need = wanted != 0 ? wanted : size + shared_size; inbox.capacity >= need) {
      if (used != 0) std::memmove(inbox.data.get(), rest, size);
      inbox.size = static_cast<std::uint32_t>(size);
    } else {
      Inbox larger = buffer_of(need);
      std::memcpy(larger.data.get(), rest, size);
      larger.size = static_cast<std::uint32_t>(size);
      inbox = std::move(larger);
    }
  }

 private:
  static constexpr std::size_t headroom = 16 * 1024;
  static constexpr std::size_t shared_size = 64 * 1024;

  static void keep_aside(Inbox& inbox, const char* data, std::size_t size) {
    inbox.data = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(inbox.data.get(), data, size);
    inbox.size = static_cast<std::uint32_t>(size);
  }
  Inbox buffer_of(std::size_t capacity) {
    if (!spares_.empty()) {
      Inbox spare = std::move(spares_.back());
      spares_.pop_back();
      spare.size = 0;
      if (spare.capacity >= capacity) return spare;
    }
    return {std::make_unique_for_overwrite<char[]>(capacity), 0, static_cast<std::uint32_t>(capacity)};
  }

  std::unique_ptr<char[]> shared_ = std::make_unique_for_overwrite<char[]>(headroom + shared_size);
  std::vector<Inbox> spares_;
};

}  // namespace limits
