// Task<T>: the coroutine type of handlers and of everything that they await.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <new>
#include <type_traits>
#include <utility>

#include <folio/detail/activity.hpp>

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
#error "g++ before 14 miscompiles coroutines without a word. Build with clang-19 (./folio installs and selects it)."
#endif

namespace folio {

template <class T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  static std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    static bool await_ready() noexcept { return false; }
    template <class Promise>
    static std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().continuation;
    }
    static void await_resume() noexcept {}
  };
  static FinalAwaiter final_suspend() noexcept { return {}; }

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  enum class Outcome : unsigned char { None, Value, Exception };

  TaskPromise() noexcept {}
  TaskPromise(const TaskPromise&) = delete;
  TaskPromise& operator=(const TaskPromise&) = delete;
  ~TaskPromise() {
    if (outcome == Outcome::Value) value.~T();
    if (outcome == Outcome::Exception) exception.~exception_ptr();
  }
  Task<T> get_return_object() noexcept;
  template <class U = T>
    requires std::is_constructible_v<T, U&&>
  void return_value(U&& result) {
    new (&value) T(std::forward<U>(result));
    outcome = Outcome::Value;
  }
  void unhandled_exception() noexcept {
    new (&exception) std::exception_ptr(std::current_exception());
    outcome = Outcome::Exception;
  }
  T take() {
    if (outcome == Outcome::Exception) std::rethrow_exception(exception);
    return std::move(value);
  }

  Outcome outcome = Outcome::None;
  union {
    T value;
    std::exception_ptr exception;
  };
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object() noexcept;
  static void return_void() noexcept {}
  void unhandled_exception() noexcept { exception = std::current_exception(); }
  void take() const {
    if (exception) std::rethrow_exception(exception);
  }

  std::exception_ptr exception;
};

}  // namespace detail

// A lazy, move-only coroutine: nothing of it runs before it is awaited (or spawned), and destroying it destroys its
// frame. Awaiting gives its value, or rethrows what escaped from it.
// Pass parameters by value: a reference must outlive the task.
template <class T>
class [[nodiscard("a Task does nothing until it is awaited or spawned")]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  struct Awaiter {
    std::coroutine_handle<promise_type> frame;
    [[nodiscard]] static bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      frame.promise().continuation = awaiting;
      return frame;
    }
    T await_resume() { return frame.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return {frame_}; }
  Awaiter operator co_await() & noexcept { return {frame_}; }

 private:
  std::coroutine_handle<promise_type> frame_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

}  // namespace folio
