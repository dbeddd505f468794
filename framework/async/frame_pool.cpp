// Coroutine frames are short-lived and of few sizes: a free list per thread and size class makes one cost a few
// nanoseconds. A frame that dies on another thread than its own joins that thread's list.
#include <array>
#include <cstddef>
#include <new>

#include <folio/detail/activity.hpp>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FOLIO_PLAIN_FRAMES 1  // sanitizers see a use after free only if memory is really freed
#endif
#endif

namespace folio::detail {

#ifdef FOLIO_PLAIN_FRAMES

void* allocate_frame(std::size_t size) {
  return ::operator new(size);
}
void free_frame(void* frame, std::size_t size) noexcept {
  ::operator delete(frame, size);
}

#else

namespace {

constexpr std::size_t class_size = 16;       // the allocator's own
constexpr std::size_t class_count = 128;     // frames up to 2 KiB
constexpr std::size_t kept_per_class = 256;  // so that a burst does not keep its memory for ever

struct FreeFrame {
  FreeFrame* next;
};

struct FramePool {
  std::array<FreeFrame*, class_count> free{};
  std::array<std::size_t, class_count> count{};
  ~FramePool() {
    for (FreeFrame* frame : free) {
      while (frame != nullptr) ::operator delete(std::exchange(frame, frame->next));
    }
    closed = true;
  }
  static thread_local bool closed;  // set when the thread is ending: its last frames go straight back
};
thread_local bool FramePool::closed = false;
thread_local FramePool pool;

}  // namespace

void* allocate_frame(std::size_t size) {
  const std::size_t index = (size - 1) / class_size;
  if (index < class_count && !FramePool::closed && pool.free[index] != nullptr) {
    --pool.count[index];
    return std::exchange(pool.free[index], pool.free[index]->next);
  }
  return ::operator new(index < class_count ? (index + 1) * class_size : size);
}

void free_frame(void* frame, std::size_t size) noexcept {
  const std::size_t index = (size - 1) / class_size;
  if (index < class_count && !FramePool::closed && pool.count[index] < kept_per_class) {
    ++pool.count[index];
    pool.free[index] = new (frame) FreeFrame{pool.free[index]};
    return;
  }
  ::operator delete(frame);
}

#endif

}  // namespace folio::detail
