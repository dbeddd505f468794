// `folio dev`: owns the listening socket, the watcher, the compiler and the terminal, and keeps a program running that
// serves. It knows no HTTP.
//
// What happens to what:
//   a source changed        → requests wait, the builder builds; then the host loads the new objects, or shows the
//   errors the framework, .env     → the same, and a new host takes the place of the old one a file below public/    →
//   the browsers are told the host died           → a new one, which shows the crash
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codegen/codegen.hpp"
#include "dev/app_folder.hpp"
#include "dev/build_folder.hpp"
#include "dev/builder.hpp"
#include "dev/console.hpp"
#include "dev/dev_certificate.hpp"
#include "dev/crash_report.hpp"
#include "dev/error_page.hpp"
#include "dev/host_process.hpp"
#include "dev/snapshot.hpp"
#include "dev/toolchain.hpp"
#include "net/alarm.hpp"
#include "net/folder_watch.hpp"
#include "net/loop.hpp"
#include "net/signals.hpp"
#include "net/terminal.hpp"

namespace folio::dev {

struct DevOptions {
  std::string host = "0.0.0.0";
  std::uint16_t port = 5000;
  bool strict_port = false;
  unsigned threads = 0;  // 0: one a core
  bool https = false;    // with a certificate that it makes itself
  bool open = false;     // in a browser, once it is ready
  Console::Form form = Console::Form::Text;
  Paint paint = Paint::Plain;
};

class Supervisor {
 public:
  Supervisor(Toolchain tools, AppFolder app, DevOptions options);
  // Runs until it is told to end; the exit code. `error` is set when it is not 0.
  [[nodiscard]] int run(std::string& error);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Build { Running, Ok, Failed };

  [[nodiscard]] bool listen(std::string& error);
  void watch();
  void watch_single_files();

  [[nodiscard]] bool is_relevant(const std::string& file) const;
  void on_disk_change();
  void act_on_changes();
  void on_static_change(const Changes& changes);
  void start_build();
  [[nodiscard]] Generated generate();
  void on_build_done(BuildResult result);
  void show(const Trouble& trouble);

  [[nodiscard]] bool start_host();
  void replace_host();
  void tell_state();
  void load();
  void on_load_overdue();
  void on_host_message(HostProcess& from, const ControlMessage& message);
  void on_loaded();
  void show_banner();
  void on_host_exit(HostProcess& which, net::ProcessExit exit, const std::string& errors);
  void on_crash(net::ProcessExit exit, const std::string& errors);
  void fail(std::string error);

  void on_key(char key);
  void on_signal(int signal);
  void stop();
  void end_when_all_ended();
  void open_browser();
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> host_environment() const;
  [[nodiscard]] std::string table() const;

  Toolchain tools_;
  AppFolder app_;
  DevOptions options_;
  Console console_;
  Clock::time_point started_ = Clock::now();
  BuildFolder folder_;
  DevCertificate certificate_;
  net::Loop loop_;
  Addresses addresses_;
  std::uint16_t port_ = 0;
  int listen_file_ = -1;
  std::string session_;

  codegen::Outcome outcome_;
  std::optional<Builder> builder_;
  Build build_ = Build::Running;
  std::vector<std::string> objects_;
  std::uint64_t generation_ = 0;
  std::optional<Trouble> trouble_;  // why requests are not answered: the errors of the build, or of loading
  BuildResult latest_;              // what the next "live" line tells
  bool generated_ = false;          // at least once
  bool ready_ = false;              // the banner was shown
  bool news_ = false;               // a build has ended well that was not told yet
  bool restart_wanted_ = false;     // the next load goes to a new host

  std::unique_ptr<HostProcess> host_;
  std::list<std::unique_ptr<HostProcess>> retired_;  // told to end, not yet gone
  bool listening_ = false;
  bool serves_public_ = false;  // public/ was there when it started
  bool loading_ = false;
  std::uint64_t loads_ = 0;
  std::optional<CrashReporter> crash_reporter_;
  bool crash_unknown_ = false;    // a crash is being looked into: requests wait
  std::optional<Trouble> crash_;  // to be shown by the next host, once
  std::vector<Clock::time_point> crashes_;

  std::optional<Snapshot> snapshot_;
  std::optional<net::FolderWatch> watch_;
  std::set<std::string> watched_folders_;
  std::vector<std::string> dependencies_;   // what the last build that went well included
  std::vector<std::string> package_files_;  // where pkg-config looks for the app's packages
  std::set<std::string> single_files_;      // watched besides the trees
  Changes pending_;
  std::vector<std::string> removed_files_;
  Clock::time_point changed_at_;
  std::optional<net::Alarm> structure_alarm_;
  std::optional<net::Alarm> load_alarm_;  // the host is told to load, and does not answer

  std::optional<net::Signals> signals_;
  std::optional<net::Terminal> terminal_;
  std::optional<net::Process> browser_;
  bool keys_ = false;
  bool stopping_ = false;
  std::string fatal_;
};

}  // namespace folio::dev
