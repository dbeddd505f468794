#include "dev/build_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "dev/app_folder.hpp"

namespace folio::dev {
namespace fs = std::filesystem;

namespace {
// More tools than this on one app at once are a mistake of somebody's script.
constexpr int kMaxFolders = 16;
}  // namespace

BuildFolder::BuildFolder(BuildFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

BuildFolder& BuildFolder::operator=(BuildFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

BuildFolder::~BuildFolder() {
  if (lock_ >= 0) ::close(lock_);
}

bool BuildFolder::open(const std::string& app_root, const std::string& name, std::string& error) {
  const std::string state = app_root + "/.folio";
  std::error_code code;
  fs::create_directories(state, code);
  // Nothing in there is anybody's source.
  if (code || !write_file(state + "/.gitignore", "*\n")) {
    error = "cannot write to " + state + ", where the app is built: make the folder writable to you";
    return false;
  }
  for (int number = 1; number <= kMaxFolders; ++number) {
    std::string folder = state + "/" + name;
    if (number > 1) folder += "-" + std::to_string(number);
    fs::create_directories(folder, code);
    const int lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) {
      error = "cannot write to " + folder + ", where the app is built: make the folder writable to you";
      return false;
    }
    if (::flock(lock, LOCK_EX | LOCK_NB) == 0) {
      lock_ = lock;
      path_ = std::move(folder);
      return true;
    }
    ::close(lock);
  }
  error = "too many tools are at work on " + app_root + ": end some of them";
  return false;
}

}  // namespace folio::dev
