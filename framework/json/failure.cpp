#include "json/failure.hpp"

#include <algorithm>

#include "json/utf8_sequence.hpp"

namespace folio::json {
namespace {

constexpr std::size_t max_shown_key = 64;  // bytes of a key in a path: keys are the client's, and may be of any size

// The key as it may stand in a message and in a log: one line, not too long.
void append_key(std::string& out, std::string_view key) {
  const std::size_t limit = out.size() + max_shown_key;
  while (!key.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(key), 1);
    if (out.size() + length > limit) {
      out.append("…");
      return;
    }
    const bool control = static_cast<unsigned char>(key.front()) < 0x20 || key.front() == 0x7F;
    if (control) {
      out.push_back('?');
    } else {
      out.append(key.substr(0, length));
    }
    key.remove_prefix(length);
  }
}

void append_step(std::string& path, const Step& step) {
  if (!step.is_field) {
    path.append("[").append(std::to_string(step.ordinal)).append("]");
    return;
  }
  if (!path.empty()) path.push_back('.');
  append_key(path, step.key);
}

std::string path_text(const std::vector<Step>& steps) {
  std::string path;
  for (const Step& step : steps) append_step(path, step);
  return path;
}

JsonError located(std::string_view text, std::size_t offset, std::string path) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  JsonError error;
  error.line = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
  error.column = 1 + (newline == std::string_view::npos ? offset : offset - newline - 1);
  error.offset = offset;
  error.path = std::move(path);
  error.message =
      "Invalid JSON at line " + std::to_string(error.line) + " column " + std::to_string(error.column) + ": ";
  return error;
}

}  // namespace

JsonError syntax_error(std::string_view text, const Fault& fault, const std::vector<Step>& path) {
  JsonError error = located(text, fault.offset, path_text(path));
  if (!error.path.empty()) error.message.append("field '").append(error.path).append("': ");
  error.message.append(fault.what);
  return error;
}

JsonError misfit_error(std::string_view text, const Failure& failure) {
  std::vector<Step> path(failure.steps.rbegin(), failure.steps.rend());
  const Place place = locate(text, path);
  if (!failure.missing.empty()) path.push_back({0, true, failure.missing});
  JsonError error = located(text, failure.at_key ? place.key : place.value, path_text(path));
  if (!failure.missing.empty()) {
    error.message.append("field '").append(error.path).append("' is missing");
  } else if (failure.at_key) {
    error.message.append("field '").append(error.path).append("' ").append(failure.what);
  } else if (!error.path.empty()) {
    error.message.append("field '").append(error.path).append("': ").append(failure.what);
  } else {
    error.message.append(failure.what);
  }
  return error;
}

}  // namespace folio::json
