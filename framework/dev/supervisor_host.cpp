// The supervisor's half that keeps a host running: what it is told, what it answers, and what happens when it dies.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/environment.hpp"
#include "dev/supervisor.hpp"

namespace folio::dev {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// This many crashes within this time, and nothing is loaded again before a change.
constexpr std::size_t kMaxCrashes = 3;
constexpr auto kCrashWindow = 10s;

// A host that runs an app and does not take a new version within this time never will: a handler blocks its loop.
constexpr auto kLoadPatience = 5s;

// The IANA registry of WebSocket close codes: service restart.
constexpr int kServiceRestart = 1012;

}  // namespace

std::vector<std::pair<std::string, std::string>> Supervisor::host_environment() const {
  std::vector<std::pair<std::string, std::string>> environment{
      {kSessionVariable, session_},         {kThreadsVariable, std::to_string(options_.threads)},
      {kPublicVariable, app_.public_files}, {"HOST", options_.host},
      {"PORT", std::to_string(port_)},      {kSettingsVariable, app_.settings},
  };
  if (options_.https) {
    environment.emplace_back(kCertificateVariable, certificate_.certificate_file);
    environment.emplace_back(kKeyVariable, certificate_.key_file);
  }
  // Undefined behaviour that a sanitizer stops is worth a stack.
  if (std::getenv("UBSAN_OPTIONS") == nullptr) environment.emplace_back("UBSAN_OPTIONS", "print_stacktrace=1");
  std::string fault;
  for (const auto& [name, value] : app::parse_env(read_file(app_.environment), fault)) {
    const bool ours = std::ranges::any_of(environment, [&](const auto& known) { return known.first == name; });
    if (!ours && std::getenv(name.c_str()) == nullptr) environment.emplace_back(name, value);
  }
  return environment;
}

bool Supervisor::start_host() {
  loads_ = 0;
  loading_ = false;
  listening_ = false;
  std::error_code ignored;
  serves_public_ = fs::is_directory(app_.public_files, ignored);
  host_ = std::make_unique<HostProcess>(
      loop_.raw(),
      HostProcess::Callbacks{
          [this](HostProcess& from, const ControlMessage& message) { on_host_message(from, message); },
          [](std::string_view text) { static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size())); },
          [this](HostProcess& which, net::ProcessExit exit, const std::string& errors) {
            on_host_exit(which, exit, errors);
          }});
  const auto problem = host_->start(tools_.host, listen_file_, host_environment());
  if (!problem.empty()) {
    host_.reset();
    fail(problem + ": build Folio again with ./folio");
    return false;
  }
  tell_state();
  return true;
}

// The new one begins to accept at once; the old one ends what it has begun.
void Supervisor::replace_host() {
  if (host_) {
    host_->stop(kServiceRestart);
    retired_.push_back(std::move(host_));
  }
  builder_->forget_old_objects();
  static_cast<void>(start_host());
}

// Whatever a host has to know, in an order that never lets a request through too early.
void Supervisor::tell_state() {
  if (!host_) return;
  if (build_ == Build::Running || crash_unknown_) {
    host_->send({.type = "building"});
  } else if (trouble_) {
    host_->send({.type = "failed", .page = render_error_page(*trouble_), .problem = render_error_json(*trouble_)});
  } else {
    if (crash_)
      host_->send({.type = "crashed", .page = render_error_page(*crash_), .problem = render_error_json(*crash_)});
    load();
  }
}

void Supervisor::load() {
  if (!host_) return;
  loading_ = true;
  host_->send({.type = "load", .generation = generation_, .units = objects_});
  if (loads_ > 0) load_alarm_->set(kLoadPatience);
}

void Supervisor::on_load_overdue() {
  if (!loading_ || !host_ || stopping_) return;
  console_.problem("The app does not take the new code, so it is started anew: does a handler block its thread?");
  host_->kill();
  retired_.push_back(std::move(host_));
  static_cast<void>(start_host());
}

void Supervisor::on_host_message(HostProcess& from, const ControlMessage& message) {
  if (message.type == "request") {
    auto shown = message;
    if (!shown.route.empty()) shown.route.insert(0, app_.prefix + "/");
    return console_.request(shown);
  }
  if (&from != host_.get()) return;
  if (message.type == "listening") {
    listening_ = true;
  } else if (message.type == "loaded") {
    loads_ = message.loads;
    if (message.generation != generation_) return;
    loading_ = false;
    if (build_ == Build::Ok) on_loaded();
  } else if (message.type == "load-failed" && message.generation == generation_) {
    loading_ = false;
    build_ = Build::Failed;
    Diagnostic error;
    error.message = message.text;
    show({.kind = Trouble::Kind::Load, .summary = "1 error", .diagnostics = {std::move(error)}, .trace = {}});
  }
}

void Supervisor::on_loaded() {
  if (!std::exchange(news_, false)) return;
  if (ready_) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - changed_at_);
    console_.live(latest_.rebuilt, removed_files_, took);
  } else {
    show_banner();
  }
  removed_files_.clear();
}

void Supervisor::on_host_exit(HostProcess& which, net::ProcessExit exit, const std::string& errors) {
  if (&which != host_.get()) {
    std::erase_if(retired_, [&](const auto& each) { return each.get() == &which; });
    return end_when_all_ended();
  }
  host_.reset();
  if (stopping_) return end_when_all_ended();
  // Without the user's code in it, it must not die; starting it again would go on for ever.
  if (!listening_ || crash_unknown_) {
    const std::string how =
        exit.signal != 0 ? "signal " + std::to_string(exit.signal) : "status " + std::to_string(exit.status);
    return fail("the serving program " + tools_.host + " ended at its start (" + how +
                "): build Folio again with ./folio");
  }
  on_crash(exit, errors);
}

void Supervisor::on_crash(net::ProcessExit exit, const std::string& errors) {
  const auto now = Clock::now();
  crashes_.push_back(now);
  std::erase_if(crashes_, [&](auto time) { return now - time > kCrashWindow; });
  const bool stays_down = loading_ || crashes_.size() >= kMaxCrashes;
  crash_unknown_ = true;
  if (!start_host()) return;
  crash_reporter_->report(errors, exit, [this, stays_down](Trouble trouble) {
    crash_unknown_ = false;
    if (build_ == Build::Running) {
      // What is being built may have mended it; until then nobody is answered anyway.
      console_.crashed(trouble.summary, trouble.diagnostics, trouble.trace);
      return;
    }
    if (stays_down) {
      trouble.kind = Trouble::Kind::CrashLoop;
      build_ = Build::Failed;
      return show(trouble);
    }
    console_.crashed(trouble.summary, trouble.diagnostics, trouble.trace);
    trouble.generation = generation_;
    crash_ = std::move(trouble);
    tell_state();
  });
}

}  // namespace folio::dev
