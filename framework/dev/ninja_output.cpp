#include "dev/ninja_output.hpp"

#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "dev/ninja_file.hpp"

namespace folio::dev {
namespace {

// Calls `take` with each line, without its line feed.
template <class Take>
void each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    take(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

NinjaStep step_of(std::string_view description) {
  NinjaStep step;
  if (description == kPreludeStep) {
    step.kind = NinjaStep::Kind::Prelude;
  } else if (description.starts_with(kCompileStep)) {
    step.kind = NinjaStep::Kind::Compile;
    step.unit = description.substr(kCompileStep.size());
  } else if (description.starts_with(kLinkStep)) {
    step.kind = NinjaStep::Kind::Link;
    step.unit = description.substr(kLinkStep.size());
  }
  return step;
}

}  // namespace

std::vector<NinjaStep> parse_ninja_output(std::string_view output) {
  std::vector<NinjaStep> steps;
  bool command_follows = false;
  each_line(output, [&](std::string_view line) {
    if (line.starts_with(kNinjaStatus)) {
      steps.push_back(step_of(line.substr(kNinjaStatus.size())));
      command_follows = false;
    } else if (line.starts_with("FAILED: ") && !steps.empty()) {
      steps.back().failed = true;
      command_follows = true;
    } else if (std::exchange(command_follows, false)) {
      return;  // the command itself, which says nothing to the author of a route
    } else if (line.starts_with("ninja: error: ") || line.starts_with("ninja: fatal: ")) {
      NinjaStep step;
      step.failed = true;
      step.output = line;
      steps.push_back(std::move(step));
    } else if (!line.starts_with("ninja: ") && !steps.empty()) {
      steps.back().output.append(line).push_back('\n');
    }
  });
  return steps;
}

std::map<std::string, std::chrono::milliseconds> parse_ninja_log(std::string_view log) {
  std::map<std::string, std::chrono::milliseconds> times;
  each_line(log, [&](std::string_view line) {
    if (line.starts_with('#')) return;
    std::array<std::string_view, 5> fields;
    for (auto& field : fields) {
      const auto tab = line.find('\t');
      field = line.substr(0, tab);
      line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
    }
    std::int64_t begun = 0;
    std::int64_t ended = 0;
    const auto number = [](std::string_view text, std::int64_t& value) {
      return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
    };
    if (fields[3].empty() || !number(fields[0], begun) || !number(fields[1], ended)) return;
    times[std::string(fields[3])] = std::chrono::milliseconds(ended - begun);
  });
  return times;
}

std::vector<std::string> parse_ninja_deps(std::string_view output) {
  std::set<std::string> files;
  each_line(output, [&](std::string_view line) {
    if (line.starts_with("    ") && line.size() > 4) files.emplace(line.substr(4));
  });
  return {files.begin(), files.end()};
}

}  // namespace folio::dev
