// All that the generator needs to know about one route file, read from its text. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/declarations.hpp"
#include "codegen/lexer.hpp"

namespace folio::codegen {

// The first line: `// 'api'`, `// 'ui'`, or neither.
enum class Marker : std::uint8_t { None, Api, Ui };

struct Include {
  std::string name;        // without its quotation marks or brackets
  bool quoted = false;     // "name", looked for beside the file first
  Position position;       // of the `#`
  bool late = false;       // at top scope behind the first declaration: it cannot be hoisted (R014)
  bool inside_if = false;  // late because the #if around it also holds the first declaration
};

struct BraceFault {
  std::string message;
  std::string help;
  Position position;
};

struct SourceFacts {
  Marker marker = Marker::None;
  std::vector<Declared> declared;  // at top scope and in namespaces, in the order of the file
  std::vector<Include> includes;   // but those in dead branches
  // Where the file is cut: what stands before is hoisted. Always at the beginning of a line, or of a token that
  // follows a comment of several lines; the file's end when it declares nothing.
  Position cut;
  std::optional<BraceFault> unbalanced;  // R015
  // Each `Query` of a `Query<"name", …>`: written out as QueryParam, since no template takes a name or a type.
  std::vector<std::size_t> named_queries;  // offsets
};

// `text` may begin with a byte order mark; positions count from behind it, as compilers do.
[[nodiscard]] SourceFacts read_source(std::string_view text);

// The text without its byte order mark.
[[nodiscard]] std::string_view without_bom(std::string_view text);

}  // namespace folio::codegen
