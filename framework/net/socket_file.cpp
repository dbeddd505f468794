#include "net/socket_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace folio::net {

namespace {

std::uint64_t inode_of(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

SocketFile::SocketFile(std::string path) : path_(std::move(path)), inode_(inode_of(path_)) {}

void SocketFile::remove() noexcept {
  const std::string path = std::exchange(path_, {});
  if (!path.empty() && inode_of(path) == inode_) (void)::unlink(path.c_str());
}

}  // namespace folio::net
