// What is wrong with an app's sources, as a value: from the compiler, the linker or the route scanner, and how it is
// shown. Parsing and rendering are pure but for the code frame, which is read from the user's file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace folio::dev {

enum class Severity { Error, Warning, Note };

// A position in a source. Lines and columns count from 1 (columns in bytes); 0: unknown.
struct Place {
  std::string file;  // relative to SourceRoots::base when it is the user's, else absolute
  std::size_t line = 0;
  std::size_t column = 0;

  // file:line:column, as far as they are known.
  [[nodiscard]] std::string text() const;
};

struct FrameLine {
  std::size_t number = 0;
  std::string text;
  bool marked = false;  // the line that the message is about
};

struct Note {
  Place place;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;  // R001, or the compiler's -Wflag; empty for most errors
  std::string message;
  Place place;                // no file for what belongs to none (a linker's error)
  std::vector<Place> others;  // further files that it is as much about
  std::vector<Note> notes;
  std::string help;
  std::vector<FrameLine> frame;  // empty when the file cannot be read
  std::size_t caret = 0;         // column in the marked line, in characters; 0: none
};

// Which paths mean what. Absolute, without a slash at the end; empty for none.
struct SourceRoots {
  std::string app;        // files below it are the user's
  std::string base;       // what their names are shown relative to, and relative names in the output are relative to
  std::string framework;  // files below it are ours, even where it lies in the app
  std::string generated;  // the same for generated ones
};

// The diagnostics in the plain text output of clang or gcc and their linkers (colours are dropped). An error in a
// framework header that a user's file led to is moved to the user's line; the header becomes a note.
[[nodiscard]] std::vector<Diagnostic> parse_compiler_output(std::string_view output, const SourceRoots& roots);

// Reads the lines around the place into `frame`; nothing when the file or the line does not exist.
// Relative file names are taken as relative to `base`.
void add_code_frame(Diagnostic& diagnostic, const std::string& base);

enum class Paint { Plain, Colour };
// For a terminal: the first error whole, with its frame and the notes that help; of the others one line each.
[[nodiscard]] std::string render_text(const std::vector<Diagnostic>& diagnostics, Paint paint);

[[nodiscard]] std::size_t count_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace folio::dev
