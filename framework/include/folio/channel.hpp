// channel<T>(): a bounded queue between tasks, on one loop or across threads.
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <folio/detail/activity.hpp>
#include <folio/send_result.hpp>

namespace folio {

namespace detail {

template <class T>
struct ChannelState {
  explicit ChannelState(std::size_t limit) : capacity(limit == 0 ? 1 : limit) {}

  std::mutex mutex;
  std::deque<T> items;
  const std::size_t capacity;
  std::size_t senders = 0;
  bool receiver_gone = false;
  Waker receiver;              // set while the receiver waits
  std::vector<Waker> drained;  // senders that wait for room

  void wake_senders(std::unique_lock<std::mutex>& lock) {
    std::vector<Waker> waiting;
    waiting.swap(drained);
    lock.unlock();
    for (auto& waker : waiting) waker.wake();
  }
};

}  // namespace detail

// The sending end. Copyable, usable from any thread; the channel closes when the last one is gone.
template <class T>
class Sender {
 public:
  explicit Sender(std::shared_ptr<detail::ChannelState<T>> state) : state_(std::move(state)) { enter(); }
  Sender(const Sender& other) : state_(other.state_) { enter(); }
  Sender(Sender&& other) noexcept = default;
  Sender& operator=(Sender other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Sender() { leave(); }

  // Queued; Dropped when the channel is full (the value is gone: wait for drained() before, or raise the capacity);
  // Closed when the receiver is gone. Never waits.
  SendResult send(T value) const {
    std::unique_lock lock(state_->mutex);
    if (state_->receiver_gone) return SendResult::Closed;
    if (state_->items.size() >= state_->capacity) return SendResult::Dropped;
    state_->items.push_back(std::move(value));
    auto waker = std::exchange(state_->receiver, {});
    lock.unlock();
    if (waker) waker.wake();
    return SendResult::Queued;
  }

  struct Drained {
    detail::ChannelState<T>& state;
    [[nodiscard]] bool await_ready() const {
      std::lock_guard lock(state.mutex);
      return state.receiver_gone || state.items.size() < state.capacity;
    }
    bool await_suspend(std::coroutine_handle<> awaiting) const {
      std::lock_guard lock(state.mutex);
      if (state.receiver_gone || state.items.size() < state.capacity) return false;
      state.drained.emplace_back(awaiting);
      return true;
    }
    static void await_resume() noexcept {}
  };
  // Waits until there is room, or nobody receives any more. Another sender may take the room first: look at what
  // send gives.
  [[nodiscard]] Drained drained() const { return Drained{*state_}; }

  // True once the receiver is gone. Any thread.
  [[nodiscard]] bool closed() const {
    std::lock_guard lock(state_->mutex);
    return state_->receiver_gone;
  }

 private:
  void enter() {
    std::lock_guard lock(state_->mutex);
    ++state_->senders;
  }
  void leave() {
    if (!state_) return;
    detail::Waker waker;
    {
      std::lock_guard lock(state_->mutex);
      if (--state_->senders == 0) waker = std::exchange(state_->receiver, {});
    }
    if (waker) waker.wake();
  }

  std::shared_ptr<detail::ChannelState<T>> state_;
};

// The receiving end: one, moved to where it is read. One task at a time may wait on it.
template <class T>
class Receiver {
 public:
  explicit Receiver(std::shared_ptr<detail::ChannelState<T>> state) : state_(std::move(state)) {}
  Receiver(Receiver&&) noexcept = default;
  Receiver& operator=(Receiver&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Receiver() {
    if (!state_) return;
    std::unique_lock lock(state_->mutex);
    state_->receiver_gone = true;
    std::deque<T> dropped;
    dropped.swap(state_->items);
    state_->wake_senders(lock);
  }

  struct Receive {
    detail::ChannelState<T>& state;
    [[nodiscard]] static bool await_ready() noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting) const {
      std::lock_guard lock(state.mutex);
      if (!state.items.empty() || state.senders == 0) return false;
      state.receiver = detail::Waker(awaiting);
      return true;
    }
    std::optional<T> await_resume() const {
      std::unique_lock lock(state.mutex);
      if (state.items.empty()) return std::nullopt;
      std::optional<T> item(std::move(state.items.front()));
      state.items.pop_front();
      if (!state.drained.empty()) state.wake_senders(lock);
      return item;
    }
  };
  // The next value; nothing once every sender is gone and the queue is empty.
  [[nodiscard]] Receive recv() { return Receive{*state_}; }
  [[nodiscard]] Receive next() { return recv(); }

  // A value that is there already; never waits.
  std::optional<T> try_recv() { return Receive{*state_}.await_resume(); }

 private:
  std::shared_ptr<detail::ChannelState<T>> state_;
};

template <class T>
struct Channel {
  Sender<T> sender;
  Receiver<T> receiver;
};

inline constexpr std::size_t default_channel_capacity = 1024;

// Makes both ends: `auto [sender, receiver] = channel<std::string>();`. `capacity` counts values.
template <class T>
[[nodiscard]] Channel<T> channel(std::size_t capacity = default_channel_capacity) {
  auto state = std::make_shared<detail::ChannelState<T>>(capacity);
  return Channel<T>{Sender<T>(state), Receiver<T>(state)};
}

}  // namespace folio
