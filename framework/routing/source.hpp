// What a file under the routes folder is, by its name alone. The code generator and the server ask the same question
// of the same function, so the two can never disagree about a file.
//
// A file is named by its path relative to the routes folder, with '/' between folders: "users/[id].cpp".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace folio::routing {

enum class Kind : std::uint8_t { Route, Middleware, Error, NotFound, Matcher };

struct SourceFile {
  std::string file;
  Kind kind = Kind::Route;
};

enum class Role : std::uint8_t {
  Ignored,   // no C++ source, or a dotfile
  Private,   // `_helpers.cpp`, `_lib/…`: no route, by the author's wish; sources that routes share are among them
  Unit,      // takes part, as `kind` says
  Misspelt,  // takes no part, but was surely meant to: R011
};

struct Classification {
  Role role = Role::Ignored;
  Kind kind = Kind::Route;     // of a Unit
  std::string_view suggested;  // of a Misspelt file: the file name that was meant
};

[[nodiscard]] Classification classify(std::string_view file);

// Whether nothing at or below a folder with this name can take part, so that a scan need not look into it.
// `depth` is 0 for a folder that lies directly in the routes folder.
[[nodiscard]] bool is_closed_folder(std::string_view name, std::size_t depth);

// "users/[id].cpp" -> "users"; "index.cpp" -> "".
[[nodiscard]] std::string_view folder_of(std::string_view file);

// "users/[id].cpp" -> "[id].cpp".
[[nodiscard]] std::string_view file_name_of(std::string_view file);

// "_matchers/lang.cpp" -> "lang". REQUIRES: the file is a Matcher.
[[nodiscard]] std::string_view matcher_name_of(std::string_view file);

}  // namespace folio::routing
