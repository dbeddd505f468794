// `folio build`: Folio itself by CMake's release preset, then the app against it.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "dev/build_folder.hpp"
#include "dev/commands.hpp"
#include "dev/generate.hpp"
#include "dev/ninja_file.hpp"
#include "dev/ninja_output.hpp"
#include "dev/object_names.hpp"
#include "dev/run_command.hpp"
#include "net/terminal.hpp"

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

std::string seconds_since(Clock::time_point begun) {
  const auto took = std::chrono::duration<double>(Clock::now() - begun).count();
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.1f s", took));
  return text.data();
}

std::string size_text(std::uintmax_t bytes) {
  std::array<char, 32> text{};
  static_cast<void>(std::snprintf(text.data(), text.size(), "%.2f MB", static_cast<double>(bytes) / 1e6));
  return text.data();
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  static_cast<void>(std::fflush(stdout));
}

// The end of a tool's output, for a failure that is not the user's.
std::string tail(const std::string& output) {
  constexpr std::size_t kBytes = 4000;
  return output.size() <= kBytes ? output : "…" + output.substr(output.size() - kBytes);
}

std::string why(const CommandOutcome& outcome) {
  if (!outcome.problem.empty()) return outcome.problem;
  return outcome.output.empty() ? "it said nothing" : tail(outcome.output);
}

// Held while Folio's release build is looked at: two of them would build over each other.
class ReleaseLock {
 public:
  explicit ReleaseLock(const std::string& file) : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ >= 0) static_cast<void>(::flock(file_, LOCK_EX));
  }
  ~ReleaseLock() {
    if (file_ >= 0) ::close(file_);
  }
  ReleaseLock(const ReleaseLock&) = delete;
  ReleaseLock& operator=(const ReleaseLock&) = delete;

 private:
  int file_;
};

// A build folder knows where it was made; one that was copied is configured afresh.
bool is_configured(const std::string& root, const std::string& folder) {
  std::error_code ignored;
  if (!fs::exists(folder + "/build.ninja", ignored)) return false;
  return read_file(folder + "/CMakeCache.txt").find("CMAKE_HOME_DIRECTORY:INTERNAL=" + root + "\n") !=
         std::string::npos;
}

int prepare_framework(const std::string& root, const std::vector<std::string>& launcher, Toolchain& tools) {
  const std::string folder = root + "/build/release";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return complain("cannot write to " + folder + ": make the folder writable to you", 1);
  const ReleaseLock lock(root + "/build/.release.lock");
  const auto begun = Clock::now();
  if (!is_configured(root, folder)) {
    say("Configuring Folio for release …");
    std::vector<std::string> arguments{"cmake", "--fresh", "--preset", "release"};
    if (!launcher.empty()) {
      arguments.push_back("-DCMAKE_C_COMPILER_LAUNCHER=" + launcher.front());
      arguments.push_back("-DCMAKE_CXX_COMPILER_LAUNCHER=" + launcher.front());
    }
    const auto configured = run_command({.arguments = arguments, .folder = root});
    if (configured.interrupted != 0) return 1;
    if (!configured.ok()) return complain("CMake could not configure Folio in " + folder + ": " + why(configured), 1);
  }
  std::string problem;
  if (!read_toolchain(folder + "/folio-app.env", tools, problem)) return complain(problem, 1);

  std::vector<std::string> arguments{tools.ninja, "-C", folder};
  arguments.insert(arguments.end(), tools.app_targets.begin(), tools.app_targets.end());
  const auto built = run_command({.arguments = arguments}, [] { say("Building Folio for release …"); });
  if (built.interrupted != 0) return 1;
  if (!built.ok()) return complain("Folio does not build for release: " + why(built), 1);
  // CMake may have configured itself anew on the way.
  if (!read_toolchain(folder + "/folio-app.env", tools, problem)) return complain(problem, 1);
  if (built.output.find("no work to do") == std::string::npos)
    say("Built Folio for release in " + seconds_since(begun));
  return 0;
}

std::string cpp_string(std::string_view text) {
  std::string result = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') result += '\\';
    result += byte;
  }
  return result + "\"";
}

std::string main_source(const AppFolder& app) {
  std::error_code ignored;
  const bool has_public = fs::is_directory(app.public_files, ignored);
  return "// Written by `folio build`: changes made here are lost.\n#include <folio/app.hpp>\n#include <span>\n\n"
         "namespace folio_app {\nstd::span<const folio::RouteUnit* const> routes();\n}\n\n"
         "int main(int argc, char** argv) {\n  return folio::run_app(argc, argv, folio_app::routes(),\n"
         "                        {.name = " +
         cpp_string(app.name) + ", .public_files = " + cpp_string(has_public ? app.public_files : "") + "});\n}\n";
}

std::string default_file(const AppFolder& app) {
  std::error_code ignored;
  return fs::is_directory(app.name, ignored) ? app.name + "-server" : app.name;
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  const auto paint = net::shows_colour(STDERR_FILENO) ? Paint::Colour : Paint::Plain;
  static_cast<void>(std::fputs(render_text(diagnostics, paint).c_str(), stderr));
}

}  // namespace

int build_app(const std::string& root, const Toolchain& own, const AppFolder& app, std::string file) {
  std::error_code error;
  if (file.empty()) file = default_file(app);
  if (fs::is_directory(file, error)) return complain(file + " is a folder: name a file with -o FILE", 2);

  BuildFolder folder;
  std::string problem;
  if (!folder.open(app.root, "release", problem)) return complain(problem, 1);
  // The app's own errors first: they cost nothing to find.
  codegen::Outcome outcome;
  const auto generated = generate_app(app, folder / "generated", outcome);
  if (!generated.errors.empty()) {
    print_diagnostics(generated.errors);
    return 1;
  }

  Toolchain tools;
  if (const int code = prepare_framework(root, own.launcher, tools); code != 0) return code;

  const auto begun = Clock::now();
  auto plan = plan_of(generated, tools, app);
  plan.units.push_back({"folio_table", folder / "generated/table.cpp", app.routes});
  plan.units.push_back({"folio_main", folder / "main.cpp", app.routes});
  if (!write_file(folder / "main.cpp", main_source(app)) ||
      !write_ninja_file(folder.path(), plan, ninja_for_app(plan))) {
    return complain("cannot write to " + folder.path() + ": make the folder writable to you", 1);
  }
  const auto built = run_command({.arguments = {tools.ninja, "-C", folder.path(), "-k", "0", "app.stripped"},
                                  .environment = {{"NINJA_STATUS", std::string(kNinjaStatus)}, {"LC_ALL", "C.UTF-8"}}},
                                 [&] { say("Building " + app.name + " …"); });
  if (built.interrupted != 0) return 1;
  const SourceRoots roots{
      .app = app.root, .base = app.base, .framework = tools.source_folder + "/framework", .generated = folder.path()};
  std::vector<Diagnostic> diagnostics;
  for (const auto& step : parse_ninja_output(built.output)) {
    for (auto& each : parse_compiler_output(step.output, roots)) diagnostics.push_back(std::move(each));
  }
  name_sources(diagnostics, generated);
  print_diagnostics(diagnostics);
  if (!built.ok()) {
    if (count_errors(diagnostics) != 0) return 1;
    return complain("the app does not build in " + folder.path() + ": " + why(built), 1);
  }

  // Written beside and renamed: a server that runs from the old file goes on.
  const std::string fresh = file + ".new";
  fs::copy_file(folder / "app.stripped", fresh, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(fresh, file, error);
  if (error) return complain("cannot write " + file + ": " + error.message(), 1);
  say("Built " + file + ", " + size_text(fs::file_size(file, error)) + ", in " + seconds_since(begun));
  return 0;
}

}  // namespace folio::dev
