// Runs one program to its end, for commands that do one thing after the other.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/process.hpp"

namespace folio::dev {

struct CommandOutcome {
  net::ProcessExit exit;
  std::string output;   // standard output and error
  std::string problem;  // why it could not be started; empty when it could
  int interrupted = 0;  // the signal that told us to end meanwhile; the program was told, too
  [[nodiscard]] bool ok() const { return problem.empty() && exit.ok() && interrupted == 0; }
};

// `on_slow` is called once when it takes long enough for somebody to wonder.
[[nodiscard]] CommandOutcome run_command(net::ProcessOptions options, std::function<void()> on_slow = {});

}  // namespace folio::dev
