// Runs one program to its end, for commands that do one thing after the other.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "net/process.hpp"

namespace folio::dev {

struct CommandOutcome {
  net::ProcessExit exit;
  std::string output;   // standard output and error
  std::string problem;  // why it could not be started; empty when it could
  bool timed_out = false;
  int interrupted = 0;  // the signal that told us to end meanwhile; the program was told, too
  [[nodiscard]] bool ok() const { return problem.empty() && exit.ok() && interrupted == 0 && !timed_out; }
};

// `limit` 0: none.
[[nodiscard]] CommandOutcome run_command(net::ProcessOptions options, std::chrono::milliseconds limit = {});

}  // namespace folio::dev
