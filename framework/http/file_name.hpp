// A name that a file may safely be stored under, out of one that a client sent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace folio::http {

// Bytes of a name; file systems allow 255, and some is left for what a program puts before or behind it.
inline constexpr std::size_t longest_file_name = 200;

// The last part of `filename` as text that cannot lead out of a folder, hide itself, or break a log's line:
//   - only what follows the last `/` or `\`: RFC 7578 §4.2: "do not use directory path information that may be
//   present";
//   - no dots and no white space at its beginning or end: neither `..` nor `.htaccess`;
//   - every control character, every byte that is no UTF-8, and each of <>:"|?* is replaced by `_`;
//   - 200 bytes at most: it is shortened before its extension, between characters;
//   - `file` when nothing is left.
// It says nothing about the content, and two files may have the same name: keep names of one's own where that matters.
[[nodiscard]] std::string safe_file_name(std::string_view filename);

}  // namespace folio::http
