// The event loop: epoll, level-triggered.
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "measure.hpp"

namespace load {

// Somebody who waits for a socket.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() {}
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void add(int fd, Handler& handler, bool writable = false);
  // Whether the handler wants to hear that it may write.
  void want_write(int fd, Handler& handler, bool wanted);
  void turn(int timeout_ms);
  void run(Window& window) {
    while (window.turn()) turn(100);
  }

  // What every read goes to: one buffer for all.
  [[nodiscard]] char* buffer() { return buffer_.get(); }
  static constexpr std::size_t buffer_size = 512 * 1024;

 private:
  int epoll_;
  std::vector<epoll_event> events_;
  std::unique_ptr<char[]> buffer_;
};

}  // namespace load
