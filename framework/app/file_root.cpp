#include "app/file_root.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

namespace folio::app {
namespace {

// O_NONBLOCK: a FIFO has an open(2) that waits for a writer.
constexpr int reading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

// Without following any link: what openat2(2) would find where there are none.
int open_by_components(int folder, const std::string& below) {
  int at = folder;
  std::size_t begin = 0;
  while (true) {
    const std::size_t slash = below.find('/', begin);
    const bool last = slash == std::string::npos || slash + 1 == below.size();
    const std::string name = below.substr(begin, slash - begin);
    const int folder_only = slash == std::string::npos ? 0 : O_DIRECTORY;
    const int flags = last ? reading : O_PATH | O_CLOEXEC;
    const int next = ::openat(at, name.c_str(), flags | folder_only | O_NOFOLLOW);
    if (at != folder) ::close(at);
    if (last || next < 0) return next;
    at = next;
    begin = slash + 1;
  }
}

}  // namespace

FileRoot::FileRoot(std::string path, Clock::duration recheck, Resolve resolve)
    : path_(std::move(path)), recheck_(recheck), resolve_(resolve) {}

std::shared_ptr<const base::File> FileRoot::folder() const {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  if (checked_ != Clock::time_point() && now - checked_ < recheck_) return folder_;
  checked_ = now;
  struct stat status {};
  const bool there = ::stat(path_.c_str(), &status) == 0;
  if (there && folder_ && folder_->status().inode == status.st_ino && folder_->status().device == status.st_dev) {
    return folder_;
  }
  folder_ =
      there ? std::make_shared<const base::File>(::open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) : nullptr;
  if (folder_ && folder_->fd() < 0) folder_.reset();
  return folder_;
}

int FileRoot::open_beneath(int folder, const std::string& below) const {
  if (resolve_ == Resolve::Components) return open_by_components(folder, below);
  open_how how{};
  how.flags = reading;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  constexpr int attempts = 4;  // EAGAIN: something on the way was renamed meanwhile
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto fd = static_cast<int>(::syscall(SYS_openat2, folder, below.c_str(), &how, sizeof(how)));
    if (fd >= 0) return fd;
    if (errno == ENOSYS || errno == EPERM) return open_by_components(folder, below);
    if (errno != EAGAIN && errno != EINTR) return -1;
  }
  return -1;
}

std::shared_ptr<const base::File> FileRoot::open(const std::string& below) const {
  const auto root = folder();
  if (!root) return nullptr;
  auto file = std::make_shared<const base::File>(open_beneath(root->fd(), below.empty() ? "." : below));
  return file->kind() == base::File::Kind::Other ? nullptr : file;
}

std::optional<base::File::Status> FileRoot::status(const std::string& below) const {
  const auto root = folder();
  return root ? base::File::status_at(root->fd(), below) : std::nullopt;
}

}  // namespace folio::app
