#include "codegen/declarations.hpp"

#include <algorithm>
#include <array>

namespace folio::codegen {
namespace {

constexpr std::size_t kKeptInside = 3;

template <std::size_t Count>
bool is_one_of(std::string_view text, const std::array<std::string_view, Count>& set) {
  return std::ranges::find(set, text) != set.end();
}

bool is(const Lexeme& token, std::string_view text) {
  return (token.kind == LexemeKind::Punctuator || token.kind == LexemeKind::Identifier) && token.text == text;
}

bool is_class_key(const Lexeme& token) {
  constexpr std::array<std::string_view, 4> kKeys{"struct", "class", "union", "enum"};
  return token.kind == LexemeKind::Identifier && is_one_of(token.text, kKeys);
}

// Words with parentheses of their own: what stands before these is no function's name.
bool takes_parentheses(const Lexeme& token) {
  constexpr std::array<std::string_view, 12> kWords{"alignas",  "decltype", "noexcept",      "explicit",
                                                    "sizeof",   "alignof",  "__attribute__", "__declspec",
                                                    "requires", "typeof",   "throw",         "static_assert"};
  return token.kind == LexemeKind::Identifier && is_one_of(token.text, kWords);
}

bool is_type_of_folio(const Lexeme& token) {
  constexpr std::array<std::string_view, 16> kTypes{"Task",      "Response", "Result", "Request", "Json", "Html",
                                                    "WebSocket", "Path",     "Query",  "Body",    "Text", "Form",
                                                    "Multipart", "Session",  "State",  "AppError"};
  return token.kind == LexemeKind::Identifier && is_one_of(token.text, kTypes);
}

char matching(char closer) {
  return closer == ')' ? '(' : closer == ']' ? '[' : '{';
}

}  // namespace

bool DeclarationReader::between_declarations() const {
  const auto transparent = [](const Scope& scope) { return scope.kind == ScopeKind::Transparent; };
  return open_.empty() && parts_.empty() && std::ranges::all_of(scopes_, transparent);
}

std::optional<DeclarationReader::Opener> DeclarationReader::unclosed() const {
  if (!scopes_.empty()) return Opener{'{', scopes_.front().position};
  if (!open_.empty()) return open_.front();
  return std::nullopt;
}

void DeclarationReader::read(const Lexeme& token) {
  speaks_of_folio_ = speaks_of_folio_ || (is_type_of_folio(token) && (open_.empty() || open_.front().bracket == '('));
  if (!open_.empty()) {
    inside_group(token);
  } else if (is(token, "(") || is(token, "[") || is(token, "{")) {
    open(token);
  } else if (is(token, ";")) {
    find_names(false);
    forget_declaration();
  } else if (is(token, "}")) {
    close_brace(token);
  } else {
    parts_.push_back({token, '\0', {}});
  }
}

void DeclarationReader::open(const Lexeme& token) {
  if (is(token, "{")) {
    brace_ = role_of_brace();
    if (brace_ == Brace::Namespace || brace_ == Brace::Transparent) {
      scopes_.push_back({ScopeKind::Transparent, token.position});
      enter_scope();
      return;
    }
    // Now, not at the closing brace: branches of an #if may share that one.
    if (brace_ == Brace::Body) find_names(true);
  }
  open_.push_back({token.text.front(), token.position});
  parts_.push_back({token, token.text.front(), {}});
}

void DeclarationReader::inside_group(const Lexeme& token) {
  if (is(token, "(") || is(token, "[") || is(token, "{")) {
    open_.push_back({token.text.front(), token.position});
  } else if (is(token, ")") || is(token, "]") || is(token, "}")) {
    const char opener = matching(token.text.front());
    if (open_.back().bracket == opener) {
      open_.pop_back();
    } else if (opener == '{') {
      // A brace outranks a parenthesis that was never closed.
      while (!open_.empty() && open_.back().bracket != '{') open_.pop_back();
      if (open_.empty()) {
        close_brace(token);
        return;
      }
      open_.pop_back();
    }
    if (open_.empty() && parts_.back().group == '{' && brace_ == Brace::Body) forget_declaration();
    return;
  }
  if (open_.size() == 1 && !parts_.empty() && parts_.back().inside.size() < kKeptInside) {
    parts_.back().inside.push_back(token);
  }
}

void DeclarationReader::close_brace(const Lexeme& token) {
  if (scopes_.empty()) {
    if (!stray_) stray_ = token.position;
  } else {
    scopes_.pop_back();
  }
  forget_declaration();
}

void DeclarationReader::forget_declaration() {
  parts_.clear();
  speaks_of_folio_ = false;
}

// The scope has been pushed; its kind follows from the declaration before the brace.
void DeclarationReader::enter_scope() {
  if (brace_ == Brace::Namespace) {
    const auto names = [](const Part& part) {
      return part.group == '\0' && part.token.kind == LexemeKind::Identifier && part.token.text != "namespace" &&
             part.token.text != "inline" && part.token.text != "__attribute__";
    };
    scopes_.back().kind = std::ranges::any_of(parts_, names) ? ScopeKind::Named : ScopeKind::Unnamed;
  }
  forget_declaration();
}

// The first part that is not `template <…>`.
std::size_t DeclarationReader::behind_template_headers() const {
  std::size_t at = 0;
  while (at + 1 < parts_.size() && is(parts_[at].token, "template") && is(parts_[at + 1].token, "<")) {
    std::size_t depth = 0;
    for (++at; at < parts_.size(); ++at) {
      if (parts_[at].group != '\0') continue;
      if (is(parts_[at].token, "<")) ++depth;
      if (is(parts_[at].token, ">") && --depth == 0) break;
      if (is(parts_[at].token, ">=") && --depth == 0) break;  // template <class T = X<int>>= …: unlikely, but ends
    }
    at = std::min(at + 1, parts_.size());
  }
  return at;
}

DeclarationReader::Brace DeclarationReader::role_of_brace() const {
  const std::size_t begin = behind_template_headers();
  if (begin >= parts_.size()) return Brace::Body;
  const auto token = [&](std::size_t at) -> const Lexeme& { return parts_[at].token; };
  const bool is_inline = is(token(begin), "inline") && begin + 1 < parts_.size() && is(token(begin + 1), "namespace");
  if (is(token(begin), "namespace") || is_inline) return Brace::Namespace;
  if (parts_.size() == 2 && is(token(0), "extern") && token(1).kind == LexemeKind::String) return Brace::Transparent;

  const Part& last = parts_.back();
  bool function = false;
  bool initialised = false;
  bool members = false;  // a constructor's `: a{1}, b{2}`
  bool is_operator = false;
  std::size_t angles = 0;
  for (std::size_t at = begin; at < parts_.size(); ++at) {
    const Part& part = parts_[at];
    if (part.group == '(') {
      const bool named = at > begin && !takes_parentheses(token(at - 1));
      function = function || named;
    } else if (part.group == '\0') {
      if (is(part.token, "operator")) is_operator = true;
      if (is(part.token, "<") && !is_operator) ++angles;
      if (is(part.token, ">") && angles > 0) --angles;
      if (is(part.token, "=") && angles == 0 && !(is_operator && !function)) initialised = true;
      if (is(part.token, ":") && function) members = true;
    }
  }
  // `int x = 5` without its `;`, and then a function: its body all the same, and the compiler will tell of the `;`.
  const bool looks_like_function = last.group == '(' && parts_.size() >= 2 && parts_[parts_.size() - 2].group == '\0' &&
                                   token(parts_.size() - 2).kind == LexemeKind::Identifier &&
                                   !takes_parentheses(token(parts_.size() - 2));
  if (initialised) return looks_like_function ? Brace::Body : Brace::Part;
  // `requires requires (T t) { … }` and `requires (A && requires { … })`: a requirement, and the body comes later.
  const std::size_t count = parts_.size();
  const std::size_t word = last.group == '(' && count >= 2 ? count - 2 : count - 1;
  if (is(token(word), "requires") && word > begin) {
    constexpr std::array<std::string_view, 4> kBefore{"requires", "&&", "||", "!"};
    if (last.group != '(' || is_one_of(token(word - 1).text, kBefore)) return Brace::Part;
  }
  if (!function) return Brace::Part;  // a class, an enumeration, a variable
  if (members && (last.token.kind == LexemeKind::Identifier || is(last.token, ">")) && last.group == '\0') {
    return Brace::Part;
  }
  return Brace::Body;
}

void DeclarationReader::add(const Lexeme& name, DeclaredAs as) {
  Declared declared{name.text, as, DeclaredIn::Top, name.position, false, speaks_of_folio_};
  for (const Scope& scope : scopes_) {
    if (scope.kind == ScopeKind::Named) declared.in = DeclaredIn::Namespace;
  }
  for (const Scope& scope : scopes_) {
    if (scope.kind == ScopeKind::Unnamed) declared.in = DeclaredIn::UnnamedNamespace;
  }
  declared.is_static = std::ranges::any_of(parts_, [](const Part& part) { return is(part.token, "static"); });
  found_->push_back(std::move(declared));
}

void DeclarationReader::find_names(bool has_body) {
  const std::size_t begin = behind_template_headers();
  const std::size_t count = parts_.size();
  if (begin >= count) return;
  // With a body it is no such thing: its `;` was forgotten, and a function follows.
  if (!has_body && (is(parts_[begin].token, "typedef") || is(parts_[begin].token, "static_assert"))) return;
  const auto is_name = [&](std::size_t at) {
    return parts_[at].group == '\0' && parts_[at].token.kind == LexemeKind::Identifier;
  };
  const auto group_at = [&](std::size_t at) { return at < count ? parts_[at].group : '\0'; };
  const auto is_at = [&](std::size_t at, std::string_view text) {
    return at < count && parts_[at].group == '\0' && is(parts_[at].token, text);
  };
  if (is_at(begin, "using") && !has_body) {
    // `using other::GET;` brings a name in; `using namespace` and `using X = …` do not.
    if (count >= begin + 3 && is_name(count - 1) && is_at(count - 2, "::") && !is_at(begin + 1, "namespace")) {
      add(parts_[count - 1].token, DeclaredAs::Variable);
    }
    return;
  }
  const bool is_extern =
      is_at(begin, "extern") && parts_.size() > begin + 1 && parts_[begin + 1].token.kind != LexemeKind::String;
  bool initialiser = false;
  std::size_t angles = 0;
  for (std::size_t at = begin; at < count; ++at) {
    const Part& part = parts_[at];
    if (part.group == '(' && !initialiser && angles == 0 && !part.inside.empty()) {
      // `Response (*GET)(Request&) = …` and `Response (GET)(Request&) {…}`.
      const bool pointer = part.inside.size() == 2 && (is(part.inside[0], "*") || is(part.inside[0], "&"));
      const bool wrapped = part.inside.size() == 1 && group_at(at + 1) == '(';
      const Lexeme& name = part.inside.back();
      const bool after_name = at > begin && is_name(at - 1) && group_at(at + 1) != '(';
      if ((pointer || wrapped) && name.kind == LexemeKind::Identifier && group_at(at + 1) == '(' && !after_name) {
        add(name, pointer ? DeclaredAs::Variable : has_body ? DeclaredAs::Function : DeclaredAs::Declaration);
        return;
      }
    }
    if (part.group != '\0') continue;
    if (is(part.token, "operator")) return;
    if (is(part.token, "<")) ++angles;
    if (is(part.token, ">") && angles > 0) --angles;
    if (angles != 0) continue;
    if (is(part.token, "=")) initialiser = true;
    if (is(part.token, ",")) initialiser = false;
    if ((initialiser && !has_body) || !is_name(at)) continue;
    if (at > begin) {
      const Lexeme& before = parts_[at - 1].token;
      if (is_at(at - 1, "::") || is_at(at - 1, ".") || is_at(at - 1, "->")) continue;
      if (parts_[at - 1].group == '\0' && (is_class_key(before) || is(before, "namespace") || is(before, "concept"))) {
        continue;
      }
    }
    if (takes_parentheses(part.token)) continue;
    // Attributes may stand between a name and its parameters.
    std::size_t behind = at + 1;
    while (group_at(behind) == '[') ++behind;
    const char next = group_at(behind) == '(' ? '(' : group_at(at + 1);
    if (next == '(') {
      const bool deleted = is_at(count - 2, "=") && (is_at(count - 1, "delete") || is_at(count - 1, "default"));
      if (!deleted) add(part.token, has_body ? DeclaredAs::Function : DeclaredAs::Declaration);
    } else if (at > begin && !has_body &&
               (is_at(at + 1, "=") || next == '{' || next == '[' || is_at(at + 1, ",") ||
                (at + 1 == count && !is_extern))) {
      add(part.token, DeclaredAs::Variable);
    }
  }
}

}  // namespace folio::codegen
