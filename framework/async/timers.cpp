#include "async/timers.hpp"

namespace folio::async {

void Timers::place(std::uint32_t index, Sleep* sleeper) noexcept {
  heap_[index] = sleeper;
  sleeper->heap_index = index;
}

void Timers::sift_up(std::uint32_t index, Sleep* sleeper) noexcept {
  while (index > 0) {
    const std::uint32_t parent = (index - 1) / 2;
    if (heap_[parent]->deadline <= sleeper->deadline) break;
    place(index, heap_[parent]);
    index = parent;
  }
  place(index, sleeper);
}

void Timers::sift_down(std::uint32_t index, Sleep* sleeper) noexcept {
  const auto size = static_cast<std::uint32_t>(heap_.size());
  while (true) {
    std::uint32_t child = 2 * index + 1;
    if (child >= size) break;
    if (child + 1 < size && heap_[child + 1]->deadline < heap_[child]->deadline) ++child;
    if (heap_[child]->deadline >= sleeper->deadline) break;
    place(index, heap_[child]);
    index = child;
  }
  place(index, sleeper);
}

void Timers::add(Sleep& sleeper) {
  heap_.push_back(&sleeper);
  sift_up(static_cast<std::uint32_t>(heap_.size() - 1), &sleeper);
}

void Timers::remove(Sleep& sleeper) noexcept {
  const std::uint32_t index = sleeper.heap_index;
  if (index == Sleep::not_queued) return;
  sleeper.heap_index = Sleep::not_queued;
  Sleep* last = heap_.back();
  heap_.pop_back();
  if (last == &sleeper) return;
  if (index > 0 && last->deadline < heap_[(index - 1) / 2]->deadline) {
    sift_up(index, last);
  } else {
    sift_down(index, last);
  }
}

void Timers::fire(std::int64_t now) noexcept {
  while (!heap_.empty() && heap_.front()->deadline <= now) {
    Sleep* due = heap_.front();
    remove(*due);
    due->fire();
  }
}

}  // namespace folio::async
