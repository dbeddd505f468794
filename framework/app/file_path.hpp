// What a request's path may name of a folder with files. Pure: no look at the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace folio::app {

enum class PathText : std::uint8_t {
  Encoded,  // as in a request's target, with percent-escapes
  Plain,    // as a parameter of a route has it
};

// The path below the folder that `path` names, without a slash at its beginning; with one at its end (or empty) it is a
// folder. Nothing for what climbs (`..`), hides (a name with a leading dot, but for .well-known at the top), or cannot
// be a file's name: an empty segment, a slash or NUL that was an escape, a backslash, which other systems take for a
// slash.
[[nodiscard]] std::optional<std::string> file_path(std::string_view path, PathText text);

// Whether a file's name says that its content never changes, as bundlers name what they write: app.3f9a1c2b.js. It is a
// hash when it stands between dots or behind a hyphen before the last dot, has eight hexadecimal digits in lower case
// or more, and both letters and figures among them: a date or a version has no letters, a word no figures.
[[nodiscard]] bool has_content_hash(std::string_view path);

}  // namespace folio::app
