#include "codegen/lexer.hpp"

#include <array>
#include <utility>

namespace folio::codegen {
namespace {

constexpr char kEnd = '\0';

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 128;
}
bool is_word(char c) {
  return is_word_start(c) || is_digit(c);
}

// The characters of a source as phase 2 leaves them: "Each sequence of a backslash character immediately followed by
// zero or more whitespace characters other than new-line followed by a new-line character is deleted".
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) { skip_splices(); }

  [[nodiscard]] bool at_end() const { return position_.offset >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? kEnd : text_[position_.offset]; }
  [[nodiscard]] char peek_next() const {
    if (at_end()) return kEnd;
    Cursor ahead = *this;
    ahead.advance();
    return ahead.peek();
  }
  [[nodiscard]] const Position& position() const { return position_; }

  void advance() {
    step();
    skip_splices();
  }

  // As in a raw string, where phase 2 is undone.
  void advance_raw() { step(); }
  void resume_splicing() { skip_splices(); }

  bool accept(char c) {
    if (at_end() || peek() != c) return false;
    advance();
    return true;
  }

 private:
  void step() {
    if (at_end()) return;
    if (text_[position_.offset] == '\n') {
      ++position_.line;
      position_.column = 1;
    } else {
      ++position_.column;
    }
    ++position_.offset;
  }

  void skip_splices() {
    while (!at_end() && text_[position_.offset] == '\\') {
      std::size_t at = position_.offset + 1;
      while (at < text_.size() && is_blank(text_[at])) ++at;
      if (at >= text_.size() || text_[at] != '\n') return;
      while (position_.offset <= at) step();
    }
  }

  std::string_view text_;
  Position position_;
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : cursor_(source) {}

  Lexed run() && {
    while (!cursor_.at_end()) next();
    return std::move(lexed_);
  }

 private:
  void next();
  void word(std::string& text);
  void identifier();
  void number();
  void quoted(char quote, std::string* text);
  void raw_string(const Position& begin, std::string* text);
  bool comment();
  void punctuator();
  void directive(const Position& begin);
  void directive_argument(Lexeme& made);
  void header_name(Lexeme& made);
  void blanks_in_directive();

  void add(LexemeKind kind, std::string text, const Position& position) {
    lexed_.lexemes.push_back({kind, std::move(text), position, {}});
    line_is_bare_ = false;
  }

  Cursor cursor_;
  Lexed lexed_;
  bool line_is_bare_ = true;  // only white space and comments so far: a `#` begins a directive
};

void Lexer::next() {
  const char c = cursor_.peek();
  if (c == '\n') {
    line_is_bare_ = true;
    cursor_.advance();
  } else if (is_blank(c)) {
    cursor_.advance();
  } else if (comment()) {
    // Nothing but white space.
  } else if (is_word_start(c)) {
    identifier();
  } else if (is_digit(c) || (c == '.' && is_digit(cursor_.peek_next()))) {
    number();
  } else if (c == '"' || c == '\'') {
    const Position begin = cursor_.position();
    quoted(c, nullptr);
    add(c == '"' ? LexemeKind::String : LexemeKind::Character, {}, begin);
  } else {
    punctuator();
  }
}

bool Lexer::comment() {
  if (cursor_.peek() != '/') return false;
  const char kind = cursor_.peek_next();
  if (kind != '/' && kind != '*') return false;
  const Position begin = cursor_.position();
  cursor_.advance();
  cursor_.advance();
  if (kind == '/') {
    while (!cursor_.at_end() && cursor_.peek() != '\n') cursor_.advance();
    return true;
  }
  while (!cursor_.at_end()) {
    if (cursor_.peek() == '*' && cursor_.peek_next() == '/') {
      cursor_.advance();
      cursor_.advance();
      return true;
    }
    cursor_.advance();
  }
  if (!lexed_.unclosed) lexed_.unclosed = Unclosed{"comment", "end it with `*/`", begin};
  return true;
}

void Lexer::word(std::string& text) {
  while (!cursor_.at_end() && is_word(cursor_.peek())) {
    text += cursor_.peek();
    cursor_.advance();
  }
}

void Lexer::identifier() {
  const Position begin = cursor_.position();
  std::string text;
  word(text);
  const char quote = cursor_.peek();
  if (quote == '"' && (text == "R" || text == "LR" || text == "uR" || text == "UR" || text == "u8R")) {
    raw_string(begin, nullptr);
    add(LexemeKind::String, {}, begin);
  } else if ((quote == '"' || quote == '\'') && (text == "L" || text == "u" || text == "U" || text == "u8")) {
    quoted(quote, nullptr);
    add(quote == '"' ? LexemeKind::String : LexemeKind::Character, {}, begin);
  } else {
    add(LexemeKind::Identifier, std::move(text), begin);
  }
}

// [lex.ppnumber]: digits, letters, dots, signs behind an exponent, and ' between digits or letters: 1'000, 0x1'fp-3.
void Lexer::number() {
  const Position begin = cursor_.position();
  char last = kEnd;
  while (!cursor_.at_end()) {
    const char c = cursor_.peek();
    const bool exponent = last == 'e' || last == 'E' || last == 'p' || last == 'P';
    const bool separator = c == '\'' && is_word(cursor_.peek_next());
    if (!is_word(c) && c != '.' && !separator && !((c == '+' || c == '-') && exponent)) break;
    last = c;
    cursor_.advance();
  }
  add(LexemeKind::Number, {}, begin);
}

// A string or character literal with its quotes. An unclosed one ends with its line.
void Lexer::quoted(char quote, std::string* text) {
  const auto take = [&] {
    if (text != nullptr) *text += cursor_.peek();
    cursor_.advance();
  };
  take();
  while (!cursor_.at_end() && cursor_.peek() != '\n') {
    const char c = cursor_.peek();
    take();
    if (c == quote) {
      std::string suffix;
      word(suffix);  // "…"_json
      if (text != nullptr) *text += suffix;
      return;
    }
    if (c == '\\' && !cursor_.at_end() && cursor_.peek() != '\n') take();
  }
}

// [lex.string]: R"delimiter( … )delimiter". The cursor stands at the quote.
void Lexer::raw_string(const Position& begin, std::string* text) {
  std::string closing = ")";
  const auto take = [&] {
    const char c = cursor_.peek();
    if (text != nullptr) *text += c;
    cursor_.advance_raw();
    return c;
  };
  take();
  while (!cursor_.at_end() && cursor_.peek() != '(') {
    const char c = cursor_.peek();
    if (c == '\n' || c == '"' || c == ')' || closing.size() > 16) {  // no raw string after all: malformed
      cursor_.resume_splicing();
      return;
    }
    closing += take();
  }
  closing += '"';
  std::string tail;
  while (!cursor_.at_end()) {
    tail += take();
    if (tail.size() > closing.size()) tail.erase(0, 1);
    if (tail == closing) {
      cursor_.resume_splicing();
      std::string suffix;
      word(suffix);
      if (text != nullptr) *text += suffix;
      return;
    }
  }
  if (!lexed_.unclosed) lexed_.unclosed = Unclosed{"raw string", "end it with `" + closing + "`", begin};
}

void Lexer::punctuator() {
  const Position begin = cursor_.position();
  const char first = cursor_.peek();
  if (first == '#' && line_is_bare_) {
    cursor_.advance();
    directive(begin);
    return;
  }
  cursor_.advance();
  const char second = cursor_.peek();
  // Digraphs: [lex.digraph]. "<::" is "<" and "::" unless another ":" or a ">" follows.
  if (first == '%' && second == ':') {
    cursor_.advance();
    if (line_is_bare_) {
      directive(begin);
    } else {
      add(LexemeKind::Punctuator, "#", begin);
    }
    return;
  }
  constexpr std::array<std::array<char, 3>, 4> kDigraphs{
      {{'<', '%', '{'}, {'%', '>', '}'}, {':', '>', ']'}, {'<', ':', '['}}};
  for (const auto& [one, two, meant] : kDigraphs) {
    if (first != one || second != two) continue;
    if (meant == '[') {
      Cursor ahead = cursor_;
      ahead.advance();
      if (ahead.accept(':') && ahead.peek() != ':' && ahead.peek() != '>') break;
    }
    cursor_.advance();
    add(LexemeKind::Punctuator, std::string(1, meant), begin);
    return;
  }
  std::string text(1, first);
  // Only those whose parts would mean something else to a reader of declarations; `>>` stays two angle brackets.
  constexpr std::string_view kBeforeEquals = "=!<>+-*/%&|^";
  const bool with_equals = second == '=' && kBeforeEquals.find(first) != std::string_view::npos;
  const bool doubled = second == first && (first == ':' || first == '&' || first == '|' || first == '+');
  if (with_equals || doubled || (first == '-' && (second == '>' || second == '-'))) {
    text += second;
    cursor_.advance();
    if (text == "<=" && cursor_.peek() == '>') {
      text += '>';
      cursor_.advance();
    }
  }
  add(LexemeKind::Punctuator, std::move(text), begin);
}

// White space and comments, up to the end of the line; a comment may run over several lines.
void Lexer::blanks_in_directive() {
  while (is_blank(cursor_.peek()) || (cursor_.peek() == '/' && comment())) {
    if (is_blank(cursor_.peek())) cursor_.advance();
  }
}

void Lexer::directive(const Position& begin) {
  Lexeme made{LexemeKind::Directive, {}, begin, {}};
  blanks_in_directive();
  word(made.text);
  blanks_in_directive();
  if (made.text == "include" || made.text == "include_next" || made.text == "import" || made.text == "embed") {
    header_name(made);
  }
  directive_argument(made);
  while (!made.argument.empty() && (is_blank(made.argument.back()))) made.argument.pop_back();
  lexed_.lexemes.push_back(std::move(made));
  line_is_bare_ = true;
}

// [lex.header]: what looks like a comment or an escape inside <…> or "…" is part of the name.
void Lexer::header_name(Lexeme& made) {
  const char open = cursor_.peek();
  if (open != '<' && open != '"') return;
  const char close = open == '<' ? '>' : '"';
  do {
    made.argument += cursor_.peek();
    cursor_.advance();
  } while (!cursor_.at_end() && cursor_.peek() != '\n' && cursor_.peek() != close);
  if (cursor_.accept(close)) made.argument += close;
}

void Lexer::directive_argument(Lexeme& made) {
  while (!cursor_.at_end() && cursor_.peek() != '\n') {
    const char c = cursor_.peek();
    if (comment()) {
      made.argument += ' ';
    } else if (c == '"' || c == '\'') {
      quoted(c, &made.argument);
    } else if (is_word_start(c)) {
      const Position begin = cursor_.position();
      std::string text;
      word(text);
      made.argument += text;
      if (cursor_.peek() == '"' && text.ends_with('R') && text.size() <= 3) raw_string(begin, &made.argument);
    } else if (is_digit(c)) {
      char last = kEnd;
      while (is_word(cursor_.peek()) || cursor_.peek() == '.' ||
             (cursor_.peek() == '\'' && last != kEnd && is_word(cursor_.peek_next()))) {
        last = cursor_.peek();
        made.argument += last;
        cursor_.advance();
      }
    } else {
      made.argument += c;
      cursor_.advance();
    }
  }
}

}  // namespace

Lexed lex(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace folio::codegen
