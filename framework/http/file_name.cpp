#include "http/file_name.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/utf8.hpp"

namespace folio::http {
namespace {

// Separators and wildcards of one system or another, and what shells and logs take for more than a name.
constexpr auto unsafe_bytes = base::ByteSet("<>:\"|?*/\\\x7f").add_range(0x00, 0x1f);
// An extension longer than this is no extension.
constexpr std::size_t longest_extension = 20;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view edges = ". \t";
  const std::size_t first = text.find_first_not_of(edges);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(edges) - first + 1);
}

std::string shortened(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view extension =
      dot == std::string_view::npos || name.size() - dot > longest_extension ? std::string_view() : name.substr(dot);
  const std::string_view stem =
      base::truncate_utf8(name.substr(0, name.size() - extension.size()), longest_file_name - extension.size());
  return std::string(trimmed(stem)).append(extension);
}

}  // namespace

std::string safe_file_name(std::string_view filename) {
  const std::string_view base_name = filename.substr(filename.find_last_of("/\\") + 1);

  std::string name = base::replace_invalid_utf8(trimmed(base_name));
  std::ranges::replace_if(
      name, [](char c) { return unsafe_bytes.contains(c); }, '_');
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  for (std::size_t at = name.find(replacement); at != std::string::npos; at = name.find(replacement, at + 1)) {
    name.replace(at, replacement.size(), "_");
  }
  if (name.empty()) return "file";
  return name.size() <= longest_file_name ? name : shortened(name);
}

}  // namespace folio::http
