#include "net/loop.hpp"

#include <uv.h>

#include <algorithm>
#include <cstdlib>

#include "net/tls_session.hpp"

namespace folio::net {

namespace {

constexpr std::size_t spare_buffer_count = 64;
constexpr std::size_t spare_buffer_capacity = 64 * 1024;  // larger ones go back to the allocator
constexpr std::uint64_t sweep_interval_ms = 1000;

template <class Handle>
Loop& loop_of(Handle* handle) {
  return *static_cast<Loop*>(handle->data);
}

}  // namespace

struct Loop::Handles {
  uv_async_t interrupt;
  uv_timer_t timer;
  uv_timer_t sweep;
  uv_prepare_t prepare;
};

Swept::~Swept() {
  Loop::remove_swept(*this);
}

Loop::Loop()
    : uv_(std::make_unique<uv_loop_t>()),
      handles_(std::make_unique<Handles>()),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(receive_size + 2 * receive_padding)) {
  if (uv_loop_init(uv_.get()) != 0) std::abort();
  uv_async_init(uv_.get(), &handles_->interrupt, [](uv_async_t* handle) { loop_of(handle).end_turn(); });
  uv_timer_init(uv_.get(), &handles_->timer);
  uv_timer_init(uv_.get(), &handles_->sweep);
  uv_prepare_init(uv_.get(), &handles_->prepare);
  handles_->interrupt.data = handles_->timer.data = handles_->sweep.data = handles_->prepare.data = this;
  uv_timer_start(
      &handles_->sweep, [](uv_timer_t* handle) { loop_of(handle).run_sweep(); }, sweep_interval_ms, sweep_interval_ms);
  uv_prepare_start(&handles_->prepare, [](uv_prepare_t* handle) { loop_of(handle).arm_timer(); });
}

Loop::~Loop() {
  bind_to_thread();
  abort_all();
  end_turn();
  locals_.clear();
  for (auto* handle :
       {reinterpret_cast<uv_handle_t*>(&handles_->interrupt), reinterpret_cast<uv_handle_t*>(&handles_->timer),
        reinterpret_cast<uv_handle_t*>(&handles_->sweep), reinterpret_cast<uv_handle_t*>(&handles_->prepare)}) {
    uv_close(handle, nullptr);
  }
  // Whoever made a handle has closed it by now; its close callback runs here.
  uv_run(uv_.get(), UV_RUN_DEFAULT);
  if (uv_loop_close(uv_.get()) != 0) std::abort();
}

void Loop::run() {
  bind_to_thread();
  end_turn();
  while (!stopping_.load(std::memory_order_acquire)) uv_run(uv_.get(), UV_RUN_ONCE);
  stopping_ = false;
  end_turn();
}

void Loop::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  uv_async_send(&handles_->interrupt);
}

void Loop::interrupt() noexcept {
  uv_async_send(&handles_->interrupt);
}

void Loop::end_turn() noexcept {
  if (in_turn_) return;
  in_turn_ = true;
  run_posted();
  do {
    run_ready();
    while (deferred_.next_ != &deferred_) {
      Deferred& work = *deferred_.next_;
      work.leave();
      work.run_deferred();
    }
  } while (has_ready());
  in_turn_ = false;
}

void Loop::defer(Deferred& work) noexcept {
  if (work.next_ != nullptr) return;
  work.next_ = &deferred_;
  work.previous_ = deferred_.previous_;
  work.previous_->next_ = &work;
  deferred_.previous_ = &work;
}

void Loop::add_swept(Swept& object) noexcept {
  object.next_ = swept_;
  object.link_ = &swept_;
  if (swept_ != nullptr) swept_->link_ = &object.next_;
  swept_ = &object;
}

void Loop::remove_swept(Swept& object) noexcept {
  if (object.link_ == nullptr) return;
  *object.link_ = object.next_;
  if (object.next_ != nullptr) object.next_->link_ = object.link_;
  object.link_ = nullptr;
  object.next_ = nullptr;
}

std::uint64_t Loop::turn_time() const noexcept {
  return uv_now(uv_.get());
}

void Loop::run_sweep() noexcept {
  ++seconds_;
  for (Swept* object = swept_; object != nullptr;) {
    Swept* next = object->next_;
    object->sweep(seconds_);
    object = next;
  }
  end_turn();
}

void Loop::arm_timer() noexcept {
  end_turn();
  if (timers().empty()) {
    if (armed_for_ >= 0) uv_timer_stop(&handles_->timer);
    armed_for_ = -1;
    return;
  }
  if (timers().next() == armed_for_) return;
  armed_for_ = timers().next();
  const std::int64_t wait = std::max<std::int64_t>(0, armed_for_ - now());
  uv_update_time(uv_.get());
  uv_timer_start(
      &handles_->timer,
      [](uv_timer_t* handle) {
        Loop& loop = loop_of(handle);
        loop.armed_for_ = -1;
        loop.timers().fire(loop.now());
        loop.end_turn();
      },
      static_cast<std::uint64_t>((wait + 999'999) / 1'000'000), 0);
}

std::span<char> Loop::decrypted_buffer() {
  constexpr std::size_t size = TlsSession::plaintext_room(receive_size);
  if (!decrypted_buffer_) decrypted_buffer_ = std::make_unique_for_overwrite<char[]>(size + 2 * receive_padding);
  return {decrypted_buffer_.get() + receive_padding, size};
}

base::Buffer Loop::take_buffer() noexcept {
  if (spare_buffers_.empty()) return {};
  base::Buffer buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void Loop::give_buffer(base::Buffer buffer) noexcept {
  if (spare_buffers_.size() >= spare_buffer_count || buffer.capacity() == 0 ||
      buffer.capacity() > spare_buffer_capacity) {
    return;
  }
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

}  // namespace folio::net
