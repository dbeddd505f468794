#include "dev/run_command.hpp"

#include <signal.h>

#include <utility>

#include "net/alarm.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"

namespace folio::dev {

CommandOutcome run_command(net::ProcessOptions options, std::chrono::milliseconds limit) {
  net::Loop loop;
  CommandOutcome outcome;
  net::Process process(loop.raw());
  options.output = net::ProcessOptions::Stream::Pipe;
  options.errors = net::ProcessOptions::Stream::Pipe;
  outcome.problem = process.start(options, {[&](std::string_view text) { outcome.output += text; },
                                            [&](std::string_view text) { outcome.output += text; },
                                            [&](net::ProcessExit exit) {
                                              outcome.exit = exit;
                                              loop.stop();
                                            }});
  if (!outcome.problem.empty()) return outcome;
  const net::Signals signals(loop.raw(), {SIGINT, SIGTERM, SIGHUP}, [&](int signal) {
    // Told twice, it has had its chance.
    process.kill(outcome.interrupted == 0 ? SIGTERM : SIGKILL);
    outcome.interrupted = signal;
  });
  net::Alarm late(loop.raw(), [&] {
    outcome.timed_out = true;
    process.kill(SIGKILL);
  });
  if (limit.count() > 0) late.set(limit);
  loop.run();
  return outcome;
}

}  // namespace folio::dev
