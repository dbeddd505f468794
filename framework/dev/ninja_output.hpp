// What ninja said about a build. Pure.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

// One step that ninja has run, with what its command printed.
struct NinjaStep {
  enum class Kind { Prelude, Compile, Link, Other };
  Kind kind = Kind::Other;
  std::string unit;  // of Compile and Link
  bool failed = false;
  std::string output;
};

// The steps in the order in which they ended. A complaint of ninja's own is a failed step of kind Other.
[[nodiscard]] std::vector<NinjaStep> parse_ninja_output(std::string_view output);

// How long the command of each output took when it was run last, from the text of a .ninja_log.
[[nodiscard]] std::map<std::string, std::chrono::milliseconds> parse_ninja_log(std::string_view log);

// The files that `ninja -t deps` names, each once.
[[nodiscard]] std::vector<std::string> parse_ninja_deps(std::string_view output);

}  // namespace folio::dev
