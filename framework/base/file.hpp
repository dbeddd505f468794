// File: an open file that closes itself. Shared by all who send from it, from any thread: nothing here moves a position
// or changes the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/lazy_bytes.hpp"

namespace folio::base {

class File {
 public:
  // What tells one state of a file from another.
  struct Status {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified = 0;  // nanoseconds since 1970: of the content
    std::int64_t changed = 0;   // of the content, the name, or the permissions; it cannot be set

    bool operator==(const Status&) const = default;
    // Whole seconds, rounded down.
    [[nodiscard]] std::int64_t modified_seconds() const;
  };
  enum class Kind : std::uint8_t { Regular, Folder, Other };

  // Takes over the descriptor; negative for none.
  explicit File(int fd) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  // Opens a regular file for reading, or gives null. A FIFO or a device that has the name is not waited for.
  [[nodiscard]] static std::shared_ptr<const File> open(const std::string& path);

  // Of what has the name `path` in the open folder, without opening it.
  [[nodiscard]] static std::optional<Status> status_at(int folder, const std::string& path);

  [[nodiscard]] int fd() const noexcept { return fd_; }
  // As of the opening.
  [[nodiscard]] const Status& status() const noexcept { return status_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return status_.size; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  // Bytes of a file up to which its content stays in memory once it was read, so that nobody asks the kernel again. It
  // is the content that status() is of: what is written to the file later is found by who opens it anew. One that has
  // changed within `settled_after`, in nanoseconds, is read each time, since it may change again at the same time as far
  // as the file system's clock can tell.
  static constexpr std::size_t max_kept = 16 * 1024;
  static constexpr std::int64_t settled_after = 3'000'000'000;

  // Reads up to `room` bytes at `offset`; fewer only at the file's end. Negative when it cannot be read.
  [[nodiscard]] std::ptrdiff_t read(std::uint64_t offset, char* out, std::size_t room) const noexcept;
  // Bytes that will soon be read: a disk may begin to fetch them, and nobody waits for it.
  void will_need(std::uint64_t offset, std::uint64_t length) const noexcept;

 private:
  [[nodiscard]] const std::string* kept() const;
  [[nodiscard]] std::ptrdiff_t read_anew(std::uint64_t offset, char* out, std::size_t room) const noexcept;

  int fd_;
  Kind kind_ = Kind::Other;
  Status status_;
  mutable LazyBytes content_;  // null when it is not to be kept
};

}  // namespace folio::base
