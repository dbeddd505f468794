#include "dev/run_command.hpp"

#include <signal.h>

#include <utility>

#include "net/alarm.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"

namespace folio::dev {
namespace {
constexpr std::chrono::milliseconds kSlow{300};
}

CommandOutcome run_command(net::ProcessOptions options, std::function<void()> on_slow) {
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
  net::Alarm slow(loop.raw(), [&] { on_slow(); });
  if (on_slow) slow.set(kSlow);
  loop.run();
  return outcome;
}

}  // namespace folio::dev
