// Diagnostics for a terminal.
#include <algorithm>
#include <string>

#include "dev/diagnostic.hpp"

namespace folio::dev {
namespace {

// Beyond this many further errors, only their count is said: the first ones are what gets mended first.
constexpr std::size_t kErrorsInBrief = 8;
// Notes under the first error: templates bring dozens, of which the user's own lines help.
constexpr std::size_t kNotesShown = 3;

struct Ink {
  std::string_view red, cyan, yellow, dim, bold, off;
};
constexpr Ink kNoInk{};
constexpr Ink kColours{"\x1b[1;31m", "\x1b[36m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"};

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "error";
}

class Writer {
 public:
  explicit Writer(Paint paint) : ink_(paint == Paint::Colour ? kColours : kNoInk) {}

  void whole(const Diagnostic& each) {
    headline(each);
    if (!each.place.file.empty()) {
      add({"  ", ink_.dim, "--> ", ink_.off, ink_.cyan, each.place.text(), ink_.off, "\n"});
    }
    for (const auto& other : each.others) {
      add({"  ", ink_.dim, "--> ", ink_.off, ink_.cyan, other.text(), ink_.off, "\n"});
    }
    frame(each);
    notes(each);
    if (!each.help.empty()) add({"  ", ink_.bold, "help:", ink_.off, " ", each.help, "\n"});
  }

  void brief(const Diagnostic& each) {
    add({"  ", ink_.red, each.code.starts_with('R') ? each.code : std::string(word_of(each.severity)), ink_.off, " "});
    if (!each.place.file.empty()) add({ink_.cyan, each.place.text(), ink_.off, " "});
    add({each.message, "\n"});
  }

  void say(std::string_view text) { add({ink_.dim, text, ink_.off, "\n"}); }
  void gap() { text_ += "\n"; }
  std::string take() { return std::move(text_); }

 private:
  void add(std::initializer_list<std::string_view> parts) {
    for (const auto part : parts) text_ += part;
  }

  void headline(const Diagnostic& each) {
    const auto colour = each.severity == Severity::Error ? ink_.red : ink_.yellow;
    add({colour, word_of(each.severity)});
    if (!each.code.empty()) add({"[", each.code, "]"});
    add({ink_.off, ink_.bold, ": ", each.message, ink_.off, "\n"});
  }

  void frame(const Diagnostic& each) {
    if (each.frame.empty()) return;
    const std::size_t width = std::to_string(each.frame.back().number).size();
    const std::string margin(width, ' ');
    add({ink_.dim, "   ", margin, " |", ink_.off, "\n"});
    for (const auto& line : each.frame) {
      std::string number = std::to_string(line.number);
      number.insert(0, width - number.size(), ' ');
      if (line.marked) {
        add({ink_.red, " > ", ink_.off, number, ink_.dim, " | ", ink_.off, line.text, "\n"});
        if (each.caret != 0) {
          const std::string blanks(each.caret - 1, ' ');
          add({ink_.dim, "   ", margin, " | ", ink_.off, blanks, ink_.red, "^", ink_.off, "\n"});
        }
      } else {
        add({ink_.dim, "   ", number, " | ", line.text, ink_.off, "\n"});
      }
    }
    add({ink_.dim, "   ", margin, " |", ink_.off, "\n"});
  }

  void notes(const Diagnostic& each) {
    std::size_t shown = 0;
    for (const auto& note : each.notes) {
      // Notes about the user's own files and about no file come first; the framework's inside helps nobody here.
      if (note.place.file.starts_with('/') && note.message != "the error is in here") continue;
      if (++shown > kNotesShown) break;
      add({"  ", ink_.dim, "note: ", ink_.off, note.message});
      if (!note.place.file.empty()) add({ink_.dim, " (", note.place.text(), ")", ink_.off});
      text_ += "\n";
    }
  }

  Ink ink_;
  std::string text_;
};

}  // namespace

std::string render_text(const std::vector<Diagnostic>& diagnostics, Paint paint) {
  Writer writer(paint);
  // Errors first, in the order in which they came.
  std::vector<const Diagnostic*> ordered;
  for (const auto severity : {Severity::Error, Severity::Warning, Severity::Note}) {
    for (const auto& each : diagnostics) {
      if (each.severity == severity) ordered.push_back(&each);
    }
  }
  if (ordered.empty()) return {};
  writer.whole(*ordered.front());
  const bool has_error = ordered.front()->severity == Severity::Error;
  std::size_t shown = 0;
  std::size_t left = 0;
  for (std::size_t at = 1; at < ordered.size(); ++at) {
    if (has_error && ordered[at]->severity != Severity::Error) continue;
    if (shown == 0) writer.gap();
    if (shown < kErrorsInBrief) {
      writer.brief(*ordered[at]);
      ++shown;
    } else {
      ++left;
    }
  }
  if (left != 0) writer.say("  … and " + std::to_string(left) + " more");
  return writer.take();
}

}  // namespace folio::dev
