// Loop: one thread's libuv loop, and the executor of its tasks.
//
// Everything that happens on a loop happens in turns: libuv calls in with an event, the tasks that it made ready run,
// and at the end of the turn all output that they wrote goes to the kernel, each connection's in one call.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "async/executor.hpp"
#include "base/buffer.hpp"
#include "base/tally.hpp"

struct uv_loop_s;

namespace folio::net {

class Loop;

// Something to be done once at the end of the turn, such as flushing a connection's output.
class Deferred {
 public:
  Deferred() = default;
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;
  virtual ~Deferred() { leave(); }
  virtual void run_deferred() noexcept = 0;

 protected:
  [[nodiscard]] bool is_deferred() const noexcept { return next_ != nullptr; }

 private:
  friend class Loop;
  void leave() noexcept {
    if (next_ == nullptr) return;
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }
  // In a ring with the loop's own while it is queued; else null.
  Deferred* next_ = nullptr;
  Deferred* previous_ = nullptr;
};

// Something with a deadline, looked at by the coarse sweep: once a second, for all in one pass.
class Swept {
 public:
  Swept() = default;
  Swept(const Swept&) = delete;
  Swept& operator=(const Swept&) = delete;
  virtual ~Swept();
  // `now` counts seconds of the loop's clock. May destroy this object, and no other.
  virtual void sweep(std::uint32_t now) noexcept = 0;

 private:
  friend class Loop;
  Swept* next_ = nullptr;
  Swept** link_ = nullptr;
};

// Bytes that the connections of a loop have exchanged with the kernel: those of TLS and of framing included.
struct Traffic {
  base::Tally received;
  base::Tally sent;
};

class Loop final : public async::Executor {
 public:
  Loop();
  ~Loop() override;

  // Binds the loop to the calling thread and runs it until stop().
  void run();
  // Ends run() at the end of the turn. Any thread.
  void stop() noexcept;

  // Ends a turn: runs what is ready, then what was deferred, until nothing is left. Called by the wrappers in net/ at
  // the end of each libuv callback.
  void end_turn() noexcept;
  void defer(Deferred& work) noexcept;
  static void cancel(Deferred& work) noexcept { work.leave(); }
  void add_swept(Swept& object) noexcept;
  static void remove_swept(Swept& object) noexcept;

  // Milliseconds of a clock that stands still for the length of a turn.
  [[nodiscard]] std::uint64_t turn_time() const noexcept;
  // Seconds since the loop was made, as of the latest sweep.
  [[nodiscard]] std::uint32_t seconds() const noexcept { return seconds_; }

  // The one buffer that all connections of the loop read into; its content is gone after the callback.
  static constexpr std::size_t receive_size = 64 * 1024;
  // Room on both sides of what is received, so that word-wise code may look past its ends.
  static constexpr std::size_t receive_padding = 64;
  [[nodiscard]] char* receive_buffer() noexcept { return receive_buffer_.get() + receive_padding; }

  // The one T of this loop, made as T(loop) for the first who asks, and gone with the loop: for what its users share
  // and this layer does not know. The loop's thread, or before it runs.
  template <class T>
  [[nodiscard]] T& local() {
    static constexpr char key = 0;
    for (auto& [each, object] : locals_) {
      if (each == &key) return *static_cast<T*>(object.get());
    }
    return *static_cast<T*>(locals_.emplace_back(&key, std::make_shared<T>(*this)).second.get());
  }

  // Where TLS puts what it decrypts of one read, with the same room around it; made when it is first needed.
  [[nodiscard]] std::span<char> decrypted_buffer();

  // Output buffers circulate: a connection holds one only while it has something to write.
  [[nodiscard]] base::Buffer take_buffer() noexcept;
  void give_buffer(base::Buffer buffer) noexcept;

  // Written on the loop's thread, read on any.
  [[nodiscard]] Traffic& traffic() noexcept { return traffic_; }

  [[nodiscard]] uv_loop_s* raw() noexcept { return uv_.get(); }

 private:
  struct Handles;
  void interrupt() noexcept override;
  void arm_timer() noexcept;
  void run_sweep() noexcept;

  std::unique_ptr<uv_loop_s> uv_;
  std::unique_ptr<Handles> handles_;
  std::unique_ptr<char[]> receive_buffer_;
  std::vector<std::pair<const void*, std::shared_ptr<void>>> locals_;
  std::unique_ptr<char[]> decrypted_buffer_;
  std::vector<base::Buffer> spare_buffers_;
  Traffic traffic_;
  // The first and the last of what is deferred are its neighbours.
  struct Ring final : Deferred {
    Ring() noexcept { next_ = previous_ = this; }
    void run_deferred() noexcept override {}
  };
  Ring deferred_;
  Swept* swept_ = nullptr;
  std::int64_t armed_for_ = -1;
  std::uint32_t seconds_ = 0;
  bool in_turn_ = false;
  std::atomic<bool> stopping_{false};
};

}  // namespace folio::net
