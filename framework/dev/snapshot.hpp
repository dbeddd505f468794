// What the watched files of an app are at a moment, and what is different at the next: by content, not by time, so that
// a save without a change, or a touch, is none.
//
// Files of the trees are found anew at each look; further files (headers from elsewhere) are named one by one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace folio::dev {

struct Changes {
  std::vector<std::string> added;
  std::vector<std::string> changed;
  std::vector<std::string> removed;

  [[nodiscard]] bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
  // Files came or went: whoever does that often does more of it in the next moment.
  [[nodiscard]] bool structural() const { return !added.empty() || !removed.empty(); }
  // What happened first, and then since; a file that is changed and changed back stays named.
  void merge(const Changes& later);
  [[nodiscard]] std::vector<std::string> all() const;
};

class Snapshot {
 public:
  // Whether a folder in a tree is looked into.
  using Filter = std::function<bool(const std::string& folder)>;

  Snapshot(std::vector<std::string> trees, Filter filter) : trees_(std::move(trees)), filter_(std::move(filter)) {}

  // Which single files are watched besides; those that were watched already keep their state, new ones are taken as
  // they are now.
  void watch_files(const std::vector<std::string>& files);
  // Looks at everything and tells what is different since the last look. The first look tells nothing.
  [[nodiscard]] Changes look();

 private:
  struct State {
    std::int64_t modified = 0;  // nanoseconds
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    std::uint64_t hash = 0;
    friend bool operator==(const State&, const State&) = default;
  };
  using States = std::map<std::string, State>;

  void take(const std::string& file, States& into) const;

  std::vector<std::string> trees_;
  Filter filter_;
  std::vector<std::string> files_;
  States states_;
  bool looked_ = false;
};

// 64 bits of FNV-1a: to tell contents apart, not against an adversary.
[[nodiscard]] std::uint64_t content_hash(std::string_view content);

}  // namespace folio::dev
