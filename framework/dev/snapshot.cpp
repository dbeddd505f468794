#include "dev/snapshot.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

// Larger files (videos below public/) are told apart by size and time alone.
constexpr std::uint64_t kMaxHashedBytes = 64ULL * 1024 * 1024;
constexpr std::uint64_t kHashStart = 0xcbf29ce484222325ULL;

std::uint64_t hash_more(std::uint64_t hash, std::string_view content) {
  for (const char byte : content) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

std::uint64_t hash_file(const std::string& path) {
  std::uint64_t hash = kHashStart;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 64 * 1024> bytes;
  ssize_t count = 0;
  while ((count = ::read(file, bytes.data(), bytes.size())) > 0) {
    hash = hash_more(hash, {bytes.data(), static_cast<std::size_t>(count)});
  }
  ::close(file);
  return hash;
}

bool is_temporary(std::string_view name) {
  // What editors leave beside a file for a moment: vim's 4913 and .swp, emacs' #x# and .#x, x~.
  return name.starts_with('.') || name.starts_with('#') || name.ends_with('~') || name.ends_with(".swp") ||
         name.ends_with(".tmp") || name == "4913";
}

void add_unless_there(std::vector<std::string>& to, const std::string& name) {
  if (std::ranges::find(to, name) == to.end()) to.push_back(name);
}

}  // namespace

std::uint64_t content_hash(std::string_view content) {
  return hash_more(kHashStart, content);
}

void Changes::merge(const Changes& later) {
  for (const auto& name : later.added) {
    // Removed and there again: changed, as an editor's rename looks when it is caught half way.
    if (std::erase(removed, name) != 0) {
      add_unless_there(changed, name);
    } else {
      add_unless_there(added, name);
    }
  }
  for (const auto& name : later.removed) {
    std::erase(changed, name);
    if (std::erase(added, name) == 0) add_unless_there(removed, name);
  }
  for (const auto& name : later.changed) {
    if (std::ranges::find(added, name) == added.end()) add_unless_there(changed, name);
  }
}

std::vector<std::string> Changes::all() const {
  std::vector<std::string> names = changed;
  names.insert(names.end(), added.begin(), added.end());
  names.insert(names.end(), removed.begin(), removed.end());
  return names;
}

void Snapshot::watch_files(const std::vector<std::string>& files) {
  const std::set<std::string> wanted(files.begin(), files.end());
  if (looked_) {
    for (const auto& file : files_) {
      if (!wanted.contains(file)) states_.erase(file);
    }
    for (const auto& file : wanted) {
      if (!states_.contains(file)) take(file, states_);
    }
  }
  files_.assign(wanted.begin(), wanted.end());
}

void Snapshot::take(const std::string& file, States& into) const {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  State state{.modified = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec,
              .size = static_cast<std::uint64_t>(info.st_size),
              .inode = info.st_ino};
  const auto known = states_.find(file);
  const bool same = known != states_.end() && known->second.modified == state.modified &&
                    known->second.size == state.size && known->second.inode == state.inode;
  if (same) {
    state.hash = known->second.hash;
  } else {
    state.hash = state.size > kMaxHashedBytes ? static_cast<std::uint64_t>(state.modified) : hash_file(file);
  }
  into.insert_or_assign(file, state);
}

Changes Snapshot::look() {
  States now;
  for (const auto& tree : trees_) {
    std::error_code error;
    if (!fs::is_directory(tree, error)) {
      take(tree, now);
      continue;
    }
    fs::recursive_directory_iterator at(tree, fs::directory_options::skip_permission_denied, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code ignored;
      if (at->is_directory(ignored)) {
        if (!filter_(at->path().string())) at.disable_recursion_pending();
      } else if (!is_temporary(at->path().filename().string())) {
        take(at->path().string(), now);
      }
    }
  }
  for (const auto& file : files_) take(file, now);

  Changes changes;
  if (std::exchange(looked_, true)) {
    for (const auto& [file, state] : now) {
      const auto before = states_.find(file);
      if (before == states_.end()) {
        changes.added.push_back(file);
      } else if (before->second.hash != state.hash || before->second.size != state.size) {
        changes.changed.push_back(file);
      }
    }
    for (const auto& [file, state] : states_) {
      if (!now.contains(file)) changes.removed.push_back(file);
    }
  }
  states_ = std::move(now);
  return changes;
}

}  // namespace folio::dev
