// What one read event makes the server say: short pieces are gathered in one buffer, long ones stay where they are, and
// all of it leaves in one writev.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limits {

constexpr std::size_t large = 16 * 1024;  // from here on copying costs more than another piece

// A file that follows a reply: the kernel sends it by itself. The bytes are for who cannot have that, under TLS.
struct FileView {
  int fd = -1;
  std::string_view bytes;  // that are not sent yet
  std::size_t offset = 0;
  void advance(std::size_t size) {
    bytes.remove_prefix(size);
    offset += size;
  }
};

class Reply {
 public:
  void add(std::string_view bytes) { cork_ += bytes; }
  void add(char byte) { cork_ += byte; }
  std::string& cork() { return cork_; }
  // Bytes that are not copied. `stays`: they will be there after the event as well, until they are sent.
  void add_view(std::string_view bytes, bool stays) {
    seal();
    pieces_.push_back({bytes.data(), bytes.size(), stays});
  }
  // Nothing more is served until it is sent.
  void end_with_file(const FileView& file) { file_ = file; }
  [[nodiscard]] const FileView& file() const { return file_; }
  [[nodiscard]] bool is_complete() const { return closes_ || file_.fd >= 0; }
  void close_behind() { closes_ = true; }

  [[nodiscard]] bool empty() const { return cork_.empty() && pieces_.empty(); }
  [[nodiscard]] bool closes() const { return closes_; }
  // Whether the bytes of piece `i` stay.
  [[nodiscard]] bool stays(std::size_t i) const { return !pieces_.empty() && pieces_[i].stays; }
  const std::vector<iovec>& vectors() {
    vectors_.clear();
    if (pieces_.empty()) {
      vectors_.push_back({cork_.data(), cork_.size()});
      return vectors_;
    }
    seal();
    std::size_t at = 0;
    for (const auto& piece : pieces_) {
      if (piece.data != nullptr) {
        vectors_.push_back({const_cast<char*>(piece.data), piece.size});
      } else {
        vectors_.push_back({cork_.data() + at, piece.size});
        at += piece.size;
      }
    }
    return vectors_;
  }
  void clear() {
    cork_.clear();
    pieces_.clear();
    sealed_ = 0;
    closes_ = false;
    file_ = {};
  }

 private:
  struct Piece {
    const char* data;  // null: the next bytes of the cork
    std::size_t size;
    bool stays;
  };
  void seal() {
    if (cork_.size() > sealed_) pieces_.push_back({nullptr, cork_.size() - sealed_, false});
    sealed_ = cork_.size();
  }

  std::string cork_;
  std::vector<Piece> pieces_;
  std::vector<iovec> vectors_;
  std::size_t sealed_ = 0;
  bool closes_ = false;
  FileView file_;
};

}  // namespace limits
