// How a coroutine waits and is woken. Users see tasks; awaitables are written on top of this.
//
// An Activity is one chain of coroutines that await each other, with the task at its top that somebody spawned. At
// most one coroutine of it is suspended on something outside the chain, and that is the point where it goes on.
// It belongs to one Executor, on one thread: only that thread resumes or destroys it. A Waker may wake it from anywhere.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace folio::detail {

class Executor;
class Inbox;

class Activity {
 public:
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  // The activity whose code runs on this thread now, or null outside of any.
  static Activity* current() noexcept;

  // Called by an awaitable as its coroutine suspends: notes where to go on, and gives the ticket that a wake-up must
  // carry. A wake-up with an older ticket does nothing.
  std::uint32_t suspend(std::coroutine_handle<> resume_point) noexcept {
    resume_point_ = resume_point;
    return ++ticket_;
  }

  // Queues the activity to go on, if it still waits with this ticket. Home thread only.
  void wake(std::uint32_t ticket) noexcept;

  // Destroys the activity's coroutines where they stand: locals are destroyed, nothing else of them runs. When it is
  // the caller itself that is to end, that happens at its next suspension. Any thread.
  void abort() noexcept;

  [[nodiscard]] bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }
  [[nodiscard]] Executor& executor() const noexcept;  // its thread only
  [[nodiscard]] const std::shared_ptr<Inbox>& inbox() const noexcept { return inbox_; }

  void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  friend class Executor;
  Activity(std::shared_ptr<Inbox> inbox, std::coroutine_handle<> top) noexcept;
  ~Activity();
  void destroy_frames() noexcept;

  std::atomic<std::uint32_t> references_{1};
  std::uint32_t ticket_ = 0;
  std::coroutine_handle<> resume_point_;
  std::coroutine_handle<> top_;
  std::shared_ptr<Inbox> inbox_;  // the executor's, which it may outlive
  Activity* next_ready_ = nullptr;
  Activity* next_live_ = nullptr;
  Activity* previous_live_ = nullptr;
  bool ready_ = false;
  bool running_ = false;
  bool aborted_ = false;
  std::atomic<bool> finished_{false};
};

// A counted reference to an activity.
class ActivityRef {
 public:
  ActivityRef() = default;
  explicit ActivityRef(Activity* activity) noexcept : activity_(activity) {
    if (activity_ != nullptr) activity_->add_reference();
  }
  static ActivityRef adopt(Activity* activity) noexcept {
    ActivityRef reference;
    reference.activity_ = activity;
    return reference;
  }
  ActivityRef(const ActivityRef& other) noexcept : ActivityRef(other.activity_) {}
  ActivityRef(ActivityRef&& other) noexcept : activity_(std::exchange(other.activity_, nullptr)) {}
  ActivityRef& operator=(ActivityRef other) noexcept {
    std::swap(activity_, other.activity_);
    return *this;
  }
  ~ActivityRef() {
    if (activity_ != nullptr) activity_->drop_reference();
  }
  Activity* operator->() const noexcept { return activity_; }
  [[nodiscard]] Activity* get() const noexcept { return activity_; }
  explicit operator bool() const noexcept { return activity_ != nullptr; }

 private:
  Activity* activity_ = nullptr;
};

// Wakes one suspension of one activity, once, from any thread, however late: a wake-up that finds its activity gone,
// or waiting for something else, does nothing.
class Waker {
 public:
  Waker() = default;
  // To be called in await_suspend with the coroutine that suspends.
  explicit Waker(std::coroutine_handle<> resume_point) noexcept
      : activity_(Activity::current()), ticket_(activity_->suspend(resume_point)) {}

  void wake() noexcept;
  explicit operator bool() const noexcept { return static_cast<bool>(activity_); }

 private:
  ActivityRef activity_;
  std::uint32_t ticket_ = 0;
};

// The same without a counted reference, for whoever forgets it before the suspended coroutine is destroyed, and wakes on
// the activity's own loop.
class HomeWaker {
 public:
  HomeWaker() = default;
  explicit HomeWaker(std::coroutine_handle<> resume_point) noexcept
      : activity_(Activity::current()), ticket_(activity_->suspend(resume_point)) {}

  void wake() noexcept {
    if (Activity* activity = std::exchange(activity_, nullptr)) activity->wake(ticket_);
  }

 private:
  Activity* activity_ = nullptr;
  std::uint32_t ticket_ = 0;
};

// Coroutine frames come from a free list of the thread.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

// Starts `top`, which destroys nothing of itself at its end, as an activity of this thread's executor.
ActivityRef start_activity(std::coroutine_handle<> top);
// An exception that nobody awaits: goes to the log.
void report_unhandled(std::exception_ptr exception) noexcept;

}  // namespace folio::detail
