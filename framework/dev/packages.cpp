#include "dev/packages.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <utility>

#include "dev/build_settings.hpp"
#include "dev/run_command.hpp"

namespace folio::dev {
namespace {

constexpr std::string_view kProgram = "pkg-config";

CommandOutcome ask(std::vector<std::string> question, const std::vector<WantedPackage>& packages) {
  question.insert(question.begin(), std::string(kProgram));
  for (const auto& package : packages) question.push_back(package.text());
  return run_command({.arguments = std::move(question)});
}

// pkg-config's own words, on one line.
std::string words_of(const CommandOutcome& outcome) {
  std::string words;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("'virtual:world'") != std::string::npos) continue;  // who asked: it is us
    words.append(words.empty() ? "" : " ").append(line);
  }
  return words;
}

// What Debian calls the package that a library is compiled against, more often than not.
std::string debian_name(const std::string& name) {
  return (name.starts_with("lib") ? name : "lib" + name) + "-dev";
}

Diagnostic error_at(const WantedPackage& package, std::string message, std::string help) {
  Diagnostic error;
  error.message = std::move(message);
  error.place = package.place;
  error.help = std::move(help);
  return error;
}

Diagnostic missing(const WantedPackage& package, const std::string& reason) {
  auto error = error_at(
      package, "pkg-config finds no package '" + package.text() + "'",
      "install what the library is compiled against (on Debian and Ubuntu most often: apt-get install " +
          debian_name(package.name) + "), or mend the name" + (package.condition.empty() ? "" : " or the version"));
  error.notes.push_back({{}, reason});
  return error;
}

std::vector<std::string_view> folders_in(std::string_view path) {
  std::vector<std::string_view> folders;
  while (!path.empty()) {
    const auto colon = std::min(path.find(':'), path.size());
    if (path.starts_with('/')) folders.push_back(path.substr(0, colon));
    path.remove_prefix(std::min(colon + 1, path.size()));
  }
  return folders;
}

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::vector<std::string> files_of(const std::vector<WantedPackage>& packages) {
  const auto standard = split_flags(ask({"--variable=pc_path", "pkg-config"}, {}).output);
  const auto own = variable("PKG_CONFIG_LIBDIR");
  std::vector<std::string> files;
  for (const auto path : {variable("PKG_CONFIG_PATH"), own.empty() && !standard.empty() ? standard.front() : own}) {
    for (const auto folder : folders_in(path)) {
      for (const auto& package : packages) files.push_back(std::string(folder) + "/" + package.name + ".pc");
    }
  }
  return files;
}

void tell_what_is_missing(const std::vector<WantedPackage>& packages, const CommandOutcome& outcome,
                          std::vector<Diagnostic>& errors) {
  if (!outcome.problem.empty()) {
    errors.push_back(error_at(packages.front(), "the app's packages cannot be found: " + outcome.problem,
                              "install pkg-config: apt-get install pkg-config"));
    return;
  }
  const auto before = errors.size();
  for (const auto& package : packages) {
    const auto found = ask({"--print-errors", "--cflags"}, {package});
    if (!found.ok()) errors.push_back(missing(package, words_of(found)));
  }
  if (errors.size() != before) return;
  auto conflict = error_at(packages.front(), "pkg-config refuses these packages together", "leave one of them out");
  conflict.notes.push_back({{}, words_of(ask({"--print-errors", "--cflags"}, packages))});
  errors.push_back(std::move(conflict));
}

}  // namespace

std::vector<std::string> split_flags(std::string_view output) {
  std::vector<std::string> flags;
  char quote = '\0';
  bool inside = false;
  for (std::size_t at = 0; at < output.size(); ++at) {
    const char byte = output[at];
    const bool blank = byte == ' ' || byte == '\t' || byte == '\n';
    if (blank && quote == '\0') {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) flags.emplace_back();
    if (byte == quote) {
      quote = '\0';
    } else if (quote == '\0' && (byte == '\'' || byte == '"')) {
      quote = byte;
    } else if (byte == '\\' && quote != '\'' && at + 1 < output.size()) {
      flags.back() += output[++at];
    } else {
      flags.back() += byte;
    }
  }
  return flags;
}

Packages find_packages(const AppFolder& app, std::vector<Diagnostic>& errors) {
  std::vector<Diagnostic> found;
  const auto wanted = read_build_settings(read_file(app.settings), app.name_of(app.settings), found).packages;
  Packages packages;
  if (found.empty() && !wanted.empty()) {
    packages.files = files_of(wanted);
    const auto cxxflags = ask({"--silence-errors", "--cflags"}, wanted);
    const auto libraries = ask({"--silence-errors", "--libs"}, wanted);
    if (cxxflags.ok() && libraries.ok()) {
      packages.cxxflags = split_flags(cxxflags.output);
      packages.libraries = split_flags(libraries.output);
      packages.versions = ask({"--silence-errors", "--modversion"}, wanted).output;
    } else {
      tell_what_is_missing(wanted, cxxflags, found);
    }
  }
  for (auto& error : found) {
    add_code_frame(error, app.base);
    errors.push_back(std::move(error));
  }
  return packages;
}

}  // namespace folio::dev
