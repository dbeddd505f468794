#include "async/executor.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>

namespace folio::detail {

namespace {
thread_local Executor* current_executor = nullptr;
thread_local Activity* current_activity = nullptr;
}  // namespace

// --- Inbox ---

bool Inbox::post(std::unique_ptr<Item> item) {
  std::lock_guard lock(mutex_);
  if (executor_ == nullptr) return false;
  items_.push_back(std::move(item));
  any_.store(true, std::memory_order_release);
  if (items_.size() == 1) executor_->interrupt();
  return true;
}

// --- Activity ---

Activity::Activity(std::shared_ptr<Inbox> inbox, std::coroutine_handle<> top) noexcept
    : resume_point_(top), top_(top), inbox_(std::move(inbox)) {}

Activity::~Activity() = default;

Executor& Activity::executor() const noexcept {
  return *inbox_->executor_;
}

Activity* Activity::current() noexcept {
  return current_activity;
}

void Activity::wake(std::uint32_t ticket) noexcept {
  if (ticket != ticket_ || ready_ || finished_.load(std::memory_order_relaxed)) return;
  executor().push_ready(*this);
}

void Activity::abort() noexcept {
  if (finished()) return;
  if (Executor::current() == nullptr || Executor::current()->inbox() != inbox_) {
    ActivityRef self(this);
    inbox_->post([self] { self->abort(); });
    return;
  }
  aborted_ = true;
  if (running_) return;  // an activity cannot be taken apart under its own feet: Executor::run sees to it
  ActivityRef keep(this);
  executor().finish(*this);
}

void Activity::destroy_frames() noexcept {
  if (auto top = std::exchange(top_, nullptr)) top.destroy();
}

// --- Waker ---

void Waker::wake() noexcept {
  if (!activity_) return;
  const ActivityRef activity = std::move(activity_);
  Executor* here = Executor::current();
  if (here != nullptr && here->inbox() == activity->inbox()) {
    activity->wake(ticket_);
  } else {
    activity->inbox()->post([activity, ticket = ticket_] { activity->wake(ticket); });
  }
}

// --- Executor ---

Executor::Executor() : inbox_(std::make_shared<Inbox>(*this)) {}

Executor::~Executor() {
  abort_all();
  while (has_ready()) pop_ready().drop_reference();
  std::vector<std::unique_ptr<Inbox::Item>> dropped;
  {
    std::lock_guard lock(inbox_->mutex_);
    inbox_->executor_ = nullptr;
    dropped.swap(inbox_->items_);
  }
  dropped.clear();
  if (current_executor == this) current_executor = nullptr;
}

Executor* Executor::current() noexcept {
  return current_executor;
}
void Executor::bind_to_thread() noexcept {
  current_executor = this;
}

std::int64_t Executor::now() const noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// The reference that an activity is born with is the executor's.
Activity& Executor::add(std::coroutine_handle<> top) {
  auto* activity = new Activity(inbox_, top);
  activity->next_live_ = first_live_;
  if (first_live_ != nullptr) first_live_->previous_live_ = activity;
  first_live_ = activity;
  ++live_;
  return *activity;
}

ActivityRef Executor::start(std::coroutine_handle<> top) {
  Activity& activity = add(top);
  push_ready(activity);
  return ActivityRef(&activity);
}

ActivityRef Executor::start_now(std::coroutine_handle<> top) {
  if (current_activity != nullptr) return start(top);
  ActivityRef activity(&add(top));
  run(*activity.get());
  return activity;
}

void Executor::push_ready(Activity& activity) noexcept {
  activity.ready_ = true;
  (last_ready_ != nullptr ? last_ready_->next_ready_ : first_ready_) = &activity;
  last_ready_ = &activity;
}

Activity& Executor::pop_ready() noexcept {
  Activity& activity = *first_ready_;
  first_ready_ = std::exchange(activity.next_ready_, nullptr);
  if (first_ready_ == nullptr) last_ready_ = nullptr;
  activity.ready_ = false;
  return activity;
}

void Executor::run(Activity& activity) noexcept {
  Activity* outer = std::exchange(current_activity, &activity);
  activity.running_ = true;
  std::exchange(activity.resume_point_, nullptr).resume();
  activity.running_ = false;
  current_activity = outer;
  if (activity.aborted_ || activity.top_.done()) finish(activity);
}

void Executor::finish(Activity& activity) noexcept {
  if (activity.finished_.exchange(true, std::memory_order_acq_rel)) return;
  (activity.previous_live_ != nullptr ? activity.previous_live_->next_live_ : first_live_) = activity.next_live_;
  if (activity.next_live_ != nullptr) activity.next_live_->previous_live_ = activity.previous_live_;
  activity.next_live_ = activity.previous_live_ = nullptr;
  --live_;
  activity.destroy_frames();
  if (!activity.ready_) activity.drop_reference();  // else run_ready does, which has yet to come across it
}

void Executor::run_posted() noexcept {
  if (!inbox_->any_.load(std::memory_order_acquire)) return;
  {
    std::lock_guard lock(inbox_->mutex_);
    inbox_->any_.store(false, std::memory_order_relaxed);
    taken_.swap(inbox_->items_);
  }
  for (auto& item : taken_) item->run();
  taken_.clear();
}

void Executor::run_ready() noexcept {
  while (first_ready_ != nullptr) {
    Activity& activity = pop_ready();
    if (activity.finished()) {
      activity.drop_reference();  // it ended while it waited for its turn
    } else {
      run(activity);
    }
  }
}

void Executor::abort_all() noexcept {
  while (first_live_ != nullptr) {
    ActivityRef activity(first_live_);
    activity->aborted_ = true;
    finish(*activity.get());
  }
}

// --- what the public headers call ---

ActivityRef start_activity(std::coroutine_handle<> top) {
  Executor* executor = Executor::current();
  if (executor == nullptr) {
    // There is no loop on this thread: nothing could ever run the task.
    top.destroy();
    report_unhandled(std::make_exception_ptr(
        std::logic_error("spawn was called on a thread without an event loop, so its task was dropped: spawn from a "
                         "handler, or hand the work over by a channel")));
    return {};
  }
  return executor->start(top);
}

}  // namespace folio::detail

namespace folio {

Sleep::~Sleep() {
  if (activity_ != nullptr) activity_->executor().timers().remove(*this);
}

void Sleep::await_suspend(std::coroutine_handle<> awaiting) {
  activity_ = detail::Activity::current();
  ticket_ = activity_->suspend(awaiting);
  deadline = activity_->executor().now() + duration_.count();
  activity_->executor().timers().add(*this);
}

}  // namespace folio
