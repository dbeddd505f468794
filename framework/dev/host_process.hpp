// The serving program, as the supervisor sees it: started with the listening socket, talked to over a channel, and
// ended.
//
// Thread rule: everything on the thread of the loop. Lifetime: no callback after the destructor, which kills it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dev/control.hpp"
#include "net/alarm.hpp"
#include "net/line_channel.hpp"
#include "net/process.hpp"

namespace folio::dev {

class HostProcess {
 public:
  struct Callbacks {
    std::function<void(HostProcess&, const ControlMessage&)> on_message;
    // Whole lines that it wrote to standard error, but for those of the crash handler.
    std::function<void(std::string_view)> on_errors;
    // Once; `errors` is the end of what it wrote. May destroy the HostProcess.
    std::function<void(HostProcess&, net::ProcessExit, const std::string& errors)> on_exit;
  };

  HostProcess(uv_loop_s* loop, Callbacks callbacks);

  // Empty, or why it cannot be started.
  [[nodiscard]] std::string start(const std::string& program, int listen_file,
                                  std::vector<std::pair<std::string, std::string>> environment);
  void send(const ControlMessage& message);
  // Asks it to end, and kills it when it takes too long. WebSockets are closed with `close_code`.
  void stop(int close_code);
  void kill();
  [[nodiscard]] bool running() const { return process_.running(); }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  uv_loop_s* loop_;
  Callbacks callbacks_;
  net::LineChannel channel_;
  net::Process process_;
  net::Alarm patience_;
  void take_errors(std::string_view text);

  std::string errors_;
  std::string partial_;  // a line of standard error that has not ended yet
  bool stopping_ = false;
};

}  // namespace folio::dev
