// One callback at a time to come, on an event loop: for code that is no coroutine (coroutines have sleep_for).
// Thread rule: everything on the thread of the loop. Lifetime: after the destructor no callback is called.
#pragma once

#include <chrono>
#include <functional>

struct uv_loop_s;

namespace folio::net {

class Alarm {
 public:
  Alarm(uv_loop_s* loop, std::function<void()> listener);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Calls the listener once, that long from now, and not at the time set before.
  void set(std::chrono::milliseconds wait);
  void cancel();
  [[nodiscard]] bool is_set() const;

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace folio::net
