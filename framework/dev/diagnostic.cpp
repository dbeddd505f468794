#include "dev/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <utility>

namespace folio::dev {
namespace {

// Lines shown before and after the one that a message is about.
constexpr std::size_t kFrameBefore = 3;
constexpr std::size_t kFrameAfter = 2;

// Takes escape sequences of terminals (ESC [ … letter) out of a text.
std::string without_colour(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\x1b') {
      if (text[at] != '\r') plain.push_back(text[at]);
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '[') {
      at += 2;
      while (at < text.size() && (text[at] < '@' || text[at] > '~')) ++at;
    }
  }
  return plain;
}

bool take_number_at_end(std::string_view& text, std::size_t& number) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  text.remove_suffix(digits.size() + 1);
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_below(std::string_view path, std::string_view folder) {
  return !folder.empty() && path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

// An absolute path with its `.` and `..` and double slashes resolved by text alone.
std::string absolute(std::string_view path, std::string_view working) {
  std::string whole = path.starts_with('/') ? std::string(path) : std::string(working) + "/" + std::string(path);
  std::vector<std::string_view> parts;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const auto slash = rest.find('/');
    const auto part = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string result;
  for (const auto part : parts) result.append("/").append(part);
  return result;
}

struct Head {
  Place place;
  Severity severity = Severity::Error;
  std::string_view message;
};

constexpr std::array<std::pair<std::string_view, Severity>, 4> kSeverities{{
    {"fatal error: ", Severity::Error},
    {"error: ", Severity::Error},
    {"warning: ", Severity::Warning},
    {"note: ", Severity::Note},
}};

// "file:12:7: error: message", or "program: error: message" of a linker or a driver. False for any other line.
bool parse_head(std::string_view line, Head& head) {
  // The first of the words that begins the line or stands behind ": "; a message may quote the others.
  std::size_t begin = std::string_view::npos;
  for (const auto& [word, severity] : kSeverities) {
    const auto at = line.find(word);
    if (at >= begin || !(at == 0 || (at >= 2 && line.substr(at - 2, 2) == ": "))) continue;
    begin = at;
    head.severity = severity;
    head.message = line.substr(at + word.size());
  }
  if (begin == std::string_view::npos) return false;
  head.place = {};
  if (begin == 0) return true;
  auto where = line.substr(0, begin - 2);
  std::size_t first = 0;
  std::size_t second = 0;
  if (take_number_at_end(where, first)) {
    if (take_number_at_end(where, second)) {
      head.place = {std::string(where), second, first};
    } else {
      head.place = {std::string(where), first, 0};
    }
    return true;
  }
  // A tool's own name ("mold", "/usr/bin/ld.lld-19"); prose that happens to hold "error: " has blanks before it.
  return where.find(' ') == std::string_view::npos;
}

// "message [-Wunused-variable]" → the flag.
std::string take_flag(std::string_view& message) {
  if (!message.ends_with(']')) return {};
  const auto open = message.rfind(" [-W");
  if (open == std::string_view::npos) return {};
  std::string flag(message.substr(open + 2, message.size() - open - 3));
  message = message.substr(0, open);
  return flag;
}

// "static assertion failed due to requirement '…': what to do" → "what to do": an assertion's own sentence says it all.
std::string_view own_sentence(std::string_view message) {
  if (!message.starts_with("static assertion failed")) return message;
  const auto end = message.find("': ");
  if (end != std::string_view::npos) return message.substr(end + 3);
  const auto colon = message.find(": ");
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

// What mends an error of the linker, or one that a library of the system may be behind; empty for any other.
std::string_view help_with(std::string_view message) {
  if (message.starts_with("duplicate symbol: ")) {
    return "keep one, or make each its file's own with `static` or an unnamed namespace; what a header defines is "
           "`inline`; a file that is to take no part is put aside with a `.` before its name";
  }
  if (message.starts_with("undefined symbol: ") || message.starts_with("undefined reference to ")) {
    // The wrapper's namespace: it is the route file itself that declares it.
    if (message.find("folio_app::r_") != std::string_view::npos) {
      return "what a route file declares is its own: define it there, or declare it in a header that the file "
             "includes, "
             "and define it in a private source, which is a .cpp in src/ or one below routes/ whose name, or folder's "
             "name, begins with `_`";
    }
    return "define it in a private source, which is a .cpp in src/ or one below routes/ whose name, or folder's name, "
           "begins with `_`; if it is a library's, name that in folio.toml: [build] packages = [\"…\"], as pkg-config "
           "calls it";
  }
  if (message.ends_with("file not found") || message.ends_with("No such file or directory")) {
    return "mend the name; if it is a library's, install that and name it in folio.toml: "
           "[build] packages = [\"…\"], as pkg-config calls it";
  }
  return {};
}

class Parser {
 public:
  explicit Parser(const SourceRoots& roots) : roots_(roots) {}

  void take(std::string_view line) {
    Head head;
    if (parse_head(line, head)) {
      begin(head);
      return;
    }
    if (take_linker_reference(line)) return;
    // mold and lld explain an error on the lines after it, behind ">>> ".
    if (!found_.empty() && found_.back().place.file.empty() && take_prefix(line, ">>> ")) {
      found_.back().notes.push_back({{}, std::string(line)});
    }
  }

  std::vector<Diagnostic> finish() {
    // What the driver says after the linker's own errors, and ninja's closing words, tell nothing new.
    const bool has_more = std::ranges::any_of(
        found_, [](const auto& each) { return each.severity == Severity::Error && !is_summary(each); });
    if (has_more) std::erase_if(found_, is_summary);
    std::vector<Diagnostic> result;
    for (auto& each : found_) {
      lead_to_user(each);
      // One mistake in a template's argument is found in many of its instantiations.
      const bool known = std::ranges::any_of(result, [&](const auto& other) {
        return other.message == each.message && other.place.text() == each.place.text();
      });
      if (known) continue;
      // Said once: the symbols of a library are missing together.
      const auto help = help_with(each.message);
      if (std::ranges::none_of(result, [&](const auto& other) { return other.help == help; })) each.help = help;
      add_code_frame(each, roots_.base);
      result.push_back(std::move(each));
    }
    return result;
  }

 private:
  static bool is_summary(const Diagnostic& each) {
    return each.place.file.empty() &&
           (each.message.starts_with("linker command failed") || each.message.starts_with("ld returned"));
  }

  void begin(Head& head) {
    Diagnostic next;
    next.severity = head.severity;
    next.code = take_flag(head.message);
    next.message = std::string(own_sentence(head.message));
    if (!head.place.file.empty()) {
      next.place = head.place;
      next.place.file = name_of(absolute(head.place.file, roots_.base));
    }
    if (head.severity == Severity::Note && !found_.empty()) {
      if (next.message.starts_with("expanded from macro 'FOLIO_")) return;  // generated code's, not the user's
      found_.back().notes.push_back({std::move(next.place), std::move(next.message)});
      return;
    }
    found_.push_back(std::move(next));
  }

  // "file.cpp:(.text+0x1f): undefined reference to `name'" of GNU ld and gold.
  bool take_linker_reference(std::string_view line) {
    const auto at = line.find(": undefined reference to ");
    if (at == std::string_view::npos) return false;
    Diagnostic next;
    next.message = std::string(line.substr(at + 2));
    found_.push_back(std::move(next));
    return true;
  }

  [[nodiscard]] bool is_users(const Place& place) const { return !place.file.empty() && !place.file.starts_with('/'); }

  std::string name_of(const std::string& path) const {
    if (is_below(path, roots_.generated) || is_below(path, roots_.framework)) return path;
    if (is_below(path, roots_.app) && is_below(path, roots_.base)) return path.substr(roots_.base.size() + 1);
    return path;
  }

  void lead_to_user(Diagnostic& each) const {
    if (is_users(each.place) || each.place.file.empty()) return;
    auto user = std::ranges::find_if(
        each.notes, [&](const Note& note) { return is_users(note.place) && note.message.ends_with("requested here"); });
    if (user == each.notes.end()) {
      user = std::ranges::find_if(each.notes, [&](const Note& note) { return is_users(note.place); });
    }
    if (user == each.notes.end()) return;
    std::swap(each.place, user->place);
    user->message = "the error is in here";
  }

  const SourceRoots& roots_;
  std::vector<Diagnostic> found_;
};

// Characters (UTF-8 lead bytes) before a byte column.
std::size_t characters_before(std::string_view line, std::size_t byte_column) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at + 1 < byte_column && at < line.size(); ++at) {
    if ((static_cast<unsigned char>(line[at]) & 0xC0U) != 0x80U) ++characters;
  }
  return characters;
}

}  // namespace

std::string Place::text() const {
  std::string result = file;
  if (line != 0) result += ":" + std::to_string(line);
  if (line != 0 && column != 0) result += ":" + std::to_string(column);
  return result;
}

std::vector<Diagnostic> parse_compiler_output(std::string_view output, const SourceRoots& roots) {
  const std::string plain = without_colour(output);
  Parser parser(roots);
  std::string_view rest = plain;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    parser.take(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return parser.finish();
}

void add_code_frame(Diagnostic& diagnostic, const std::string& base) {
  const auto& place = diagnostic.place;
  if (place.file.empty() || place.line == 0) return;
  std::ifstream file(place.file.starts_with('/') ? place.file : base + "/" + place.file);
  std::string text;
  std::vector<FrameLine> frame;
  bool found = false;
  for (std::size_t number = 1; number <= place.line + kFrameAfter && std::getline(file, text); ++number) {
    if (number + kFrameBefore < place.line) continue;
    if (text.ends_with('\r')) text.pop_back();
    // A tab is as wide as its reader likes; two blanks keep the caret where it belongs.
    std::string shown;
    std::size_t caret = number == place.line && place.column != 0 ? characters_before(text, place.column) + 1 : 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\t') {
        shown += "  ";
        if (caret != 0 && at + 1 < place.column) ++caret;
      } else {
        shown += text[at];
      }
    }
    if (number == place.line) {
      found = true;
      diagnostic.caret = caret;
    }
    frame.push_back({number, std::move(shown), number == place.line});
  }
  if (found) diagnostic.frame = std::move(frame);
}

std::size_t count_errors(const std::vector<Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(
      std::ranges::count_if(diagnostics, [](const auto& each) { return each.severity == Severity::Error; }));
}

}  // namespace folio::dev
