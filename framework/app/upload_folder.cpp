#include "app/upload_folder.hpp"

#include <folio/offload.hpp>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace folio::detail {

namespace {

std::string fault(std::string_view what, const std::string& path, int error) {
  return "cannot " + std::string(what) + " " + path + ": " + std::strerror(error);
}

int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int copy_bytes(int from, int to) {
  constexpr std::size_t size = 256 * 1024;
  const auto buffer = std::make_unique_for_overwrite<char[]>(size);
  for (;;) {
    const ssize_t got = ::read(from, buffer.get(), size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) return 0;
    if (const int error = write_all(to, {buffer.get(), static_cast<std::size_t>(got)}); error != 0) return error;
  }
}

class RemoveFolder final : public PoolJob {
 public:
  explicit RemoveFolder(std::string folder) : folder_(std::move(folder)) {}
  void run() noexcept override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

 private:
  std::string folder_;
};

}  // namespace

UploadFolder::~UploadFolder() {
  if (file_ >= 0) ::close(file_);
  // To remove a large file takes a file system a while.
  if (!folder_.empty()) run_in_pool(std::make_shared<RemoveFolder>(std::move(folder_)));
}

std::string UploadFolder::begin_file() {
  if (folder_.empty()) {
    std::string parent = parent_;
    if (const char* set = std::getenv("TMPDIR"); parent.empty() && set != nullptr) parent = set;
    if (parent.empty()) parent = "/tmp";
    std::string pattern = parent + "/folio-upload-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) return fault("make", pattern, errno);
    folder_ = std::move(pattern);
  }
  ++files_;
  file_ = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  return file_ < 0 ? fault("write", path(), errno) : std::string();
}

std::string UploadFolder::write(std::string_view bytes) {
  const int error = write_all(file_, bytes);
  return error != 0 ? fault("write", path(), error) : std::string();
}

// A full disk may be told of only here.
std::string UploadFolder::end_file() {
  return ::close(std::exchange(file_, -1)) != 0 ? fault("write", path(), errno) : std::string();
}

std::string UploadFolder::path() const {
  return folder_ + "/" + std::to_string(files_);
}

std::string place_file(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // Another file system, or one that cannot do this.
  if (errno != EXDEV && errno != EINVAL && errno != ENOSYS) return fault("write", to, errno);
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return fault("read", from, errno);
  const int target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  int error = target < 0 ? errno : copy_bytes(source, target);
  ::close(source);
  if (target >= 0) {
    if (::close(target) != 0 && error == 0) error = errno;
    if (error != 0) ::unlink(to.c_str());
  }
  return error != 0 ? fault("write", to, error) : std::string();
}

}  // namespace folio::detail
