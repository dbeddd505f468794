// C++ source text into tokens and preprocessor directives, without comments. It follows the phases of translation as
// far as finding declarations needs: line splices, raw strings, digit separators, digraphs, header names.
// [lex.phases] and [lex.pptoken] of the C++ standard. Malformed text never fails: what is unclosed ends at its line's
// end, or at the file's, and is reported.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace folio::codegen {

// Where something begins: lines and columns from 1, columns in bytes as compilers count them.
struct Position {
  std::size_t offset = 0;
  std::size_t line = 1;
  std::size_t column = 1;
};

enum class LexemeKind : std::uint8_t { Identifier, Number, String, Character, Punctuator, Directive };

struct Lexeme {
  LexemeKind kind = LexemeKind::Punctuator;
  // The spelling, splices taken out; of a directive its name, as in `include`. Literals are not spelled out.
  std::string text;
  Position position;  // of a directive, its `#`

  // Of a directive: what stands behind its name, comments and splices taken out.
  std::string argument;
};

struct Unclosed {
  std::string what;  // "comment", "raw string"
  std::string help;
  Position position;
};

struct Lexed {
  std::vector<Lexeme> lexemes;
  std::optional<Unclosed> unclosed;
};

[[nodiscard]] Lexed lex(std::string_view source);

}  // namespace folio::codegen
