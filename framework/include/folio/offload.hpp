// offload: work that would block the loop (a database call, hashing, compression) on a pool of threads.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <folio/detail/activity.hpp>

namespace folio {

namespace detail {

struct PoolJob {
  PoolJob() = default;
  PoolJob(const PoolJob&) = delete;
  PoolJob& operator=(const PoolJob&) = delete;
  virtual ~PoolJob() = default;
  virtual void run() noexcept = 0;
};
// Queues a job for the process's thread pool.
void run_in_pool(std::shared_ptr<PoolJob> job);

struct Nothing {};

template <class Callable>
struct OffloadJob final : PoolJob {
  using Value = std::invoke_result_t<Callable&>;
  using Stored = std::conditional_t<std::is_void_v<Value>, Nothing, Value>;

  explicit OffloadJob(Callable work) : callable(std::move(work)) {}
  void run() noexcept override {
    try {
      if constexpr (std::is_void_v<Value>) {
        std::invoke(callable);
        value.emplace();
      } else {
        value.emplace(std::invoke(callable));
      }
    } catch (...) {
      exception = std::current_exception();
    }
    waker.wake();
  }

  Callable callable;
  Waker waker;
  std::optional<Stored> value;
  std::exception_ptr exception;
};

}  // namespace detail

template <class Callable>
class Offload {
 public:
  using Job = detail::OffloadJob<Callable>;
  explicit Offload(Callable callable) : job_(std::make_shared<Job>(std::move(callable))) {}

  [[nodiscard]] static bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    job_->waker = detail::Waker(awaiting);
    detail::run_in_pool(job_);
  }
  typename Job::Value await_resume() {
    if (job_->exception) std::rethrow_exception(job_->exception);
    if constexpr (!std::is_void_v<typename Job::Value>) return std::move(*job_->value);
  }

 private:
  std::shared_ptr<Job> job_;
};

// Runs `callable` on a pool thread and gives what it returns (or rethrows what it throws) on the caller's loop:
//     auto rows = co_await offload([id] { return database.load(id); });
// When the awaiting task is aborted the work runs to its end and its result is dropped, so capture by value.
template <class Callable>
[[nodiscard]] Offload<Callable> offload(Callable callable) {
  return Offload<Callable>(std::move(callable));
}

}  // namespace folio
