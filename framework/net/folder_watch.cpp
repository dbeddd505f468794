#include "net/folder_watch.hpp"

#include <sys/stat.h>
#include <uv.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace folio::net {
namespace fs = std::filesystem;

// One watched folder. Freed in its close callback.
struct FolderWatch::Handle {
  uv_fs_event_t event{};
  FolderWatch* owner = nullptr;
  std::string name;                                  // last part of the folder's path
  std::pair<std::uint64_t, std::uint64_t> identity;  // device and inode: a folder made anew needs a new watch
};

struct FolderWatch::Timer {
  uv_timer_t timer{};
  FolderWatch* owner = nullptr;

  static Timer* make(uv_loop_s* loop, FolderWatch* owner) {
    auto* made = new Timer;
    made->owner = owner;
    made->timer.data = made;
    uv_timer_init(loop, &made->timer);
    return made;
  }
  void close() {
    owner = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(&timer),
             [](uv_handle_t* handle) { delete static_cast<Timer*>(handle->data); });
  }
};

namespace {

// Device and inode, or zeros when `path` is no folder.
std::pair<std::uint64_t, std::uint64_t> identity_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return {0, 0};
  return {info.st_dev, info.st_ino};
}

}  // namespace

FolderWatch::FolderWatch(uv_loop_s* loop, Filter filter, Listener listener, FolderWatchTimes times)
    : loop_(loop), filter_(std::move(filter)), listener_(std::move(listener)), times_(times) {
  settle_ = Timer::make(loop_, this);
}

FolderWatch::~FolderWatch() {
  for (auto& [path, handle] : watches_) drop(handle);
  settle_->close();
  if (poll_ != nullptr) poll_->close();
}

void FolderWatch::drop(Handle* handle) {
  handle->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->event),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void FolderWatch::add(const std::string& root, bool recursive) {
  roots_.push_back({root, recursive});
  sync();
}

// Makes the set of watches what the folders on disk ask for.
void FolderWatch::sync() {
  std::set<std::string> wanted;
  for (const auto& root : roots_) {
    std::error_code ignored;
    if (!fs::is_directory(root.path, ignored)) continue;
    wanted.insert(root.path);
    if (!root.recursive) continue;
    std::vector<std::string> open{root.path};
    while (!open.empty()) {
      const std::string folder = std::move(open.back());
      open.pop_back();
      for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored)) {
        std::error_code no_folder;
        // A symbolic link to a folder is not followed: it may lead back up.
        if (!entry.is_directory(no_folder) || entry.is_symlink(no_folder)) continue;
        std::string path = entry.path().string();
        if (!filter_(path)) continue;
        wanted.insert(path);
        open.push_back(std::move(path));
      }
    }
  }

  for (auto at = watches_.begin(); at != watches_.end();) {
    const bool stays = wanted.contains(at->first) && identity_of(at->first) == at->second->identity;
    if (stays) {
      ++at;
    } else {
      drop(at->second);
      at = watches_.erase(at);
    }
  }
  for (const auto& path : wanted) {
    if (watches_.contains(path)) continue;
    auto* handle = new Handle;
    handle->owner = this;
    handle->event.data = handle;
    handle->name = fs::path(path).filename().string();
    handle->identity = identity_of(path);
    uv_fs_event_init(loop_, &handle->event);
    const int code = uv_fs_event_start(
        &handle->event,
        [](uv_fs_event_t* event, const char* name, int events, int) {
          auto* self = static_cast<Handle*>(event->data);
          if (self->owner == nullptr) return;
          const bool structure = (events & UV_RENAME) != 0;
          // The folder itself was removed or moved (its own name is reported): the watch is dead, and a folder made
          // anew may even get the same inode.
          if (structure && (name == nullptr || self->name == name)) self->identity = {};
          self->owner->changed(structure);
        },
        path.c_str(), 0);
    if (code == 0) {
      watches_.emplace(path, handle);
    } else {
      drop(handle);
      // A folder that went away meanwhile is no problem: its parent's event comes.
      if (code != UV_ENOENT && code != UV_ENOTDIR) start_polling(code, path);
    }
  }
}

void FolderWatch::changed(bool structure) {
  structure_changed_ = structure_changed_ || structure;
  uv_update_time(loop_);
  const std::uint64_t now = uv_now(loop_);
  if (first_event_ == 0) first_event_ = std::max<std::uint64_t>(now, 1);
  const auto quiet = static_cast<std::uint64_t>(times_.quiet.count());
  const std::uint64_t latest = first_event_ + static_cast<std::uint64_t>(times_.longest.count());
  const std::uint64_t wait = std::min(quiet, latest > now ? latest - now : 0);
  uv_timer_start(
      &settle_->timer, [](uv_timer_t* timer) { static_cast<Timer*>(timer->data)->owner->settled(); }, wait, 0);
}

void FolderWatch::settled() {
  first_event_ = 0;
  if (std::exchange(structure_changed_, false)) sync();
  listener_();
}

void FolderWatch::start_polling(int code, const std::string& folder) {
  if (poll_ != nullptr) return;
  problem_ = "cannot watch " + folder + " (" + uv_strerror(code) + "); looking for changes every " +
             std::to_string(times_.poll.count()) + " ms instead";
  if (code == UV_ENOSPC) problem_ += ": raise the limit with sysctl fs.inotify.max_user_watches=524288";
  poll_ = Timer::make(loop_, this);
  const auto interval = static_cast<std::uint64_t>(times_.poll.count());
  uv_timer_start(
      &poll_->timer,
      [](uv_timer_t* timer) {
        auto* owner = static_cast<Timer*>(timer->data)->owner;
        owner->structure_changed_ = true;
        owner->settled();
      },
      interval, interval);
}

}  // namespace folio::net
