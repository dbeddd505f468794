#include "app/environment.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace folio::app {

namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
                              std::string_view::npos;
}

}  // namespace

std::map<std::string, std::string> parse_env(std::string_view text, std::string& fault) {
  std::map<std::string, std::string> values;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const auto end = text.find('\n');
    std::string_view line = trim(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto equals = line.find('=');
    const std::string_view name = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_name(name)) {
      if (fault.empty()) fault = "line " + std::to_string(number) + " is not NAME=value: " + std::string(line);
      continue;
    }
    std::string_view value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
      const auto quote = value.find(value.front(), 1);
      if (quote != std::string_view::npos) value = value.substr(1, quote - 1);
    } else if (const auto comment = value.find(" #"); comment != std::string_view::npos) {
      value = trim(value.substr(0, comment));
    }
    values[std::string(name)] = value;
  }
  return values;
}

Environment Environment::load(const std::string& env_file, std::string& fault) {
  Environment environment;
  std::ifstream in(env_file, std::ios::binary);
  if (in) {
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    environment.file_ = parse_env(text, fault);
    if (!fault.empty()) fault = env_file + ": " + fault;
  }
  return environment;
}

std::optional<std::string> Environment::get(const std::string& name) const {
  if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') return value;
  if (const auto found = file_.find(name); found != file_.end() && !found->second.empty()) return found->second;
  return std::nullopt;
}

}  // namespace folio::app
