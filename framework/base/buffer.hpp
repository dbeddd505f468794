// A growable run of bytes that is written at its end and consumed from its front.
// Unlike std::string it never zeroes what it is about to be given, and consuming is a pointer bump.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace folio::base {

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] char* data() { return storage_.get() + begin_; }
  [[nodiscard]] const char* data() const { return storage_.get() + begin_; }
  [[nodiscard]] std::string_view view() const { return {data(), size()}; }

  // Room for `count` more bytes, to be filled and then committed. Valid until the next call that writes.
  [[nodiscard]] char* prepare(std::size_t count) {
    if (capacity_ - end_ < count) make_room(count);
    return storage_.get() + end_;
  }
  void commit(std::size_t count) { end_ += count; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  void append(char byte) {
    *prepare(1) = byte;
    ++end_;
  }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  // Forgets everything behind the first `count` bytes.
  void truncate(std::size_t count) { end_ = begin_ + count; }
  // Empties the buffer and keeps its storage.
  void clear() { begin_ = end_ = 0; }
  // Empties the buffer and gives its storage back.
  void release() {
    storage_.reset();
    begin_ = end_ = capacity_ = 0;
  }

  void swap(Buffer& other) noexcept {
    storage_.swap(other.storage_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }

 private:
  void make_room(std::size_t count) {
    const std::size_t used = size();
    if (capacity_ - used >= count && begin_ >= used) {
      std::memcpy(storage_.get(), storage_.get() + begin_, used);
    } else {
      std::size_t wanted = capacity_ < 256 ? 256 : capacity_ * 2;
      while (wanted - used < count) wanted *= 2;
      auto grown = std::make_unique_for_overwrite<char[]>(wanted);
      if (used != 0) std::memcpy(grown.get(), storage_.get() + begin_, used);
      storage_ = std::move(grown);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace folio::base
