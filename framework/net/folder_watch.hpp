// Tells when something changed in a tree of folders. It says that, not what: whoever listens looks at the files
// again, which is right even when events were lost, merged or about a file that is gone by now.
//
// Folders are watched, not files: editors save by renaming a new file over the old one. libuv's recursive flag does
// nothing on Linux, so every folder has a watch of its own; new folders get theirs before the listener is called.
// Where the system refuses a watch (fs.inotify.max_user_watches), the tree is polled, and problem() says so.
//
// Thread rule: everything on the thread of the loop. Times in milliseconds.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

struct uv_loop_s;

namespace folio::net {

struct FolderWatchTimes {
  std::chrono::milliseconds quiet{25};     // told when nothing has happened for this long …
  std::chrono::milliseconds longest{250};  // … or this long after the first event, so that a busy file starves nobody
  std::chrono::milliseconds poll{500};     // how often to look where the system gives no watch
};

class FolderWatch {
 public:
  using Listener = std::function<void()>;
  // Whether a folder below a root (its path as it would be reported) is looked into.
  using Filter = std::function<bool(const std::string& folder)>;

  FolderWatch(uv_loop_s* loop, Filter filter, Listener listener, FolderWatchTimes times = {});
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Watches a folder, with everything below it when `recursive`. One that does not exist is looked for again at each
  // change elsewhere: watch its parent too.
  void add(const std::string& root, bool recursive);
  // Empty, or why the tree is polled.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t folders() const { return watches_.size(); }

 private:
  struct Handle;
  struct Timer;
  struct Root {
    std::string path;
    bool recursive;
  };

  void sync();
  void changed(bool structure);
  void settled();
  void start_polling(int code, const std::string& folder);
  void drop(Handle* handle);

  uv_loop_s* loop_;
  Filter filter_;
  Listener listener_;
  FolderWatchTimes times_;
  std::vector<Root> roots_;
  std::map<std::string, Handle*> watches_;
  Timer* settle_ = nullptr;
  Timer* poll_ = nullptr;
  std::uint64_t first_event_ = 0;  // loop time in milliseconds, 0 when nothing is pending
  bool structure_changed_ = false;
  std::string problem_;
};

}  // namespace folio::net
