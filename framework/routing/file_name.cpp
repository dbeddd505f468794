// parse_route and parse_folder: from a file name to its segments, or to what is wrong with it.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/percent.hpp"
#include "routing/pattern.hpp"
#include "routing/source.hpp"

namespace folio::routing {
namespace {

constexpr auto kKeywords = std::to_array<std::string_view>(
    {"alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
     "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char16_t",
     "char32_t",    "char8_t",  "class",      "co_await",  "co_return", "co_yield",     "compl",
     "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
     "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
     "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
     "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
     "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
     "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
     "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
     "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
     "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
     "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
     "xor_eq"});

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_identifier(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::ranges::all_of(name, is_word_character);
}

// The nearest identifier, to be offered: "user-id" -> "user_id".
std::string identifier_from(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (is_word_character(c)) {
      result += c;
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
  }
  while (result.ends_with('_')) result.pop_back();
  if (result.empty() || (result[0] >= '0' && result[0] <= '9')) result.insert(0, "p");
  if (std::ranges::find(kKeywords, result) != kKeywords.end()) result += "_name";
  return result;
}

std::string hex_escape(char c) {
  constexpr char kDigits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'[', 'x', '+', kDigits[byte >> 4], kDigits[byte & 15], ']'};
}

// The length of the UTF-8 sequence that begins at `at`, 0 when there is none (Unicode table 3-7).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    unsigned low = 0x80;
    unsigned high = 0xbf;
    if (i == 1 && lead == 0xe0) low = 0xa0;
    if (i == 1 && lead == 0xed) high = 0x9f;
    if (i == 1 && lead == 0xf0) low = 0x90;
    if (i == 1 && lead == 0xf4) high = 0x8f;
    if (byte(i) < low || byte(i) > high) return 0;
  }
  return length;
}

std::string describe(char c) {
  if (c == ' ') return "a space";
  if (c == '\t') return "a tab";
  if (c == '\n' || c == '\r') return "a line break";
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7f) return "a control character";
  if (byte >= 0x80) return "a byte that is not UTF-8";
  return {'`', c, '`'};
}

class NameParser {
 public:
  // `file` is what the messages speak of.
  explicit NameParser(std::string_view file) : file_(file) {}

  void folders(std::string_view folder) {
    for (std::size_t at = 0; !folder.empty() && at <= folder.size();) {
      const std::size_t slash = std::min(folder.find('/', at), folder.size());
      const std::string_view component = folder.substr(at, slash - at);
      if (is_group(component)) {
        group(component);
      } else {
        this->component(component);
      }
      at = slash + 1;
    }
  }

  void component(std::string_view text);

  ParsedName finish() &&;

 private:
  static bool is_group(std::string_view component) {
    return component.size() >= 2 && component.front() == '(' && component.back() == ')';
  }

  void fault(std::string code, std::string message, std::string help) {
    parsed_.faults.push_back({std::move(code), std::move(message), std::move(help)});
  }

  bool characters(std::string_view component);
  void group(std::string_view component);
  void bracket(std::string_view component, std::string_view inner, bool doubled, Segment& segment);
  std::optional<char> escape(std::string_view component, std::string_view digits);
  void parameter_name(std::string_view component, std::string_view name);

  std::string_view file_;
  ParsedName parsed_;
  std::size_t optionals_ = 0;
};

bool NameParser::characters(std::string_view component) {
  constexpr std::string_view kForbidden = ";#%$\"'\\:*?<>|";
  for (std::size_t at = 0; at < component.size();) {
    const char c = component[at];
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t length = utf8_length(component, at);
    if (byte <= 0x20 || byte == 0x7f || kForbidden.find(c) != std::string_view::npos || length == 0) {
      std::string mended(component.substr(0, at));
      mended += hex_escape(c);
      // Only what can be shown: the rest of the name may hold more of the kind.
      std::string rest(component.substr(at + 1));
      std::erase_if(rest, [](char r) { return static_cast<unsigned char>(r) < 0x20 || r == 0x7f; });
      fault("R012", describe(c) + " is not allowed in the name of a route",
            length == 0 ? "name the file in UTF-8, or write each such byte by its code: " + hex_escape(c)
                        : "write it by its code, " + hex_escape(c) + ": `" + mended + rest + "`");
      return false;
    }
    at += length;
  }
  return true;
}

void NameParser::group(std::string_view component) {
  if (!characters(component)) return;
  const std::string_view name = component.substr(1, component.size() - 2);
  if (name.empty()) {
    fault("R012", "a group has no name: `()`", "name it, as in `(admin)`");
  } else if (name.find_first_of("[]()") != std::string_view::npos) {
    fault("R012", "the name of a group is plain text: `" + std::string(component) + "`",
          "take the brackets out: a group takes no part in the path");
  }
}

std::optional<char> NameParser::escape(std::string_view component, std::string_view digits) {
  const int high = digits.size() == 2 ? base::hex_value(digits[0]) : -1;
  const int low = digits.size() == 2 ? base::hex_value(digits[1]) : -1;
  if (high < 0 || low < 0) {
    fault("R012", "`[x+" + std::string(digits) + "]` in `" + std::string(component) + "` is no character's code",
          "write two hexadecimal digits: `[x+2e]` is a dot");
    return std::nullopt;
  }
  const char c = static_cast<char>(high * 16 + low);
  if (c == '\0') {
    fault("R012", "`[x+00]` in `" + std::string(component) + "` can never be in a path: a NUL in one is refused",
          "take it out");
    return std::nullopt;
  }
  return c;
}

void NameParser::parameter_name(std::string_view component, std::string_view name) {
  if (name.empty()) {
    fault("R005", "a parameter has no name: `" + std::string(component) + "`", "name it, as in `[id]`");
  } else if (!is_identifier(name)) {
    fault("R005", "`" + std::string(name) + "` cannot be a parameter's name: it is no C++ identifier",
          "letters, digits and `_`, no digit first: `" + identifier_from(name) + "`");
  } else if (std::ranges::find(kKeywords, name) != kKeywords.end()) {
    fault("R005", "`" + std::string(name) + "` cannot be a parameter's name: it is a keyword of C++",
          "choose another name: `" + identifier_from(name) + "`");
  }
}

// One `[…]` or `[[…]]` that is a parameter.
void NameParser::bracket(std::string_view component, std::string_view inner, bool doubled, Segment& segment) {
  const bool catch_all = inner.starts_with("...");
  if (catch_all) inner.remove_prefix(3);
  std::string_view name = inner;
  const std::size_t equals = inner.find('=');
  if (equals != std::string_view::npos) {
    name = inner.substr(0, equals);
    segment.matcher = inner.substr(equals + 1);
    if (segment.matcher.empty()) {
      fault("R006", "no matcher stands behind the `=` of `" + std::string(component) + "`",
            "name one, as in `[" + std::string(name.empty() ? "id" : name) + "=int]`, or take the `=` out");
    }
  }
  parameter_name(component, name);
  segment.name = name;
  if (catch_all) {
    segment.kind = doubled ? SegmentKind::OptionalCatchAll : SegmentKind::CatchAll;
    if (!segment.matcher.empty()) {
      fault("R006", "a catch-all takes no matcher: `" + std::string(component) + "`",
            "take `=" + segment.matcher + "` out, and check the value in the handler");
    }
  } else {
    segment.kind = segment.matcher.empty() ? SegmentKind::Parameter : SegmentKind::Matched;
    segment.optional = doubled;
    if (doubled) ++optionals_;
  }
}

void NameParser::component(std::string_view text) {
  if (!characters(text)) return;
  if (is_group(text)) {
    fault("R012", "a group is a folder, and `" + std::string(text) + "` is a file",
          "make it `" + std::string(text) + "/index.cpp`, or write a parenthesis by its code: `[x+28]`");
    return;
  }
  Segment segment;
  std::size_t parameters = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::string& literal = parameters == 0 ? segment.text : segment.suffix;
    if (text[at] != '[' && text[at] != ']') {
      literal += text[at++];
      continue;
    }
    const bool doubled = text.substr(at).starts_with("[[");
    const std::size_t begin = at + (doubled ? 2 : 1);
    const std::size_t end = text[at] == ']' ? std::string_view::npos : text.find(doubled ? "]]" : "]", begin);
    const std::string_view inner = end == std::string_view::npos ? std::string_view{} : text.substr(begin, end - begin);
    if (end == std::string_view::npos || inner.find('[') != std::string_view::npos ||
        inner.find(']') != std::string_view::npos) {
      fault("R012", "the brackets of `" + std::string(text) + "` do not pair",
            "a parameter is `[id]`, an optional one `[[id]]`; a bracket itself is written `[x+5b]` or `[x+5d]`");
      return;
    }
    at = end + (doubled ? 2 : 1);
    if (!doubled && inner.starts_with("x+")) {
      const auto c = escape(text, inner.substr(2));
      if (!c) return;
      literal += *c;
      continue;
    }
    if (++parameters > 1) {
      fault("R005", "`" + std::string(text) + "` has two parameters in one segment",
            "give each a segment of its own, or take the whole as one parameter and split it in the handler");
      return;
    }
    bracket(text, inner, doubled, segment);
  }
  if (parameters == 1 && (!segment.text.empty() || !segment.suffix.empty())) {
    if (segment.is_catch_all()) {
      fault("R004", "a catch-all is a segment of its own, and in `" + std::string(text) + "` text stands beside it",
            "move the text into a folder above: `" + segment.text + segment.suffix + "/[..." + segment.name + "]`");
    } else if (segment.optional) {
      fault("R005",
            "an optional parameter is a segment of its own, and in `" + std::string(text) + "` text stands beside it",
            "make two files of it, one without the parameter");
    }
    segment.kind = SegmentKind::Mixed;
  }
  parsed_.pattern.segments.push_back(std::move(segment));
}

ParsedName NameParser::finish() && {
  const auto& segments = parsed_.pattern.segments;
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < segments.size(); ++at) {
    const Segment& segment = segments[at];
    if (segment.is_catch_all() && at + 1 < segments.size()) {
      fault("R004",
            "`" + to_string(segment) + "` takes the whole rest of the path, and `" + to_string(segments[at + 1]) +
                "` stands behind it",
            "make it one segment, `[" + segment.name + "]`, or move the catch-all to the end");
    }
    if (!segment.has_parameter() || segment.name.empty()) continue;
    if (std::ranges::find(names, segment.name) != names.end()) {
      fault("R005", "the parameter `" + segment.name + "` stands twice in `" + std::string(file_) + "`",
            "name each for what it is, as in `users/[user_id]/posts/[post_id].cpp`");
    }
    names.push_back(segment.name);
  }
  if (names.size() > kMaxParameters) {
    fault("R005",
          "`" + std::string(file_) + "` has " + std::to_string(names.size()) + " parameters; " +
              std::to_string(kMaxParameters) + " is the limit",
          "take the rest as a catch-all: `[...rest].cpp`");
  }
  if (optionals_ > kMaxOptionals) {
    fault("R003",
          "`" + std::string(file_) + "` has " + std::to_string(optionals_) + " optional segments; " +
              std::to_string(kMaxOptionals) + " is the limit, as each doubles the number of its paths",
          "take them as an optional catch-all: `[[...rest]].cpp`");
  }
  return std::move(parsed_);
}

}  // namespace

ParsedName parse_route(std::string_view file) {
  NameParser parser(file);
  parser.folders(folder_of(file));
  std::string_view stem = file_name_of(file);
  if (stem.ends_with(".cpp")) stem.remove_suffix(4);
  if (stem != "index") parser.component(stem);
  return std::move(parser).finish();
}

ParsedName parse_folder(std::string_view folder) {
  NameParser parser(folder);
  parser.folders(folder);
  return std::move(parser).finish();
}

}  // namespace folio::routing
