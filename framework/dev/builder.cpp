#include "dev/builder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

#include "dev/object_names.hpp"
#include "dev/snapshot.hpp"

namespace folio::dev {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 2s;  // until a ninja that was told to end is killed

std::pair<std::int64_t, std::uint64_t> identity_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {0, 0};
  return {info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, static_cast<std::uint64_t>(info.st_size)};
}

std::string hex(std::uint64_t number) {
  std::array<char, 17> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%016lx", static_cast<unsigned long>(number)));
  return text.data();
}

Diagnostic plain_error(std::string message) {
  Diagnostic error;
  error.message = std::move(message);
  return error;
}

std::chrono::milliseconds time_of(const std::map<std::string, std::chrono::milliseconds>& times,
                                  const std::string& output) {
  const auto found = times.find(output);
  return found == times.end() ? 0ms : found->second;
}

}  // namespace

BuildPlan plan_of(const Generated& generated, const Toolchain& tools, const AppFolder& app) {
  BuildPlan plan{.toolchain = tools,
                 .app_root = app.root,
                 .units = {},
                 .sources = generated.sources,
                 .packages = generated.packages};
  for (const auto& unit : generated.units) plan.units.push_back(unit.build);
  for (const auto& unit : generated.private_units) plan.private_units.push_back(unit.build);
  return plan;
}

Builder::Builder(uv_loop_s* loop, const Toolchain& tools, const AppFolder& app, std::string folder, Callbacks callbacks)
    : tools_(tools),
      app_(app),
      folder_(std::move(folder)),
      callbacks_(std::move(callbacks)),
      library_(identity_of(tools.shared_library)),
      ninja_(loop),
      query_(loop),
      insist_(loop, [this] { ninja_.kill(SIGKILL); }),
      report_(loop, [this] { finish(std::move(early_)); }) {
  std::error_code ignored;
  fs::remove_all(folder_ + "/live", ignored);  // of an earlier run: nobody has them mapped, we hold the lock
  fs::create_directories(folder_ + "/live", ignored);
}

Builder::~Builder() = default;

void Builder::start() {
  if (state_ == State::Idle) return begin();
  cancel();
  if (state_ == State::Idle) return begin();
  state_ = State::CancelledAndAgain;
}

void Builder::cancel() {
  if (report_.is_set()) {
    report_.cancel();
    state_ = State::Idle;
    return;
  }
  if (state_ == State::Idle) return;
  state_ = State::Cancelled;
  // Ninja ends its compilers, and removes what they have half written, when it is told to end.
  ninja_.kill(SIGTERM);
  insist_.set(kPatience);
}

void Builder::begin() {
  state_ = State::Building;
  begun_ = Clock::now();
  output_.clear();
  query_.kill(SIGKILL);
  generated_ = callbacks_.generate();

  BuildResult result;
  if (!generated_.errors.empty()) {
    result.diagnostics = std::move(generated_.errors);
  } else {
    const auto plan = plan_of(generated_, tools_, app_);
    const bool written = write_ninja_file(folder_, plan, ninja_for_routes(plan));
    std::string problem = "cannot write to " + folder_ + ", where the app is built";
    if (written) {
      remove_orphans();
      problem = ninja_.start(
          {.arguments = {tools_.ninja, "-C", folder_, "-k", "0"},
           .environment = {{"NINJA_STATUS", std::string(kNinjaStatus)}, {"LC_ALL", "C.UTF-8"}},
           .output = net::ProcessOptions::Stream::Pipe,
           .errors = net::ProcessOptions::Stream::Pipe},
          {[this](std::string_view text) { output_ += text; }, [this](std::string_view text) { output_ += text; },
           [this](net::ProcessExit exit) { ended(exit); }});
      if (problem.empty()) return;
    }
    result.diagnostics.push_back(plain_error(std::move(problem)));
  }
  early_ = std::move(result);
  report_.set(0ms);
}

void Builder::ended(net::ProcessExit exit) {
  insist_.cancel();
  const auto state = state_;
  if (state == State::Cancelled) {
    state_ = State::Idle;
    if (callbacks_.on_cancelled) callbacks_.on_cancelled();
    return;
  }
  if (state == State::CancelledAndAgain) return begin();

  BuildResult result;
  const auto steps = parse_ninja_output(output_);
  read_steps(steps, result);
  result.ok = exit.ok();
  if (!result.ok && count_errors(result.diagnostics) == 0) {
    result.diagnostics.push_back(plain_error("the build failed: " + (output_.empty() ? "ninja ended" : output_)));
  }
  if (result.ok) result.ok = publish(result);
  finish(std::move(result));
}

void Builder::finish(BuildResult result) {
  const auto library = identity_of(tools_.shared_library);
  result.framework_changed = library != library_;
  if (result.ok) library_ = library;
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_);
  state_ = State::Idle;
  if (result.ok) ask_for_dependencies();
  callbacks_.on_done(std::move(result));
}

const Generated::Unit* Builder::unit_named(const std::string& name) const {
  for (const auto* units : {&generated_.units, &generated_.private_units}) {
    const auto found = std::ranges::find_if(*units, [&](const auto& unit) { return unit.build.name == name; });
    if (found != units->end()) return &*found;
  }
  return nullptr;
}

void Builder::read_steps(const std::vector<NinjaStep>& steps, BuildResult& result) const {
  const auto times = parse_ninja_log(read_file(folder_ + "/.ninja_log"));
  const SourceRoots roots{
      .app = app_.root, .base = app_.base, .framework = tools_.source_folder + "/framework", .generated = folder_};
  for (const auto& step : steps) {
    const auto* unit = unit_named(step.unit);
    const std::string file = unit == nullptr ? std::string() : unit->file;
    auto found = parse_compiler_output(step.output, roots);
    if (step.failed && count_errors(found) == 0) {
      found.push_back(plain_error(step.output.empty() ? "the compiler failed and did not say why" : step.output));
    }
    name_sources(found, generated_);
    for (auto& each : found) {
      if (each.place.file.empty()) each.place.file = file;
      result.diagnostics.push_back(std::move(each));
    }
    if (step.failed || unit == nullptr) continue;
    auto known = std::ranges::find(result.rebuilt, file, &RebuiltUnit::file);
    if (known == result.rebuilt.end()) known = result.rebuilt.insert(known, RebuiltUnit{.file = file});
    if (step.kind == NinjaStep::Kind::Compile) known->compile = time_of(times, "obj/" + step.unit + ".o");
    if (step.kind == NinjaStep::Kind::Link) known->link = time_of(times, "so/" + step.unit + ".so");
  }
}

// Each object goes into live/, and one that uses the private sources into a folder there whose name says their content,
// beside them: the routes of a generation all have the same version, and an older one stays with its own.
bool Builder::publish(BuildResult& result) {
  std::string beside_private;
  if (!generated_.private_units.empty() && !publish_private(beside_private, result)) return false;
  for (const auto& unit : generated_.units) {
    const auto& name = unit.build.name;
    auto& published = look_at(name);
    if (published.uses_private) ++result.sharing;
    const auto& folder = published.uses_private ? beside_private : folder_ + "/live";
    std::string target = folder + "/" + name + "-" + published.hash + ".so";
    if (published.file != target && !copy_to(target, name, result)) return false;
    published.file = std::move(target);
    result.objects.push_back(published.file);
  }
  return true;
}

bool Builder::publish_private(std::string& folder, BuildResult& result) {
  const std::string name(kPrivateLibrary);
  auto& published = look_at(name);
  folder = folder_ + "/live/" + published.hash;
  std::error_code error;
  fs::create_directories(folder, error);
  std::string target = folder + "/" + name + ".so";
  if (published.file != target && !copy_to(target, name, result)) return false;
  published.file = std::move(target);
  return true;
}

// What is known of an object that ninja made, read again when it was made again.
Builder::Published& Builder::look_at(const std::string& name) {
  const std::string built = folder_ + "/so/" + name + ".so";
  auto& published = published_[name];
  const auto identity = identity_of(built);
  if (!published.hash.empty() && published.built == identity) return published;
  const auto content = read_file(built);
  published.built = identity;
  published.hash = hex(content_hash(content));
  published.uses_private = content.find(kPrivateLibraryNeeded) != std::string::npos;
  return published;
}

bool Builder::copy_to(const std::string& target, const std::string& name, BuildResult& result) {
  std::error_code error;
  if (fs::exists(target, error)) return true;
  fs::copy_file(folder_ + "/so/" + name + ".so", target + ".new", fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(target + ".new", target, error);
  if (!error) return true;
  result.diagnostics.push_back(plain_error("cannot write " + target + ": " + error.message()));
  return false;
}

void Builder::forget_old_objects() const {
  std::set<std::string> current;
  for (const auto& [name, published] : published_) current.insert(published.file);
  std::error_code error;
  std::vector<fs::path> old;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/live", error)) {
    std::error_code ignored;
    if (!entry.is_directory(ignored) && !current.contains(entry.path().string())) old.push_back(entry.path());
  }
  for (const auto& path : old) {
    std::error_code ignored;
    fs::remove(path, ignored);
    fs::remove(path.parent_path(), ignored);  // when it was the last one in there
  }
}

// Objects of sources that are gone: a ninja file does not know what it no longer names.
void Builder::remove_orphans() {
  std::set<std::string> names;
  for (const auto* units : {&generated_.units, &generated_.private_units}) {
    for (const auto& unit : *units) names.insert(unit.build.name);
  }
  if (!generated_.private_units.empty()) names.emplace(kPrivateLibrary);
  std::erase_if(published_, [&](const auto& each) { return !names.contains(each.first); });
  for (const char* kind : {"/obj", "/so"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_ + kind, error)) {
      if (names.contains(entry.path().stem().string())) continue;
      std::error_code ignored;
      fs::remove(entry.path(), ignored);
    }
  }
}

void Builder::ask_for_dependencies() {
  if (!callbacks_.on_dependencies || query_.running()) return;
  dependencies_.clear();
  const auto problem =
      query_.start({.arguments = {tools_.ninja, "-C", folder_, "-t", "deps"},
                    .output = net::ProcessOptions::Stream::Pipe,
                    .errors = net::ProcessOptions::Stream::Null},
                   {[this](std::string_view text) { dependencies_ += text; },
                    {},
                    [this](net::ProcessExit exit) {
                      if (!exit.ok()) return;
                      auto files = parse_ninja_deps(dependencies_);
                      std::erase_if(files, [&](const std::string& file) {
                        return !file.starts_with('/') || file.starts_with(folder_ + "/") || file.starts_with("/usr/");
                      });
                      callbacks_.on_dependencies(std::move(files));
                    }});
  static_cast<void>(problem);  // then headers from elsewhere are not watched, and nothing else is lost
}

}  // namespace folio::dev
