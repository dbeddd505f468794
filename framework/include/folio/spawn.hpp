// Running tasks beside each other: spawn, its handle, sleep_for, yield.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

#include <folio/task.hpp>

namespace folio {

namespace detail {

// The coroutine at the top of an activity. The executor destroys it when it is done.
struct TopCoroutine {
  struct promise_type {
    TopCoroutine get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    static void return_void() noexcept {}
    static void unhandled_exception() noexcept { report_unhandled(std::current_exception()); }
    static void* operator new(std::size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }
  };
  std::coroutine_handle<promise_type> handle;
};

template <class T>
TopCoroutine run_to_end(Task<T> task) {
  co_await task;
}

// Keeps a callable alive beside the coroutine that it makes, so that a lambda's captures outlive its call.
template <class Callable>
TopCoroutine call_to_end(Callable callable) {
  co_await std::invoke(callable);
}

}  // namespace detail

// A spawned task. Dropping the handle lets the task run on; it ends at the latest with the server.
class TaskHandle {
 public:
  TaskHandle() = default;
  explicit TaskHandle(detail::ActivityRef activity) noexcept : activity_(std::move(activity)) {}

  // Ends the task where it waits: its locals are destroyed, nothing else of it runs. A finished task is left alone.
  // From any thread; on another thread than the task's it takes effect soon, not at once.
  void abort() noexcept {
    if (activity_) activity_->abort();
  }
  // True once the task has returned, thrown or been aborted. Any thread.
  [[nodiscard]] bool finished() const noexcept { return !activity_ || activity_->finished(); }

 private:
  detail::ActivityRef activity_;
};

// Runs a task on its own, on the calling thread's loop, beginning soon. What escapes from it is logged.
template <class T>
TaskHandle spawn(Task<T> task) {
  return TaskHandle(detail::start_activity(detail::run_to_end(std::move(task)).handle));
}

// The same for something to call that gives a task, such as a lambda; its captures live as long as the task.
template <class Callable>
  requires std::is_invocable_v<Callable&>
TaskHandle spawn(Callable callable) {
  static_assert(is_task<std::invoke_result_t<Callable&>>, "spawn: the callable must return a Task");
  return TaskHandle(detail::start_activity(detail::call_to_end(std::move(callable)).handle));
}

// Tasks that end with their owner. When the scope goes, whatever of them still runs is aborted where it waits: a scope in
// a WS handler holds what works for that connection, and nothing of it outlives the handler.
//
//     Task<> WS(WebSocket ws) {
//       TaskScope tasks;
//       tasks.spawn(send_prices(ws.sender()));
//       while (auto message = co_await ws.next()) …
//     }
//
// Belongs to the thread that it was made on.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { abort(); }

  // As folio::spawn.
  template <class Work>
  TaskHandle spawn(Work work) {
    if (tasks_.size() == tasks_.capacity()) std::erase_if(tasks_, [](const auto& task) { return task.finished(); });
    return tasks_.emplace_back(folio::spawn(std::move(work)));
  }
  // Ends all of them; others may be spawned afterwards.
  void abort() noexcept {
    for (TaskHandle& task : std::exchange(tasks_, {})) task.abort();
  }

 private:
  std::vector<TaskHandle> tasks_;
};

// The awaitable of sleep_for; registered with the loop's timers while it waits.
class [[nodiscard("co_await it: nothing sleeps otherwise")]] Sleep {
 public:
  explicit Sleep(std::chrono::nanoseconds duration) noexcept : duration_(duration) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep();

  [[nodiscard]] static bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting);
  void await_resume() noexcept {}

  // For the loop's timers.
  static constexpr std::uint32_t not_queued = 0xffffffff;
  std::int64_t deadline = 0;  // nanoseconds of the executor's clock
  std::uint32_t heap_index = not_queued;
  void fire() noexcept { activity_->wake(ticket_); }

 private:
  std::chrono::nanoseconds duration_;
  detail::Activity* activity_ = nullptr;
  std::uint32_t ticket_ = 0;
};

// Waits without blocking the loop: `co_await sleep_for(std::chrono::seconds(5));`. Precise to about a millisecond.
inline Sleep sleep_for(std::chrono::nanoseconds duration) noexcept { return Sleep(duration); }

// Lets everything else that is ready run first.
struct Yield {
  [[nodiscard]] static bool await_ready() noexcept { return false; }
  static void await_suspend(std::coroutine_handle<> awaiting) noexcept { detail::Waker(awaiting).wake(); }
  static void await_resume() noexcept {}
};
inline Yield yield() noexcept { return {}; }

}  // namespace folio
