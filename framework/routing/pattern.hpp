// The grammar of route file names, and which of two patterns is the more specific one.
//
//   users.cpp             a literal segment              [id].cpp        a parameter
//   v[version].json.cpp   a mixed segment                [id=uint].cpp   a parameter with a matcher
//   [...path].cpp         a catch-all, one or more       [[...path]].cpp a catch-all, none or more
//   [[page]].cpp          an optional parameter          (group)/        a folder that is not in the path
//   [x+2e]                a character by its code        index.cpp       no segment at all
//
// Everything here is pure; a fault of a name is a value (codes as in docs/routing.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace folio::routing {

// A pattern never holds more parameters than this, so that a match needs no allocation for them.
inline constexpr std::size_t kMaxParameters = 16;

// How many optional segments one file may have: each doubles the number of its patterns.
inline constexpr std::size_t kMaxOptionals = 4;

// In order of precedence: the first wins.
enum class SegmentKind : std::uint8_t { Literal, Mixed, Matched, Parameter, CatchAll, OptionalCatchAll };

struct Segment {
  SegmentKind kind = SegmentKind::Literal;
  std::string text;       // of a Literal the whole, of a Mixed what stands before the parameter; decoded
  std::string suffix;     // of a Mixed: what stands behind it; decoded
  std::string name;       // of the parameter; empty for a Literal
  std::string matcher;    // its matcher, or empty
  bool optional = false;  // `[[page]]`: before expansion only

  [[nodiscard]] bool has_parameter() const { return kind != SegmentKind::Literal; }
  [[nodiscard]] bool is_catch_all() const { return kind >= SegmentKind::CatchAll; }
};

struct Pattern {
  std::vector<Segment> segments;
};

struct Fault {
  std::string code;  // "R005"
  std::string message;
  std::string help;
};

struct ParsedName {
  Pattern pattern;            // its optional segments not yet expanded
  std::vector<Fault> faults;  // when there are any, the pattern means nothing
};

// The pattern of a route file: "users/[id].cpp".
[[nodiscard]] ParsedName parse_route(std::string_view file);

// The pattern of a folder, for the files that belong to it rather than to a path: "users/(admin)".
[[nodiscard]] ParsedName parse_folder(std::string_view folder);

// One pattern for each choice of leaving optional segments out; the shortest first.
[[nodiscard]] std::vector<Pattern> expand(const Pattern& pattern);

// "/users/:id", "/v:version.json", "/docs/*path", "/docs/*path?". Characters that a path cannot hold are escaped.
[[nodiscard]] std::string to_string(const Pattern& pattern);

// As the segment is written in a file name: "[id=uint]", "v[version].json".
[[nodiscard]] std::string to_string(const Segment& segment);

// Equal for two patterns exactly when they answer the same paths at the same rank: names play no part.
[[nodiscard]] std::string shape_of(const Pattern& pattern);

enum class Precedence : std::uint8_t { First, Second, Tie };

struct Comparison {
  Precedence winner = Precedence::Tie;
  std::size_t segment = 0;  // the first at which they differ, from 0
};

// REQUIRES: some path satisfies both. Compares segment by segment from the left; the first difference decides.
[[nodiscard]] Comparison compare(const Pattern& first, const Pattern& second);

// Whether some path may satisfy both.
[[nodiscard]] bool may_overlap(const Pattern& first, const Pattern& second);

}  // namespace folio::routing
