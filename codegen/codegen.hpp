// The code generator: a routes folder in, wrapper units, a table and routes.json out. For the `folio-codegen` program
// and for the dev server, in process. Three pure steps (scan, manifest, emit) and a thin writer; no event loop.
//
// Errors are values. Nothing throws but for want of memory. Not thread-safe for one and the same out folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/route_map.hpp"

namespace folio::codegen {

struct Place {
  std::string file;                  // as people know it: "routes/users/[id].cpp"
  std::size_t line = 0, column = 0;  // from 1; 0 when the file as a whole is meant
};

struct Diagnostic {
  std::string code;  // "R001"; empty for what is wrong around the routes: no folder, a disk that is full
  std::string message;
  std::vector<Place> places;
  std::string help;
};

struct Options {
  std::filesystem::path routes;  // the routes folder
  std::filesystem::path out;     // where to write; not used by inspect()
  std::optional<std::filesystem::path> public_files;
  std::string prefix = "routes";  // how the routes folder is called in messages and #line
};

struct Unit {
  std::string name;              // "r_users_id_1a2b3c4d": stable, a C++ identifier and a file name
  std::string file;              // "users/[id].cpp"
  std::filesystem::path source;  // the generated wrapper
  routing::Kind kind = routing::Kind::Route;

  std::vector<std::string> methods;  // of a route, in the order of the table: "GET", … "ANY"
  bool websocket = false;            // of a route: it has WS
};

struct Outcome {
  std::vector<Diagnostic> errors;  // sorted by code, then by place
  std::vector<Unit> units;         // sorted by file, byte by byte
  std::size_t written = 0, removed = 0;

  std::string prefix;
  routing::RouteMap map;  // its file indexes are indexes into `units`
};

// Scan, manifest, emit, write. On errors nothing is written. Files are written only when their content changes, each
// at one stroke; wrappers that no route has any more are removed.
[[nodiscard]] Outcome generate(const Options& options);

// Scan and manifest only.
[[nodiscard]] Outcome inspect(const Options& options);

// error[R001]: /users/:id is defined twice
//   --> routes/users/[id].cpp
//   help: …
// Ends with a line break.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

// The table for people: METHODS PATH FILE MIDDLEWARE. Ends with a line break.
[[nodiscard]] std::string table(const Outcome& outcome);

// The content of routes.json.
[[nodiscard]] std::string to_json(const Outcome& outcome);

// Which file answers a path and why the others do not. REQUIRES: no errors, and a path that begins with '/'.
[[nodiscard]] std::string why(const Outcome& outcome, std::string_view path);

}  // namespace folio::codegen
