// `folio test APP`: the tests in C++ of the app's tests/ (dev/unit_tests), then its scripts against the running app.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "app/environment.hpp"
#include "dev/build_folder.hpp"
#include "dev/builder.hpp"
#include "dev/commands.hpp"
#include "dev/crash_report.hpp"
#include "dev/generate.hpp"
#include "dev/host_process.hpp"
#include "dev/unit_tests.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"
#include "net/terminal.hpp"

namespace folio::dev {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A script that takes longer hangs.
constexpr auto kTestLimit = 60s;

// The program that runs a script of this name; empty for one that runs by itself; nothing when it is no test.
std::optional<std::string> interpreter_of(const fs::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".sh") return "sh";
  if (ending == ".py") return "python3";
  if (ending == ".mjs" || ending == ".js") return "node";
  return std::nullopt;
}

template <class Wanted>
std::vector<fs::path> find_files(const std::string& folder, Wanted wanted) {
  std::vector<fs::path> tests;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::error_code ignored;
    if (name.starts_with('_') || name.starts_with('.') || !entry.is_regular_file(ignored)) continue;
    if (wanted(entry.path())) tests.push_back(entry.path());
  }
  std::ranges::sort(tests);
  return tests;
}

// One run: build, then serve, then one script after the other, all on one loop.
class TestRun {
 public:
  TestRun(const Toolchain& tools, const AppFolder& app, std::string folder, std::vector<fs::path> tests)
      : tools_(tools),
        app_(app),
        folder_(std::move(folder)),
        tests_(std::move(tests)),
        signals_(loop_.raw(), {SIGINT, SIGTERM, SIGHUP}, [this](int) { end(1); }),
        builder_(loop_.raw(), tools_, app_, folder_,
                 {[this] { return generate_app(app_, folder_ + "/generated", outcome_); },
                  [this](BuildResult result) { built(std::move(result)); },
                  {},
                  {}}),
        reporter_(loop_.raw(), {.app = app_.root,
                                .base = app_.base,
                                .framework = tools_.source_folder + "/framework",
                                .generated = folder_}),
        script_(loop_.raw()),
        late_(loop_.raw(), [this] {
          output_ += "still running after " + std::to_string(kTestLimit.count()) + " s\n";
          script_.kill(SIGKILL);
        }) {}
  ~TestRun() {
    if (listen_file_ >= 0) ::close(listen_file_);
  }
  TestRun(const TestRun&) = delete;
  TestRun& operator=(const TestRun&) = delete;

  int run() {
    const auto socket = net::listen_tcp("127.0.0.1", 0, net::PortSharing::Exclusive);
    if (socket.error != 0) return complain(socket.message, 1);
    listen_file_ = socket.fd;
    url_ = "http://127.0.0.1:" + std::to_string(socket.port);
    builder_.start();
    loop_.run();
    return code_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void built(BuildResult result) {
    if (!result.ok) {
      const auto paint = net::shows_colour(STDERR_FILENO) ? Paint::Colour : Paint::Plain;
      static_cast<void>(std::fputs(render_text(result.diagnostics, paint).c_str(), stderr));
      return end(1);
    }
    objects_ = std::move(result.objects);
    serve();
  }

  void serve() {
    host_.emplace(loop_.raw(),
                  HostProcess::Callbacks{[this](HostProcess&, const ControlMessage& message) { heard(message); },
                                         [this](std::string_view text) { log_ += text; },
                                         [this](HostProcess&, net::ProcessExit exit, const std::string& errors) {
                                           host_ended(exit, errors);
                                         }});
    std::vector<std::pair<std::string, std::string>> environment{
        {kSettingsVariable, app_.settings}, {kPublicVariable, app_.public_files}, {kPlainVariable, "1"}, {kThreadsVariable, "2"}, {"LOG_LEVEL", "warn"}};
    std::string fault;
    for (const auto& [name, value] : app::parse_env(read_file(app_.environment), fault)) {
      if (std::getenv(name.c_str()) == nullptr) environment.emplace_back(name, value);
    }
    const auto problem = host_->start(tools_.host, listen_file_, std::move(environment));
    if (!problem.empty()) {
      end(complain(problem, 1));
      return;
    }
    host_->send({.type = "load", .generation = 1, .units = objects_});
  }

  void heard(const ControlMessage& message) {
    if (message.type == "loaded") next();
    if (message.type == "load-failed") end(complain(message.text, 1));
  }

  void next() {
    if (at_ == tests_.size()) {
      std::printf("%zu passed, %zu failed\n", passed_, failed_);
      return end(failed_ == 0 ? 0 : 1);
    }
    const fs::path& test = tests_[at_];
    output_.clear();
    begun_ = Clock::now();
    const auto problem = script_.start(
        {.arguments = {*interpreter_of(test), test.string()},
         .environment = {{"FOLIO_URL", url_}},
         .folder = app_.root,
         .output = net::ProcessOptions::Stream::Pipe,
         .errors = net::ProcessOptions::Stream::Pipe},
        {[this](std::string_view text) { output_ += text; }, [this](std::string_view text) { output_ += text; },
         [this](net::ProcessExit exit) { tested(exit.ok()); }});
    if (problem.empty()) return late_.set(kTestLimit);
    output_ = problem + "\n";
    tested(false);
  }

  void tested(bool passed) {
    late_.cancel();
    if (crashed_ || ending_) return;  // what it says now is only that the app is gone
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count();
    const std::string name = tests_[at_].filename().string();
    std::printf("%s %s (%lld ms)\n", passed ? "pass" : "FAIL", name.c_str(), static_cast<long long>(took));
    if (!passed) std::printf("%s%s", output_.c_str(), log_.c_str());
    static_cast<void>(std::fflush(stdout));
    log_.clear();
    ++(passed ? passed_ : failed_);
    ++at_;
    next();
  }

  // A crash ends the run: what comes after it would only say that the app is gone.
  void host_ended(net::ProcessExit exit, const std::string& errors) {
    if (ending_) return loop_.stop();
    crashed_ = true;
    reporter_.report(errors, exit, [this](const Trouble& trouble) {
      if (at_ < tests_.size()) std::printf("FAIL %s\n", tests_[at_].filename().c_str());
      std::printf("%s%s%zu passed, %zu failed: the app crashed\n",
                  render_text(trouble.diagnostics, Paint::Plain).c_str(), trouble.trace.c_str(), passed_,
                  tests_.size() - passed_);
      end(1);
    });
  }

  void end(int code) {
    if (std::exchange(ending_, true)) return;
    code_ = code;
    script_.kill(SIGKILL);
    builder_.cancel();
    if (host_ && host_->running()) return host_->stop(1001);
    loop_.stop();
  }

  const Toolchain& tools_;
  const AppFolder& app_;
  std::string folder_;
  std::vector<fs::path> tests_;
  net::Loop loop_;
  net::Signals signals_;
  codegen::Outcome outcome_;
  Builder builder_;
  CrashReporter reporter_;
  net::Process script_;
  net::Alarm late_;
  std::optional<HostProcess> host_;
  int listen_file_ = -1;
  std::string url_;
  std::vector<std::string> objects_;
  std::string output_;  // of the script that runs
  std::string log_;     // of the app, meanwhile
  std::size_t at_ = 0;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  Clock::time_point begun_;
  bool crashed_ = false;
  bool ending_ = false;
  int code_ = 1;
};

}  // namespace

int test_app(const Toolchain& tools, const AppFolder& app) {
  const std::string tests_folder = app.root + "/tests";
  auto tests = find_files(tests_folder, [](const fs::path& file) { return interpreter_of(file).has_value(); });
  // Where the app is a routes folder itself, a .cpp in it is a route.
  const auto units = find_files(tests_folder, [&](const fs::path& file) {
    return file.extension() == ".cpp" && app.routes != app.root;
  });
  if (tests.empty() && units.empty()) {
    return complain("there is no test in " + tests_folder +
                        ": put a script there (.sh, .py, .mjs) that asks the app at FOLIO_URL and exits with 0, or a "
                        ".cpp with tests for GoogleTest that asks it by folio/test_client.hpp",
                    1);
  }
  const int unit_code = units.empty() ? 0 : run_unit_tests(tools, app, units);
  if (tests.empty()) return unit_code;
  BuildFolder folder;
  std::string problem;
  const std::string name = fs::path(tools.build_folder).filename().string();
  if (!folder.open(app.root, name, problem)) return complain(problem, 1);
  return std::max(unit_code, TestRun(tools, app, folder.path(), std::move(tests)).run());
}

}  // namespace folio::dev
