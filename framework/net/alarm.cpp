#include "net/alarm.hpp"

#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace folio::net {

// Freed in its close callback, and with it the listener, which may be what destroys the Alarm.
struct Alarm::Handle {
  uv_timer_t timer{};
  std::function<void()> listener;
};

Alarm::Alarm(uv_loop_s* loop, std::function<void()> listener) : handle_(new Handle) {
  handle_->listener = std::move(listener);
  handle_->timer.data = handle_;
  uv_timer_init(loop, &handle_->timer);
}

Alarm::~Alarm() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void Alarm::set(std::chrono::milliseconds wait) {
  uv_update_time(handle_->timer.loop);
  uv_timer_start(
      &handle_->timer, [](uv_timer_t* timer) { static_cast<Handle*>(timer->data)->listener(); },
      // Never 0: libuv 1.44 runs a timer that is set anew for now again at once, and nothing else ever.
      static_cast<std::uint64_t>(std::max<std::int64_t>(wait.count(), 1)), 0);
}

void Alarm::cancel() {
  uv_timer_stop(&handle_->timer);
}

bool Alarm::is_set() const {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->timer)) != 0;
}

}  // namespace folio::net
