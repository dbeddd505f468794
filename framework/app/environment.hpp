// Settings from the environment and from an app's .env file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace folio::app {

// The lines `NAME=value` of a .env file: blank lines and lines that begin with # are passed over, `export ` before the
// name too, and quotes around the value are taken off. `fault` names the first line that is none of these.
[[nodiscard]] std::map<std::string, std::string> parse_env(std::string_view text, std::string& fault);

class Environment {
 public:
  // Reads the file when it is there. `fault` says what is wrong with it, if anything.
  static Environment load(const std::string& env_file, std::string& fault);

  // The process's own variable, or else the file's; an empty one counts as not set.
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const;

 private:
  std::map<std::string, std::string> file_;
};

}  // namespace folio::app
