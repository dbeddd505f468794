// From the set of file names to everything that follows from it: patterns, middleware chains, the files that answer
// errors, and what is wrong. The code generator checks this map and the server routes by it; both call build().
//
// Files are referred to by their index in the span that build() was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "routing/pattern.hpp"
#include "routing/source.hpp"

namespace folio::routing {

inline constexpr std::uint32_t kNone = UINT32_MAX;

// What surrounds a place in the tree of folders.
struct Scope {
  std::vector<std::uint32_t> middleware;  // outer to inner
  std::uint32_t error = kNone;            // the nearest `_error.cpp`, or kNone
  std::uint32_t not_found = kNone;        // the nearest `_404.cpp`, or kNone

  bool operator==(const Scope&) const = default;
};

// One path of one file. A file with optional segments has several.
struct Route {
  std::uint32_t file = kNone;
  Pattern pattern;          // expanded: no optional parameter in it
  std::uint32_t scope = 0;  // index into RouteMap::scopes
};

// A folder that a path can lie in by literal segments alone: where a path that no route answers belongs.
struct LiteralFolder {
  std::vector<std::string> path;  // decoded segments, groups left out
  std::string folder;             // as it is on disk: "(admin)/users"
  std::uint32_t scope = 0;
};

// The faults of the set, R001…R013 of docs/routing.md as far as names alone show them.
struct Problem {
  std::string code;
  std::string message;
  std::vector<std::uint32_t> files;
  std::string help;
};

struct RouteMap {
  std::vector<Route> routes;            // by file name, the shortest path of each file first
  std::vector<Scope> scopes;            // scopes[0] is that of the routes folder itself
  std::vector<LiteralFolder> folders;   // each path once; always with the root
  std::vector<std::uint32_t> scope_of;  // for each file, the scope of its folder
  std::vector<Problem> problems;        // when there are any, the map is for reading, not for serving
};

// Pure. The order of `files` plays no part but in the indexes. Matcher files name the app's own matchers.
[[nodiscard]] RouteMap build(std::span<const SourceFile> files);

// The parameters that a file's own name and its folders declare, in order, optional ones too.
[[nodiscard]] std::vector<Segment> parameters_of(const SourceFile& file);

}  // namespace folio::routing
