// Executor: the tasks of one thread. It knows which activities live, which are ready to go on, and what other threads
// want done here. The loop that drives it (net/loop) tells it when to run and is told when something has come in.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <folio/detail/activity.hpp>

#include "async/timers.hpp"

namespace folio::detail {

// Where other threads leave work for an executor's thread. Outlives it: after that, posting does nothing.
class Inbox {
 public:
  // A piece of work. Deleted on the home thread after it ran, or by the poster when there is nobody to run it.
  struct Item {
    Item() = default;
    Item(const Item&) = delete;
    Item& operator=(const Item&) = delete;
    virtual ~Item() = default;
    virtual void run() noexcept = 0;
  };

  explicit Inbox(Executor& executor) : executor_(&executor) {}

  // Any thread. False when the executor is gone.
  bool post(std::unique_ptr<Item> item);
  template <class Callable>
  bool post(Callable callable) {
    struct Call final : Item {
      explicit Call(Callable work) : work_(std::move(work)) {}
      void run() noexcept override { work_(); }
      Callable work_;
    };
    return post(std::unique_ptr<Item>(std::make_unique<Call>(std::move(callable))));
  }

 private:
  friend class Activity;
  friend class Executor;
  std::mutex mutex_;
  Executor* executor_;  // null once it is gone
  std::vector<std::unique_ptr<Item>> items_;
  std::atomic<bool> any_{false};  // whether there are items: so that a turn without any takes no lock
};

class Executor {
 public:
  Executor();
  virtual ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // The executor that runs on this thread, or null.
  static Executor* current() noexcept;
  // Makes this the calling thread's executor.
  void bind_to_thread() noexcept;
  [[nodiscard]] bool on_home_thread() const noexcept { return current() == this; }

  // Starts an activity: queued, to run in this turn of the loop.
  ActivityRef start(std::coroutine_handle<> top);
  // The same, but runs it at once to its first suspension when nothing else is running.
  ActivityRef start_now(std::coroutine_handle<> top);

  // Runs what was posted, and then all that is ready, until nothing is. Must not be called from within a task.
  void run_ready() noexcept;
  [[nodiscard]] bool has_ready() const noexcept { return first_ready_ != nullptr; }
  // Takes in what other threads have posted. Home thread.
  void run_posted() noexcept;

  // Destroys every activity that still lives: the scope that all tasks belong to closes. Home thread.
  void abort_all() noexcept;
  [[nodiscard]] std::size_t live() const noexcept { return live_; }

  [[nodiscard]] const std::shared_ptr<Inbox>& inbox() const noexcept { return inbox_; }
  [[nodiscard]] async::Timers& timers() noexcept { return timers_; }

  // Monotonic nanoseconds.
  [[nodiscard]] virtual std::int64_t now() const noexcept;

 protected:
  // Called on any thread when something was posted: makes the home thread call run_ready soon.
  virtual void interrupt() noexcept = 0;

 private:
  friend class Activity;
  friend class Inbox;
  Activity& add(std::coroutine_handle<> top);
  void push_ready(Activity& activity) noexcept;
  Activity& pop_ready() noexcept;
  void run(Activity& activity) noexcept;
  void finish(Activity& activity) noexcept;

  std::shared_ptr<Inbox> inbox_;
  async::Timers timers_;
  Activity* first_ready_ = nullptr;
  Activity* last_ready_ = nullptr;
  Activity* first_live_ = nullptr;
  std::size_t live_ = 0;
  std::vector<std::unique_ptr<Inbox::Item>> taken_;
};

}  // namespace folio::detail

namespace folio::async {
using detail::Executor;
using detail::Inbox;
}  // namespace folio::async
