// SocketFile: the file of a Unix-domain socket, which is removed by whoever made it, unless it is another's by then.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace folio::net {

class SocketFile {
 public:
  SocketFile() = default;
  // The one that lies at `path` now.
  explicit SocketFile(std::string path);
  ~SocketFile() { remove(); }
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})), inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(inode_, other.inode_);
    return *this;
  }

  // It is somebody else's to remove.
  void leave() noexcept { path_.clear(); }
  void remove() noexcept;

 private:
  std::string path_;  // empty: none
  std::uint64_t inode_ = 0;
};

}  // namespace folio::net
