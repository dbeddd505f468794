#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace folio::base {
namespace {

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * second + time.tv_nsec;
}

File::Status status_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified = nanoseconds(status.st_mtim),
          .changed = nanoseconds(status.st_ctim)};
}

}  // namespace

std::int64_t File::Status::modified_seconds() const {
  return modified / second - (modified % second < 0 ? 1 : 0);
}

File::File(int fd) noexcept : fd_(fd) {
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0) return;
  kind_ = S_ISREG(status.st_mode) ? Kind::Regular : S_ISDIR(status.st_mode) ? Kind::Folder : Kind::Other;
  status_ = status_of(status);
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

std::shared_ptr<const File> File::open(const std::string& path) {
  auto file = std::make_shared<const File>(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  return file->kind() == Kind::Regular ? file : nullptr;
}

std::optional<File::Status> File::status_at(int folder, const std::string& path) {
  struct stat status {};
  if (::fstatat(folder, path.c_str(), &status, 0) != 0) return std::nullopt;
  return status_of(status);
}

// The content, if it is small and has been as it is for a while.
const std::string* File::kept() const {
  if (status_.size > max_kept || kind_ != Kind::Regular) return nullptr;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (nanoseconds(now) - status_.changed < settled_after) return nullptr;
  return content_
      .get([&]() -> SharedBytes {
        std::string content(status_.size, '\0');
        if (read_anew(0, content.data(), content.size()) != static_cast<std::ptrdiff_t>(content.size())) return nullptr;
        struct stat status {};
        if (::fstat(fd_, &status) != 0 || status_of(status) != status_) return nullptr;
        return std::make_shared<const std::string>(std::move(content));
      })
      .get();
}

std::ptrdiff_t File::read(std::uint64_t offset, char* out, std::size_t room) const noexcept {
  const std::string* content = kept();
  if (content == nullptr) return read_anew(offset, out, room);
  if (offset >= content->size()) return 0;
  return static_cast<std::ptrdiff_t>(content->copy(out, room, static_cast<std::size_t>(offset)));
}

std::ptrdiff_t File::read_anew(std::uint64_t offset, char* out, std::size_t room) const noexcept {
  std::size_t have = 0;
  while (have < room) {
    const ssize_t count = ::pread(fd_, out + have, room - have, static_cast<off_t>(offset + have));
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      return -1;
    }
    have += static_cast<std::size_t>(count);
  }
  return static_cast<std::ptrdiff_t>(have);
}

// To ask for what is in memory costs ten times as much as to see that its last byte is: a look at each page.
void File::will_need(std::uint64_t offset, std::uint64_t length) const noexcept {
  char byte = 0;
  const iovec last{&byte, 1};
  if (length != 0 && ::preadv2(fd_, &last, 1, static_cast<off_t>(offset + length - 1), RWF_NOWAIT) == 1) return;
  (void)::posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
}

}  // namespace folio::base
