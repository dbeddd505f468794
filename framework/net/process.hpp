// A child process on an event loop: spawned with pipes and inherited files, watched until it ends, killed with all
// that it started.
//
// Thread rule: everything on the thread of the loop. Lifetime: the callbacks are called from the loop, never from
// within start(); after the destructor none is called, and a child that still runs is killed (SIGKILL, its group).
// on_exit may destroy or restart the Process; the two others may not.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct uv_loop_s;

namespace folio::net {

struct ProcessOptions {
  enum class Stream {
    Inherit,  // ours
    Null,     // /dev/null
    Pipe,     // handed to the callback as it comes
  };

  std::vector<std::string> arguments;                            // [0] is the program, searched in PATH
  std::vector<std::pair<std::string, std::string>> environment;  // set over what we have ourselves
  std::string folder;                                            // working folder; empty: ours
  Stream output = Stream::Inherit;
  Stream errors = Stream::Inherit;
  std::vector<int> files;  // open files of ours that the child finds at 3, 4, …
  bool own_group = true;   // a session of its own: kill() reaches its children, the terminal's Ctrl-C does not
};

struct ProcessExit {
  int status = 0;  // exit status, when signal is 0
  int signal = 0;  // the signal that ended it
  [[nodiscard]] bool ok() const { return status == 0 && signal == 0; }
};

class Process {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_output;  // what came on the child's standard output
    std::function<void(std::string_view)> on_errors;  // … and its standard error
    std::function<void(ProcessExit)> on_exit;         // once, after all that the child itself had written
  };

  explicit Process(uv_loop_s* loop);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Empty when the child runs; else why not, and no callback comes. REQUIRES: not running.
  [[nodiscard]] std::string start(const ProcessOptions& options, Callbacks callbacks);
  // Sends a signal to the child and, when it has its own group, to all in it. Nothing when it does not run.
  void kill(int signal);
  [[nodiscard]] bool running() const;
  [[nodiscard]] int pid() const;  // 0 when it does not run

 private:
  struct Child;
  uv_loop_s* loop_;
  Child* child_ = nullptr;  // frees itself once its handles are closed
};

}  // namespace folio::net
