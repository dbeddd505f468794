#include "dev/supervisor.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/environment.hpp"
#include "dev/generate.hpp"
#include "net/listener.hpp"

namespace folio::dev {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// Debounce: content is acted on when the watch has settled; files that come and go often bring more of their kind.
constexpr net::FolderWatchTimes kWatchTimes{.quiet = 25ms, .longest = 250ms, .poll = 500ms};
constexpr auto kStructureWait = 75ms;  // on top of the 25
// Ports that are tried after one that is taken.
constexpr int kPortTries = 20;
// Nothing loaded is ever unloaded, so a host that has loaded this many objects more than the app has is replaced at the
// next build.
constexpr std::uint64_t kMaxLoads = 200;
// But not before this many edits of a private source, each of which loads all the objects that use it.
constexpr std::uint64_t kMinPrivateEdits = 10;
// RFC 6455 §7.4.1.
constexpr int kGoingAway = 1001;

constexpr std::array<std::string_view, 10> kSourceEndings{".cpp", ".hpp", ".h",   ".hh",  ".hxx",
                                                          ".cc",  ".cxx", ".inc", ".ipp", ".inl"};

constexpr char kCtrlC = 3;
constexpr char kCtrlD = 4;

std::string count_text(std::size_t errors) {
  return errors == 1 ? "1 error" : std::to_string(errors) + " errors";
}

}  // namespace

Supervisor::Supervisor(Toolchain tools, AppFolder app, DevOptions options)
    : tools_(std::move(tools)),
      app_(std::move(app)),
      options_(std::move(options)),
      console_(options_.form, options_.paint, stdout) {}

int Supervisor::run(std::string& error) {
  // A peer that is gone is an error of the write, not the end of us.
  ::signal(SIGPIPE, SIG_IGN);
  const std::string name = fs::path(tools_.build_folder).filename().string();
  if (!folder_.open(app_.root, name, error)) return 1;
  if (options_.https && !make_dev_certificate(folder_.path(), certificate_, error)) return 1;
  if (!listen(error)) return 1;
  session_ =
      std::to_string(::getpid()) + "-" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
  builder_.emplace(loop_.raw(), tools_, app_, folder_.path(),
                   Builder::Callbacks{[this] { return generate(); },
                                      [this](BuildResult result) { on_build_done(std::move(result)); },
                                      [this](std::vector<std::string> files) {
                                        dependencies_ = std::move(files);
                                        watch_single_files();
                                      },
                                      [this] { end_when_all_ended(); }});
  crash_reporter_.emplace(loop_.raw(), SourceRoots{.app = app_.root,
                                                   .base = app_.base,
                                                   .framework = tools_.source_folder + "/framework",
                                                   .generated = folder_.path()});
  signals_.emplace(loop_.raw(), std::initializer_list<int>{SIGINT, SIGTERM, SIGHUP},
                   [this](int signal) { on_signal(signal); });
  terminal_.emplace(loop_.raw());
  if (options_.form == Console::Form::Text) {
    keys_ = terminal_->start([this](char key) { on_key(key); });
  }
  watch();
  if (start_host()) {
    start_build();
    loop_.run();
  }
  error = fatal_;

  terminal_.reset();
  signals_.reset();
  watch_.reset();
  structure_alarm_.reset();
  load_alarm_.reset();
  browser_.reset();
  crash_reporter_.reset();
  builder_.reset();
  host_.reset();
  retired_.clear();
  ::close(listen_file_);
  return fatal_.empty() ? 0 : 1;
}

Generated Supervisor::generate() {
  auto generated = generate_app(app_, folder_ / "generated", outcome_);
  // A package that is installed while the app waits for it is what mends the build.
  if (package_files_ != generated.packages.files) {
    package_files_ = generated.packages.files;
    watch_single_files();
  }
  if (!std::exchange(generated_, true) && generated.errors.empty()) {
    const auto count = generated.units.size() + generated.private_units.size();
    console_.note("Building " + std::to_string(count) + (count == 1 ? " file" : " files") + " of " + app_.name + " …");
  }
  return generated;
}

bool Supervisor::listen(std::string& error) {
  for (int attempt = 0; attempt < kPortTries; ++attempt) {
    const int port = options_.port == 0 ? 0 : options_.port + attempt;
    if (port > 65535) break;
    const auto socket = net::listen_tcp(options_.host, static_cast<std::uint16_t>(port), net::PortSharing::Exclusive);
    if (socket.error == 0) {
      listen_file_ = socket.fd;
      port_ = socket.port;
      addresses_ = addresses_of(options_.host, port_, options_.https ? "https" : "http");
      console_.listening(addresses_, port_);
      return true;
    }
    error = socket.message;
    if (socket.error != EADDRINUSE || options_.strict_port) return false;
    console_.port_taken(static_cast<std::uint16_t>(port), static_cast<std::uint16_t>(port + 1));
  }
  return false;
}

// --- what changes on disk ---

void Supervisor::watch() {
  const auto filter = [this](const std::string& folder) { return is_watched_folder(app_, folder); };
  std::vector<std::string> trees{app_.routes};
  if (app_.routes != app_.root) trees.insert(trees.end(), {app_.sources, app_.public_files});
  snapshot_.emplace(trees, filter);
  snapshot_->watch_files({app_.environment, app_.settings, tools_.shared_library});
  static_cast<void>(snapshot_->look());
  structure_alarm_.emplace(loop_.raw(), [this] { act_on_changes(); });
  load_alarm_.emplace(loop_.raw(), [this] { on_load_overdue(); });
  watch_.emplace(loop_.raw(), filter, [this] { on_disk_change(); }, kWatchTimes);
  watch_->add(app_.root, false);
  for (const auto& tree : trees) watch_->add(tree, true);
  watch_single_files();
  if (!watch_->problem().empty()) console_.problem(watch_->problem());
}

// Files that a build depends on, wherever they lie, are watched by name, and their folders with them.
void Supervisor::watch_single_files() {
  std::vector<std::string> all = dependencies_;
  all.insert(all.end(), package_files_.begin(), package_files_.end());
  all.insert(all.end(), {app_.environment, app_.settings, tools_.shared_library});
  snapshot_->watch_files(all);
  single_files_ = {all.begin(), all.end()};
  for (const auto& file : all) {
    const std::string folder = fs::path(file).parent_path().string();
    const bool in_tree = folder == app_.root || (folder + "/").starts_with(app_.routes + "/") ||
                         (!app_.sources.empty() && (folder + "/").starts_with(app_.sources + "/"));
    if (!in_tree && watched_folders_.insert(folder).second) watch_->add(folder, false);
  }
}

// A data base or a log that an app writes beside its sources is nobody's edit.
bool Supervisor::is_relevant(const std::string& file) const {
  const bool source =
      std::ranges::any_of(kSourceEndings, [&](std::string_view ending) { return file.ends_with(ending); });
  // What was missing may be what has come now, whatever it is called.
  return source || app_.is_public(file) || single_files_.contains(file) || build_ == Build::Failed;
}

void Supervisor::on_disk_change() {
  auto changes = snapshot_->look();
  for (auto* names : {&changes.added, &changes.changed, &changes.removed}) {
    std::erase_if(*names, [this](const std::string& file) { return !is_relevant(file); });
  }
  if (changes.empty() || stopping_) return;
  if (pending_.empty()) changed_at_ = Clock::now() - kWatchTimes.quiet;
  pending_.merge(changes);
  if (pending_.structural()) {
    // Whoever asks for a file that was just made shall not be told that there is none.
    build_ = Build::Running;
    if (host_) host_->send({.type = "building"});
    structure_alarm_->set(kStructureWait);
  } else if (!structure_alarm_->is_set()) {
    act_on_changes();
  }
}

void Supervisor::act_on_changes() {
  const Changes changes = std::exchange(pending_, {});
  bool sources = false;
  for (const auto& file : changes.all()) {
    if (file.starts_with(tools_.source_folder + "/framework/")) {
      console_.problem("Folio's own sources changed: end this, and start ./folio dev again to build them.");
    }
    const bool is_package = std::ranges::find(package_files_, file) != package_files_.end();
    if (file == app_.environment || file == app_.settings || is_package) {
      restart_wanted_ = true;
      sources = true;
    } else if (!app_.is_public(file)) {
      sources = true;
    } else if (!serves_public_) {
      restart_wanted_ = true;
      sources = true;
    }
  }
  for (const auto& file : changes.removed) {
    if (file.ends_with(".cpp") && !app_.is_public(file)) removed_files_.push_back(app_.name_of(file));
  }
  // A file below public/ that comes or goes may be in a route's way (R010), or no longer.
  // And when all was taken back meanwhile, requests are still waiting.
  const bool held = build_ == Build::Running && !builder_->building();
  if (sources || changes.structural() || held) start_build();
  on_static_change(changes);
}

void Supervisor::on_static_change(const Changes& changes) {
  std::string css;
  std::size_t count = 0;
  std::string first;
  for (const auto& file : changes.all()) {
    if (!app_.is_public(file)) continue;
    const std::string path = file.substr(app_.public_files.size());
    if (first.empty()) first = path;
    ++count;
    if (path.ends_with(".css")) css = path;
  }
  if (count == 0) return;
  console_.static_changed(count == 1 ? first : first + " and " + std::to_string(count - 1) + " more");
  if (!host_) return;
  if (count == 1 && !css.empty()) {
    host_->send({.type = "css", .path = css});
  } else {
    host_->send({.type = "reload", .path = first});
  }
}

// --- the build ---

void Supervisor::start_build() {
  build_ = Build::Running;
  crashes_.clear();
  if (host_) host_->send({.type = "building"});
  builder_->start();
}

void Supervisor::on_build_done(BuildResult result) {
  if (stopping_) return;
  if (!result.ok) {
    build_ = Build::Failed;
    const Trouble trouble{.kind = Trouble::Kind::Build,
                          .summary = count_text(count_errors(result.diagnostics)),
                          .diagnostics = std::move(result.diagnostics),
                          .trace = {}};
    show(trouble);
    return;
  }
  build_ = Build::Ok;
  const bool mended = trouble_.has_value();
  trouble_.reset();
  crash_.reset();
  if (result.objects != objects_ || mended || generation_ == 0) ++generation_;
  objects_ = std::move(result.objects);
  const auto most = std::max(kMaxLoads, kMinPrivateEdits * result.sharing);
  if (result.framework_changed || loads_ > objects_.size() + most) restart_wanted_ = true;
  console_.warnings(result.diagnostics);
  latest_ = std::move(result);
  news_ = true;
  if (std::exchange(restart_wanted_, false) && loads_ > 0) {
    replace_host();
  } else {
    load();
  }
}

// The app does not answer, for this reason, until the next build.
void Supervisor::show(const Trouble& trouble) {
  trouble_ = trouble;
  show_banner();
  if (trouble.kind == Trouble::Kind::CrashLoop) {
    console_.crashed(trouble.summary, trouble.diagnostics, trouble.trace);
  } else {
    console_.failed(trouble.diagnostics);
  }
  tell_state();
}

void Supervisor::show_banner() {
  if (std::exchange(ready_, true)) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
  console_.banner(tools_.version, addresses_, took, table(), keys_);
  if (options_.open) open_browser();
}

std::string Supervisor::table() const {
  return outcome_.errors.empty() ? codegen::table(outcome_) : std::string();
}

// --- the terminal, and the end ---

void Supervisor::on_key(char key) {
  if (stopping_) return;
  switch (key) {
    case 'h':
      console_.help();
      break;
    case 'r':
      changed_at_ = Clock::now();
      restart_wanted_ = true;
      start_build();
      break;
    case 'u':
      console_.urls(addresses_);
      break;
    case 'o':
      open_browser();
      break;
    case 'c':
      console_.clear();
      break;
    case 'l':
      console_.table(table());
      break;
    case 'q':
    case kCtrlC:
    case kCtrlD:
      stop();
      break;
    default:
      break;
  }
}

void Supervisor::on_signal(int) {
  // Told twice: whoever asks does not want to wait.
  if (stopping_) {
    if (host_) host_->kill();
    for (auto& each : retired_) each->kill();
    return;
  }
  stop();
}

void Supervisor::fail(std::string error) {
  fatal_ = std::move(error);
  stop();
  loop_.stop();
}

void Supervisor::stop() {
  stopping_ = true;
  structure_alarm_->cancel();
  load_alarm_->cancel();
  builder_->cancel();
  if (host_) host_->stop(kGoingAway);
  end_when_all_ended();
}

void Supervisor::end_when_all_ended() {
  if (stopping_ && !host_ && retired_.empty() && !builder_->building()) loop_.stop();
}

void Supervisor::open_browser() {
  if (!browser_) browser_.emplace(loop_.raw());
  if (browser_->running()) return;
  const auto problem = browser_->start({.arguments = {"xdg-open", addresses_.local},
                                        .output = net::ProcessOptions::Stream::Null,
                                        .errors = net::ProcessOptions::Stream::Null},
                                       {});
  if (!problem.empty()) console_.problem("cannot open a browser (" + problem + "); the address is " + addresses_.local);
}

}  // namespace folio::dev
