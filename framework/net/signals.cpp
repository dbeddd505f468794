#include "net/signals.hpp"

#include <uv.h>

#include <utility>

namespace folio::net {

struct Signals::Handle {
  uv_signal_t signal{};
  Signals* owner = nullptr;
};

Signals::Signals(uv_loop_s* loop, std::initializer_list<int> signals, std::function<void(int)> listener)
    : listener_(std::move(listener)) {
  for (const int number : signals) {
    auto* handle = new Handle;
    handle->owner = this;
    handle->signal.data = handle;
    uv_signal_init(loop, &handle->signal);
    uv_signal_start(
        &handle->signal,
        [](uv_signal_t* signal, int received) {
          auto* self = static_cast<Handle*>(signal->data);
          if (self->owner != nullptr) self->owner->listener_(received);
        },
        number);
    uv_unref(reinterpret_cast<uv_handle_t*>(&handle->signal));  // listening alone keeps no loop running
    handles_.push_back(handle);
  }
}

Signals::~Signals() {
  for (auto* handle : handles_) {
    handle->owner = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&handle->signal),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
  }
}

}  // namespace folio::net
