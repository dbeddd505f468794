// `folio test APP`, the tests in C++: tests/*.cpp linked with the app's routes and GoogleTest into one program, which
// asks the routes by folio/test_client.hpp.
#include "dev/unit_tests.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "app/environment.hpp"
#include "dev/build_folder.hpp"
#include "dev/commands.hpp"
#include "dev/diagnostic.hpp"
#include "dev/generate.hpp"
#include "dev/ninja_file.hpp"
#include "dev/ninja_output.hpp"
#include "dev/object_names.hpp"
#include "dev/run_command.hpp"
#include "net/terminal.hpp"

namespace folio::dev {
namespace fs = std::filesystem;

namespace {

void print(const std::vector<Diagnostic>& diagnostics) {
  const auto paint = net::shows_colour(STDERR_FILENO) ? Paint::Colour : Paint::Plain;
  static_cast<void>(std::fputs(render_text(diagnostics, paint).c_str(), stderr));
}

// A name for the object file: the file's own may hold anything.
std::string unit_name(std::size_t number) {
  return "unit_test_" + std::to_string(number);
}

std::vector<std::pair<std::string, std::string>> settings_of(const AppFolder& app) {
  std::vector<std::pair<std::string, std::string>> settings;
  std::string fault;
  for (const auto& [name, value] : app::parse_env(read_file(app.environment), fault)) {
    if (std::getenv(name.c_str()) == nullptr) settings.emplace_back(name, value);
  }
  return settings;
}

bool has_googletest(const Toolchain& tools, const std::string& folder) {
  return run_command({.arguments = {tools.compiler, "-E", "-x", "c++", "-include", "gtest/gtest.h", "/dev/null", "-o",
                                    folder + "/gtest.i"}})
      .ok();
}

}  // namespace

int run_unit_tests(const Toolchain& own, const AppFolder& app, const std::vector<fs::path>& sources) {
  BuildFolder folder;
  std::string problem;
  if (!folder.open(app.root, "tests", problem)) return complain(problem, 1);
  codegen::Outcome outcome;
  const auto generated = generate_app(app, folder / "generated", outcome);
  if (!generated.errors.empty()) {
    print(generated.errors);
    return 1;
  }
  if (!has_googletest(own, folder.path())) {
    return complain("tests/*.cpp are for GoogleTest, which is not installed: apt-get install libgtest-dev", 1);
  }

  Toolchain tools = own;
  tools.app_libraries.insert(tools.app_libraries.begin(), {"-lgtest_main", "-lgtest"});
  auto plan = plan_of(generated, tools, app);
  plan.units.push_back({"folio_table", folder / "generated/table.cpp", app.routes});
  for (const fs::path& source : sources) {
    plan.units.push_back({unit_name(plan.units.size()), source.string(), source.parent_path().string()});
  }
  if (!write_ninja_file(folder.path(), plan, ninja_for_app(plan))) {
    return complain("cannot write to " + folder.path() + ": make the folder writable to you", 1);
  }
  const auto built = run_command({.arguments = {tools.ninja, "-C", folder.path(), "-k", "0", "app"},
                                  .environment = {{"NINJA_STATUS", std::string(kNinjaStatus)}, {"LC_ALL", "C.UTF-8"}}},
                                 [] {
                                   std::printf("Building the tests …\n");
                                   static_cast<void>(std::fflush(stdout));
                                 });
  if (built.interrupted != 0) return 1;
  const SourceRoots roots{
      .app = app.root, .base = app.base, .framework = tools.source_folder + "/framework", .generated = folder.path()};
  std::vector<Diagnostic> diagnostics;
  for (const auto& step : parse_ninja_output(built.output)) {
    for (auto& each : parse_compiler_output(step.output, roots)) diagnostics.push_back(std::move(each));
  }
  name_sources(diagnostics, generated);
  print(diagnostics);
  if (!built.ok()) {
    if (count_errors(diagnostics) != 0) return 1;
    return complain(
        "the tests do not build in " + folder.path() + ": " + (built.problem.empty() ? built.output : built.problem),
        1);
  }
  const auto run = run_command(
      {.arguments = {folder / "app", "--gtest_brief=1"}, .environment = settings_of(app), .folder = app.root});
  static_cast<void>(std::fwrite(run.output.data(), 1, run.output.size(), stdout));
  static_cast<void>(std::fflush(stdout));
  if (!run.problem.empty()) return complain(run.problem, 1);
  return run.ok() ? 0 : 1;
}

}  // namespace folio::dev
