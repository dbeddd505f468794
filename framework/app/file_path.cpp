#include "app/file_path.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/percent.hpp"

namespace folio::app {
namespace {

bool is_file_name(std::string_view name, bool top) {
  if (name.empty() || name.find_first_of(std::string_view("\0/\\", 3)) != std::string_view::npos) return false;
  return name.front() != '.' || (top && name == ".well-known");  // `.` and `..` are among those
}

bool is_hash(std::string_view text) {
  constexpr std::size_t shortest = 8;
  if (text.size() < shortest) return false;
  bool letters = false;
  bool figures = false;
  for (const char c : text) {
    if (base::is_digit(c)) {
      figures = true;
    } else if (c >= 'a' && c <= 'f') {
      letters = true;
    } else {
      return false;
    }
  }
  return letters && figures;
}

}  // namespace

std::optional<std::string> file_path(std::string_view path, PathText text) {
  if (text == PathText::Encoded && path.starts_with('/')) path.remove_prefix(1);
  std::string below;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    std::string name(path.substr(0, end));
    if (text == PathText::Encoded) {
      auto decoded = base::percent_decode(name);
      if (!decoded) return std::nullopt;
      name = *std::move(decoded);
    }
    if (!is_file_name(name, below.empty())) return std::nullopt;
    below += name;
    if (end == path.size()) break;
    below += '/';
    path.remove_prefix(end + 1);
  }
  return below;
}

bool has_content_hash(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  const auto extension = name.rfind('.');
  if (extension == std::string_view::npos) return false;
  name = name.substr(0, extension);
  while (true) {
    const auto at = name.find_last_of(".-");
    if (at == std::string_view::npos || at == 0) return false;  // the first part is what the file is called
    if (is_hash(name.substr(at + 1))) return true;
    name = name.substr(0, at);
  }
}

}  // namespace folio::app
