#include "codegen/emit.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "codegen/manifest.hpp"

namespace folio::codegen {
namespace {

using routing::Kind;

std::string cpp_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string_view macro_of(Kind kind) {
  switch (kind) {
    case Kind::Middleware:
      return "FOLIO_MIDDLEWARE_UNIT";
    case Kind::Error:
      return "FOLIO_ERROR_UNIT";
    case Kind::NotFound:
      return "FOLIO_NOT_FOUND_UNIT";
    case Kind::Matcher:
      return "FOLIO_MATCHER_UNIT";
    case Kind::Route:
      break;
  }
  return "FOLIO_ROUTE_UNIT";
}

// One wrapper. Lines are counted as they are written, so that `#line` can lead back to the generated file.
class Wrapper {
 public:
  Wrapper(const ScannedFile& scanned, const Unit& unit, std::string_view prefix)
      : scanned_(scanned), unit_(unit), display_(fmt::format("{}/{}", prefix, scanned.file)) {}

  std::string write() && {
    const Position& cut = scanned_.facts.cut;
    add(fmt::format("{} from {}: changes made here are lost.\n", kGeneratedMark, display_));
    add("#include <folio/prelude.hpp>\n");
    users_line(1);
    user_text(0, cut.offset);
    add(fmt::format("namespace folio_app::{} {{\nusing namespace folio::absent;\n", unit_.name));
    users_line(cut.line);
    add(std::string(cut.column - 1, ' '));
    user_text(cut.offset, scanned_.text.size());
    own_line();
    file_struct();
    if (unit_.kind == Kind::Route) checks();
    own_line();
    add(fmt::format("{}\n}}\n", macro_of(unit_.kind)));
    add(fmt::format("#ifdef FOLIO_SHARED_ROUTE\nFOLIO_EXPORT_UNIT(folio_app::{})\n#endif\n", unit_.name));
    return std::move(text_);
  }

 private:
  void add(std::string_view text) {
    line_ += static_cast<std::size_t>(std::ranges::count(text, '\n'));
    text_ += text;
  }
  void users_line(std::size_t line) { add(fmt::format("#line {} {}\n", line, cpp_string(display_))); }
  void own_line() { add(fmt::format("#line {} {}\n", line_ + 1, cpp_string(unit_.name + ".cpp"))); }

  // A part of the user's file, whole lines: what comes behind it must begin a line of its own.
  void user_text(std::size_t from, std::size_t to) {
    const std::string_view text(scanned_.text);
    std::size_t at = from;
    for (const std::size_t query : scanned_.facts.named_queries) {
      if (query < from || query >= to) continue;
      add(text.substr(at, query - at));
      add("QueryParam");
      at = query + std::string_view("Query").size();
    }
    add(text.substr(at, to - at));
    if (to == from) return;
    if (!text_.ends_with('\n')) add("\n");
    // A backslash at the very end would take in the next line.
    std::string_view last(text_);
    while (!last.empty() && std::string_view(" \t\r\v\f\n").find(last.back()) != std::string_view::npos) {
      last.remove_suffix(1);
    }
    if (last.ends_with('\\')) add("\n");
  }

  void file_struct() {
    constexpr std::string_view kFormats[] = {"Negotiated", "Json", "Html"};
    const std::string_view format = kFormats[static_cast<std::size_t>(scanned_.facts.marker)];
    std::string names;
    std::size_t count = 0;
    for (const routing::Segment& segment : routing::parameters_of({scanned_.file, unit_.kind})) {
      names += (count++ == 0 ? "" : ", ") + cpp_string(segment.name);
    }
    add("struct FolioFile {\n");
    add(fmt::format("  static constexpr std::string_view file = {};\n", cpp_string(scanned_.file)));
    add(fmt::format("  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::{};\n", format));
    add(fmt::format("  static constexpr folio::ParamNames<{}> params{{{}}};\n", count,
                    count == 0 ? "" : "{" + names + "}"));
    add("};\n");
  }

  // The compiler's first word about a handler is then the user's own line.
  void checks() {
    std::vector<std::string> names = unit_.methods;
    if (unit_.websocket) names.emplace_back(kWebSocket);
    for (const std::string& name : names) {
      users_line(definition_of(scanned_.facts, name)->position.line);
      add(fmt::format("FOLIO_CHECK_HANDLER({})\n", name));
    }
    if (const Declared* options = definition_of(scanned_.facts, kSocketOptions)) {
      users_line(options->position.line);
      add("FOLIO_CHECK_SOCKET_OPTIONS\n");
    }
  }

  const ScannedFile& scanned_;
  const Unit& unit_;
  std::string display_;
  std::string text_;
  std::size_t line_ = 1;
};

std::string table_source(const Outcome& outcome) {
  std::string text(kGeneratedMark);
  text += fmt::format(" from the folder {}: changes made here are lost.\n", outcome.prefix);
  text += "#include <folio/route_unit.hpp>\n\n#include <span>\n\nnamespace folio_app {\n\n";
  for (const Unit& unit : outcome.units) {
    text += fmt::format("namespace {} {{ extern const folio::RouteUnit folio_unit; }}\n", unit.name);
  }
  text += "\nstd::span<const folio::RouteUnit* const> routes() {\n";
  if (outcome.units.empty()) {
    text += "  return {};\n";
  } else {
    text += "  static constexpr const folio::RouteUnit* units[] = {\n";
    for (const Unit& unit : outcome.units) text += fmt::format("      &{}::folio_unit,\n", unit.name);
    text += "  };\n  return units;\n";
  }
  return text + "}\n\n}  // namespace folio_app\n";
}

}  // namespace

std::vector<GeneratedFile> emit(const Scan& scan, const Outcome& outcome) {
  std::vector<GeneratedFile> files;
  std::size_t at = 0;
  for (const ScannedFile& scanned : scan.files) {
    const Unit& unit = outcome.units[at++];
    files.push_back({fmt::format("routes/{}.cpp", unit.name), Wrapper(scanned, unit, outcome.prefix).write()});
  }
  files.push_back({"routes.json", to_json(outcome)});
  files.push_back({"table.cpp", table_source(outcome)});
  return files;
}

}  // namespace folio::codegen
