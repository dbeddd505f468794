#include "codegen/source_facts.hpp"

#include <algorithm>
#include <array>

namespace folio::codegen {
namespace {

// What is known about a condition without a preprocessor.
enum class Truth : std::uint8_t { False, True, Unknown };

Truth negate(Truth truth) {
  return truth == Truth::Unknown ? truth : truth == Truth::True ? Truth::False : Truth::True;
}

Truth evaluate(std::string_view condition) {
  const auto trim = [](std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  };
  condition = trim(condition);
  if (condition.starts_with('!')) return negate(evaluate(condition.substr(1)));
  if (condition.starts_with('(') && condition.ends_with(')')) {
    condition = trim(condition.substr(1, condition.size() - 2));
  }
  if (condition == "0" || condition == "false") return Truth::False;
  if (condition == "1" || condition == "true") return Truth::True;
  return Truth::Unknown;
}

Truth defined(std::string_view macro) {
  return macro == "__cplusplus" ? Truth::True : Truth::Unknown;
}

Marker read_marker(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  const auto trim_front = [&] {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  };
  trim_front();
  if (!line.starts_with("//")) return Marker::None;
  line.remove_prefix(2);
  trim_front();
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
  return line == "'api'" ? Marker::Api : line == "'ui'" ? Marker::Ui : Marker::None;
}

class SourceReader {
 public:
  explicit SourceReader(std::string_view text) : text_(text), reader_(facts_.declared) {}

  SourceFacts read() && {
    facts_.marker = read_marker(text_);
    const Lexed lexed = lex(text_);
    for (const Lexeme& lexeme : lexed.lexemes) {
      if (lexeme.kind == LexemeKind::Directive) {
        directive(lexeme);
      } else if (live_) {
        token(lexeme);
      }
    }
    find_named_queries(lexed.lexemes);
    cut();
    judge_includes();
    balance(lexed);
    remove_repeated();
    return std::move(facts_);
  }

 private:
  void find_named_queries(const std::vector<Lexeme>& lexemes) {
    for (std::size_t i = 0; i + 2 < lexemes.size(); ++i) {
      if (lexemes[i].kind == LexemeKind::Identifier && lexemes[i].text == "Query" &&
          lexemes[i + 1].kind == LexemeKind::Punctuator && lexemes[i + 1].text == "<" &&
          lexemes[i + 2].kind == LexemeKind::String) {
        facts_.named_queries.push_back(lexemes[i].position.offset);
      }
    }
  }

  // One #if … #endif that is open.
  struct Conditional {
    Position position;                             // of its `#`
    bool was_live = true;                          // the place that it stands in
    bool settled = false;                          // a branch was certainly taken: the rest is dead
    DeclarationReader before;                      // as things stood at the #if
    std::optional<DeclarationReader> after_first;  // as its first live branch left them
  };

  void token(const Lexeme& lexeme) {
    if (!first_) {
      first_ = lexeme.position;
      if (!open_.empty()) around_first_ = open_.front().position;
    }
    reader_.read(lexeme);
  }

  void directive(const Lexeme& lexeme) {
    const std::string& name = lexeme.text;
    const std::string& argument = lexeme.argument;
    if (name == "if") {
      begin_if(lexeme.position, evaluate(argument));
    } else if (name == "ifdef") {
      begin_if(lexeme.position, defined(argument));
    } else if (name == "ifndef") {
      begin_if(lexeme.position, negate(defined(argument)));
    } else if (name == "elif") {
      next_branch(evaluate(argument));
    } else if (name == "elifdef" || name == "elifndef") {
      next_branch(Truth::Unknown);
    } else if (name == "else") {
      next_branch(Truth::True);
    } else if (name == "endif") {
      end_if();
    } else if (name == "include" && live_) {
      include(lexeme);
    }
  }

  void begin_if(const Position& position, Truth truth) {
    open_.push_back({position, live_, truth == Truth::True, reader_, std::nullopt});
    live_ = live_ && truth != Truth::False;
  }

  void leave_branch() {
    Conditional& conditional = open_.back();
    if (!live_) return;
    if (!conditional.after_first) {
      conditional.after_first = reader_;
    } else if (conditional.after_first->depth() != reader_.depth()) {
      uncertain_ = true;
    }
  }

  void next_branch(Truth truth) {
    if (open_.empty()) return;
    leave_branch();
    Conditional& conditional = open_.back();
    reader_ = conditional.before;
    live_ = conditional.was_live && !conditional.settled && truth != Truth::False;
    conditional.settled = conditional.settled || truth == Truth::True;
  }

  void end_if() {
    if (open_.empty()) return;
    leave_branch();
    Conditional& conditional = open_.back();
    if (conditional.after_first) {
      // Without an #else, what stands before the #if is a branch too.
      if (!conditional.settled && conditional.after_first->depth() != conditional.before.depth()) uncertain_ = true;
      reader_ = *conditional.after_first;
    }
    live_ = conditional.was_live;
    open_.pop_back();
  }

  void include(const Lexeme& lexeme) {
    std::string_view argument = lexeme.argument;
    if (argument.size() < 2 || (argument.front() != '<' && argument.front() != '"')) return;  // by a macro: as it is
    const bool quoted = argument.front() == '"';
    const std::size_t end = argument.find(quoted ? '"' : '>', 1);
    if (end == std::string_view::npos) return;
    Include made{std::string(argument.substr(1, end - 1)), quoted, lexeme.position};
    made.late = first_.has_value() && reader_.between_declarations();
    facts_.includes.push_back(std::move(made));
  }

  void cut() {
    if (!first_) {
      facts_.cut = end_of_text();
    } else if (around_first_) {
      facts_.cut = line_start(*around_first_);
    } else {
      facts_.cut = line_start(*first_);
    }
  }

  // The beginning of the line, unless a comment of several lines ends on it.
  [[nodiscard]] Position line_start(const Position& position) const {
    const std::size_t start = position.offset - (position.column - 1);
    std::string_view before = text_.substr(start, position.column - 1);
    const bool after_comment = before.find("*/") != std::string_view::npos && !opens_its_comments(before);
    return after_comment ? position : Position{start, position.line, 1};
  }

  static bool opens_its_comments(std::string_view line) {
    while (true) {
      const std::size_t closes = line.find("*/");
      if (closes == std::string_view::npos) return true;
      if (line.find("/*") > closes) return false;
      line.remove_prefix(closes + 2);
    }
  }

  [[nodiscard]] Position end_of_text() const {
    Position end{text_.size(), 1, 1};
    end.line += static_cast<std::size_t>(std::ranges::count(text_, '\n'));
    return end;
  }

  // An #include that stands before the first declaration but in the same #if cannot be hoisted either.
  void judge_includes() {
    for (Include& include : facts_.includes) {
      if (include.late || include.position.offset < facts_.cut.offset || !first_) continue;
      if (include.position.offset < first_->offset) include.late = include.inside_if = true;
    }
  }

  void balance(const Lexed& lexed) {
    if (lexed.unclosed) {
      facts_.unbalanced =
          BraceFault{"a " + lexed.unclosed->what + " is never closed", lexed.unclosed->help, lexed.unclosed->position};
    } else if (uncertain_) {
      return;  // braces that depend on a macro: the compiler will say
    } else if (const auto stray = reader_.stray_brace()) {
      facts_.unbalanced =
          BraceFault{"this `}` closes nothing", "take it out, or open the `{` that it belongs to", *stray};
    } else if (const auto unclosed = reader_.unclosed()) {
      const std::string closer = unclosed->bracket == '(' ? ")" : unclosed->bracket == '[' ? "]" : "}";
      facts_.unbalanced = BraceFault{"this `" + std::string(1, unclosed->bracket) + "` is never closed",
                                     "close it with a `" + closer + "`", unclosed->position};
    }
  }

  // A declaration that an #if splits is found once for each branch that ends it.
  void remove_repeated() {
    auto& all = facts_.declared;
    std::ranges::sort(all, {}, [](const Declared& one) { return one.position.offset; });
    const auto same = [](const Declared& a, const Declared& b) { return a.position.offset == b.position.offset; };
    all.erase(std::unique(all.begin(), all.end(), same), all.end());
  }

  std::string_view text_;
  SourceFacts facts_;
  DeclarationReader reader_;
  std::vector<Conditional> open_;
  bool live_ = true;
  bool uncertain_ = false;
  std::optional<Position> first_;         // of the first declaration
  std::optional<Position> around_first_;  // the outermost #if that holds it
};

}  // namespace

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

SourceFacts read_source(std::string_view text) {
  return SourceReader(without_bom(text)).read();
}

}  // namespace folio::codegen
