// What a file declares at its own top scope, found from its tokens without a parser of C++: a declaration ends at a `;`
// or at its body, and a declarator is a name before `(`, `=` or `{`.
//
// The reader is a value: the preprocessor's branches are read by copying it at #if and going back to the copy at #else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/lexer.hpp"

namespace folio::codegen {

enum class DeclaredAs : std::uint8_t {
  Function,     // with a body
  Variable,     // `constexpr auto GET = …`, `using other::GET;`
  Declaration,  // a function without a body
};

enum class DeclaredIn : std::uint8_t { Top, Namespace, UnnamedNamespace };

struct Declared {
  std::string name;
  DeclaredAs as = DeclaredAs::Function;
  DeclaredIn in = DeclaredIn::Top;
  Position position;             // of the name
  bool is_static = false;        // internal linkage, as helpers have
  bool speaks_of_folio = false;  // its signature names a type of Folio's: Request, Task, Json, …
};

class DeclarationReader {
 public:
  // Everything declared is appended to `found`, which outlives the reader and its copies.
  explicit DeclarationReader(std::vector<Declared>& found) : found_(&found) {}

  // REQUIRES: no directive.
  void read(const Lexeme& token);

  // At the file's top scope and between two declarations; `extern "C" {` does not count as a scope.
  [[nodiscard]] bool between_declarations() const;
  // How deep in braces: branches of an #if that differ in this leave the reader uncertain.
  [[nodiscard]] std::size_t depth() const { return scopes_.size() + open_.size(); }

  struct Opener {
    char bracket;
    Position position;
  };
  // The outermost bracket that has not been closed.
  [[nodiscard]] std::optional<Opener> unclosed() const;
  // The first `}` that closes nothing.
  [[nodiscard]] std::optional<Position> stray_brace() const { return stray_; }

 private:
  enum class Brace : std::uint8_t { Namespace, Transparent, Body, Part };
  enum class ScopeKind : std::uint8_t { Named, Unnamed, Transparent };
  struct Scope {
    ScopeKind kind;
    Position position;
  };
  // A token of the declaration at hand, or a whole bracketed group of it.
  struct Part {
    Lexeme token;
    char group = '\0';           // '(', '[' or '{'
    std::vector<Lexeme> inside;  // the first few tokens of a group
  };

  void open(const Lexeme& token);
  void inside_group(const Lexeme& token);
  void close_brace(const Lexeme& token);
  void forget_declaration();
  [[nodiscard]] Brace role_of_brace() const;
  [[nodiscard]] std::size_t behind_template_headers() const;
  void enter_scope();
  void find_names(bool has_body);
  void add(const Lexeme& name, DeclaredAs as);

  std::vector<Declared>* found_;
  std::vector<Scope> scopes_;
  std::vector<Part> parts_;
  std::vector<Opener> open_;
  Brace brace_ = Brace::Part;  // what the open group's brace is
  bool speaks_of_folio_ = false;
  std::optional<Position> stray_;
};

}  // namespace folio::codegen
