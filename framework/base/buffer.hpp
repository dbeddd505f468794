// A growable run of bytes that is written at its end and consumed from its front.
// Unlike std::string it never zeroes what it is about to be given, consuming is a pointer bump, and one that holds
// nothing is a null pointer: connections have several, and most of them idle.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace folio::base {

class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { release(); }

  [[nodiscard]] std::size_t size() const { return block_ == nullptr ? 0 : block_->end - block_->begin; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t capacity() const { return block_ == nullptr ? 0 : block_->capacity; }
  [[nodiscard]] char* data() { return block_ == nullptr ? nullptr : block_->bytes() + block_->begin; }
  [[nodiscard]] const char* data() const { return block_ == nullptr ? nullptr : block_->bytes() + block_->begin; }
  [[nodiscard]] std::string_view view() const { return {data(), size()}; }

  // Room for `count` more bytes, to be filled and then committed. Valid until the next call that writes.
  [[nodiscard]] char* prepare(std::size_t count) {
    if (block_ == nullptr || block_->capacity - block_->end < count) make_room(count);
    return block_->bytes() + block_->end;
  }
  // REQUIRES: room for them was prepared.
  void commit(std::size_t count) { block_->end += count; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
    block_->end += bytes.size();
  }
  void append(char byte) {
    *prepare(1) = byte;
    ++block_->end;
  }

  // REQUIRES: it holds as many.
  void consume(std::size_t count) {
    if (block_ == nullptr) return;
    block_->begin += count;
    if (block_->begin == block_->end) clear();
  }
  // Forgets everything behind the first `count` bytes. REQUIRES: it holds as many.
  void truncate(std::size_t count) {
    if (block_ != nullptr) block_->end = block_->begin + count;
  }
  // Empties the buffer and keeps its storage.
  void clear() {
    if (block_ != nullptr) block_->begin = block_->end = 0;
  }
  // Empties the buffer and gives its storage back.
  void release() {
    if (block_ != nullptr) ::operator delete(std::exchange(block_, nullptr));
  }

  void swap(Buffer& other) noexcept { std::swap(block_, other.block_); }

 private:
  // Stands before its bytes.
  struct Block {
    std::size_t begin;
    std::size_t end;
    std::size_t capacity;
    [[nodiscard]] char* bytes() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  };

  void make_room(std::size_t count) {
    const std::size_t used = size();
    if (block_ != nullptr && block_->capacity - used >= count && block_->begin >= used) {
      std::memcpy(block_->bytes(), data(), used);
      block_->begin = 0;
      block_->end = used;
      return;
    }
    constexpr std::size_t least = 256;
    std::size_t wanted = capacity() < least ? least : capacity() * 2;
    while (wanted - used < count) wanted *= 2;
    auto* grown = new (::operator new(sizeof(Block) + wanted)) Block{.begin = 0, .end = used, .capacity = wanted};
    if (used != 0) std::memcpy(grown->bytes(), data(), used);
    release();
    block_ = grown;
  }

  Block* block_ = nullptr;
};

}  // namespace folio::base
