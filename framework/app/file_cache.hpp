// FileCache: files that are open and what is known of them, so that ten thousand readers of one file share one
// descriptor, and a hot file costs no system call to find. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/file_root.hpp"
#include "base/file.hpp"
#include "http/content_coding.hpp"

namespace folio::app {

// One form in which a file's content is there.
struct Representation {
  std::string name;  // below the root
  std::shared_ptr<const base::File> file;
  http::ContentCoding coding = http::ContentCoding::Identity;
  std::string entity_tag;     // strong, with its quotation marks
  std::string last_modified;  // as a field has it
};

// A file, and the compressed forms of it that stand beside it as name.br, name.zst and name.gz. Does not change.
struct ServedFile {
  std::vector<Representation> representations;  // the file itself is the first one
  std::string_view media_type;                  // of the file itself, as is what follows
  bool has_content_hash = false;                // in its name
  bool is_folder = false;                       // then there are no representations
  bool has_index = false;                       // a folder with an index.html
};

class FileCache {
 public:
  // At most `max_open` descriptors are kept, the latest used ones (those that are being sent beside). What was opened
  // longer than `recheck` ago is compared with what has the name now, at its next use. `neighbours`: whether to look
  // for compressed forms.
  FileCache(std::size_t max_open, std::chrono::nanoseconds recheck, bool neighbours);

  // Null when there is no such file or folder. REQUIRES: `below` is file_path's.
  [[nodiscard]] std::shared_ptr<const ServedFile> find(const FileRoot& root, const std::string& below);

  [[nodiscard]] std::size_t open_files() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::string key;
    std::shared_ptr<const ServedFile> served;
    Clock::time_point checked;
  };
  [[nodiscard]] std::shared_ptr<const ServedFile> load(const FileRoot& root, const std::string& below) const;
  [[nodiscard]] bool is_current(const FileRoot& root, const ServedFile& served) const;
  void keep(const std::string& key, std::shared_ptr<const ServedFile> served, Clock::time_point now);
  void drop(std::list<Entry>::iterator entry);
  void shrink(Clock::time_point now);

  std::size_t max_open_;
  std::chrono::nanoseconds recheck_;
  bool neighbours_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // the latest used one first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
  std::size_t open_ = 0;
};

}  // namespace folio::app
