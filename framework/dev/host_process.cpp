#include "dev/host_process.hpp"

#include <signal.h>
#include <unistd.h>

#include "dev/crash_handler.hpp"

namespace folio::dev {
using namespace std::chrono_literals;

namespace {
// Of standard error, this much is kept for the report of a crash.
constexpr std::size_t kKeptErrors = 64 * 1024;
// How long an ending host may take over requests in flight, before it is killed.
constexpr auto kStopPatience = 3s;
}  // namespace

HostProcess::HostProcess(uv_loop_s* loop, Callbacks callbacks)
    : loop_(loop), callbacks_(std::move(callbacks)), process_(loop), patience_(loop, [this] { kill(); }) {}

std::string HostProcess::start(const std::string& program, int listen_file,
                               std::vector<std::pair<std::string, std::string>> environment) {
  int ours = -1;
  int theirs = -1;
  if (!net::make_channel(ours, theirs)) return "cannot open a channel to " + program;
  auto problem = channel_.open(loop_, ours,
                               {[this](std::string_view line) {
                                  if (const auto message = read_control(line)) callbacks_.on_message(*this, *message);
                                },
                                [] {}});
  if (problem.empty()) {
    problem = process_.start({.arguments = {program},
                              .environment = std::move(environment),
                              .errors = net::ProcessOptions::Stream::Pipe,
                              .files = {listen_file, theirs}},
                             {{},
                              [this](std::string_view text) { take_errors(text); },
                              [this](net::ProcessExit exit) {
                                channel_.close();
                                patience_.cancel();
                                if (!partial_.empty()) take_errors("\n");
                                const auto on_exit = std::move(callbacks_.on_exit);
                                const auto errors = std::move(errors_);
                                on_exit(*this, exit, errors);
                              }});
  }
  ::close(theirs);
  return problem;
}

void HostProcess::take_errors(std::string_view text) {
  errors_ += text;
  if (errors_.size() > 2 * kKeptErrors) errors_.erase(0, errors_.size() - kKeptErrors);
  partial_ += text;
  std::string shown;
  std::size_t begin = 0;
  for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n', begin)) {
    const auto line = std::string_view(partial_).substr(begin, end + 1 - begin);
    // The handler begins with a line feed, for what it may have interrupted.
    const bool is_before = line == "\n" && std::string_view(partial_).substr(end + 1).starts_with(kCrashMark);
    if (!line.starts_with(kCrashMark) && !is_before) shown += line;
    begin = end + 1;
  }
  partial_.erase(0, begin);
  if (!shown.empty()) callbacks_.on_errors(shown);
}

void HostProcess::send(const ControlMessage& message) {
  channel_.send(write_control(message));
}

void HostProcess::stop(int close_code) {
  if (stopping_) return;
  stopping_ = true;
  send({.type = "stop", .code = close_code});
  patience_.set(kStopPatience);
}

void HostProcess::kill() {
  process_.kill(SIGKILL);
}

}  // namespace folio::dev
