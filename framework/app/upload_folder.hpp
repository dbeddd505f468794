// UploadFolder: the temporary files of one form, in a folder of their own that only this user can look into. What is
// left of it goes with the object, off the loop. Each call may block: offload it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace folio::detail {

class UploadFolder {
 public:
  // `parent`: where it is made when the first file comes; empty: TMPDIR, or else /tmp.
  explicit UploadFolder(std::string parent) : parent_(std::move(parent)) {}
  UploadFolder(const UploadFolder&) = delete;
  UploadFolder& operator=(const UploadFolder&) = delete;
  ~UploadFolder();

  // Each gives what went wrong, for the log; empty when nothing did.
  [[nodiscard]] std::string begin_file();
  [[nodiscard]] std::string write(std::string_view bytes);
  [[nodiscard]] std::string end_file();
  // Of the file that was begun last.
  [[nodiscard]] std::string path() const;

 private:
  std::string parent_;
  std::string folder_;  // empty until there is one
  std::size_t files_ = 0;
  int file_ = -1;
};

// Moves a file to where nothing is yet, or copies it there. Gives what went wrong; empty when nothing did.
[[nodiscard]] std::string place_file(const std::string& from, const std::string& to);

}  // namespace folio::detail
