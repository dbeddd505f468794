// What people and tools read: diagnostics, the table, routes.json, --why.
#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "codegen/codegen.hpp"
#include "routing/explain.hpp"

namespace folio::codegen {
namespace {

using routing::MatchStatus;
using routing::Route;
using routing::Scope;

// Sorted by path, byte by byte.
std::vector<const Route*> routes_of(const Outcome& outcome) {
  std::vector<std::pair<std::string, const Route*>> keyed;
  for (const Route& route : outcome.map.routes) keyed.emplace_back(to_string(route.pattern), &route);
  std::ranges::sort(keyed, {}, [&](const auto& one) {
    return std::tuple(std::string_view(one.first), std::string_view(outcome.units[one.second->file].file));
  });
  std::vector<const Route*> sorted;
  for (const auto& [path, route] : keyed) sorted.push_back(route);
  return sorted;
}

std::string methods_of(const Unit& unit) {
  std::string text = fmt::format("{}", fmt::join(unit.methods, ", "));
  if (unit.websocket) text += text.empty() ? "WS" : ", WS";
  return text;
}

std::string shown(const Outcome& outcome, std::uint32_t file) {
  return fmt::format("{}/{}", outcome.prefix, outcome.units[file].file);
}

std::string chain_of(const Outcome& outcome, const Scope& scope) {
  std::string text;
  for (const std::uint32_t file : scope.middleware) {
    text += (text.empty() ? "" : " > ") + outcome.units[file].file;
  }
  return text;
}

// File names and paths may hold what a terminal would obey.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(byte));
    } else {
      result += c;
    }
  }
  return result;
}

// In characters, so that columns line up: bytes that only continue a character are not counted.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Columns two spaces apart; none behind the last.
std::string aligned(std::vector<std::vector<std::string>> rows, std::string_view indent) {
  for (auto& row : rows) std::ranges::transform(row, row.begin(), printable);
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t at = 0; at < row.size(); ++at) widths[at] = std::max(widths[at], width_of(row[at]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent);
    for (std::size_t at = 0; at < row.size(); ++at) {
      line += row[at] + std::string(widths[at] - width_of(row[at]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string json_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string json_list(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string_view kind_name(const routing::Segment& segment) {
  if (segment.kind == routing::SegmentKind::CatchAll) return "catch-all";
  return segment.kind == routing::SegmentKind::OptionalCatchAll ? "optional-catch-all" : "segment";
}

std::string json_route(const Outcome& outcome, const Route& route) {
  const Unit& unit = outcome.units[route.file];
  const Scope& scope = outcome.map.scopes[route.scope];
  std::vector<std::string> methods;
  std::vector<std::string> parameters;
  std::vector<std::string> middleware;
  for (const std::string& method : unit.methods) methods.push_back(json_string(method));
  for (const routing::Segment& segment : route.pattern.segments) {
    if (!segment.has_parameter()) continue;
    parameters.push_back(fmt::format("{{\"name\": {}, \"kind\": {}, \"matcher\": {}}}", json_string(segment.name),
                                     json_string(kind_name(segment)),
                                     segment.matcher.empty() ? "null" : json_string(segment.matcher)));
  }
  for (const std::uint32_t file : scope.middleware) middleware.push_back(json_string(outcome.units[file].file));
  const auto file_or_null = [&](std::uint32_t file) {
    return file == routing::kNone ? std::string("null") : json_string(outcome.units[file].file);
  };
  return fmt::format(
      "    {{\n      \"path\": {},\n      \"file\": {},\n      \"methods\": {},\n      \"websocket\": {},\n"
      "      \"parameters\": {},\n      \"middleware\": {},\n      \"error\": {},\n      \"not_found\": {}\n    }}",
      json_string(to_string(route.pattern)), json_string(unit.file), json_list(methods), unit.websocket,
      json_list(parameters), json_list(middleware), file_or_null(scope.error), file_or_null(scope.not_found));
}

void surroundings(const Outcome& outcome, const Scope& scope, std::vector<std::vector<std::string>>& rows) {
  const std::string chain = chain_of(outcome, scope);
  if (!chain.empty()) rows.push_back({"middleware", chain});
  if (scope.not_found != routing::kNone) rows.push_back({"404", outcome.units[scope.not_found].file});
  if (scope.error != routing::kNone) rows.push_back({"errors", outcome.units[scope.error].file});
}

std::string others(const Outcome& outcome, const routing::Explanation& explanation) {
  constexpr std::size_t kShown = 20;
  if (explanation.others.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const routing::Rejected& rejected : explanation.others) {
    if (rows.size() == kShown) break;
    const Route& route = outcome.map.routes[rejected.route];
    rows.push_back({to_string(route.pattern), shown(outcome, route.file), rejected.reason});
  }
  std::string text = "\nnot answered by\n" + aligned(rows, "  ");
  if (explanation.others.size() > kShown) text += fmt::format("  and {} more\n", explanation.others.size() - kShown);
  return text;
}

}  // namespace

std::string render(const Diagnostic& diagnostic) {
  constexpr std::size_t kShown = 10;
  std::string text = diagnostic.code.empty()
                         ? fmt::format("error: {}\n", printable(diagnostic.message))
                         : fmt::format("error[{}]: {}\n", diagnostic.code, printable(diagnostic.message));
  for (std::size_t at = 0; at < diagnostic.places.size() && at < kShown; ++at) {
    const Place& place = diagnostic.places[at];
    text += fmt::format("  --> {}", printable(place.file));
    if (place.line != 0) text += fmt::format(":{}", place.line);
    if (place.line != 0 && place.column != 0) text += fmt::format(":{}", place.column);
    text += '\n';
  }
  if (diagnostic.places.size() > kShown) text += fmt::format("  --> and {} more\n", diagnostic.places.size() - kShown);
  if (!diagnostic.help.empty()) text += fmt::format("  help: {}\n", printable(diagnostic.help));
  return text;
}

std::string table(const Outcome& outcome) {
  if (outcome.map.routes.empty()) {
    return fmt::format("no routes yet: a first one is {}/index.cpp\n", outcome.prefix);
  }
  std::vector<std::vector<std::string>> rows{{"METHODS", "PATH", "FILE", "MIDDLEWARE"}};
  for (const Route* route : routes_of(outcome)) {
    const std::string chain = chain_of(outcome, outcome.map.scopes[route->scope]);
    rows.push_back({methods_of(outcome.units[route->file]), to_string(route->pattern), shown(outcome, route->file),
                    chain.empty() ? "-" : chain});
  }
  return aligned(rows, "");
}

std::string to_json(const Outcome& outcome) {
  std::vector<std::string> routes;
  for (const Route* route : routes_of(outcome)) routes.push_back(json_route(outcome, *route));
  return fmt::format("{{\n  \"generator\": \"folio-codegen\",\n  \"folder\": {},\n  \"routes\": [{}{}{}]\n}}\n",
                     json_string(outcome.prefix), routes.empty() ? "" : "\n", fmt::join(routes, ",\n"),
                     routes.empty() ? "" : "\n  ");
}

std::string why(const Outcome& outcome, std::string_view raw_path) {
  const routing::Explanation explanation = routing::explain(outcome.map, raw_path);
  const std::string path = printable(raw_path);
  if (explanation.status == MatchStatus::BadPath) {
    return fmt::format("{} is answered with 400: {}\n", path, printable(explanation.fault));
  }
  std::vector<std::vector<std::string>> rows;
  std::string text;
  if (explanation.status == MatchStatus::Miss) {
    const routing::LiteralFolder& folder = outcome.map.folders[explanation.folder];
    text = fmt::format("{} is answered by no file: 404\n", path);
    rows.push_back({"folder", folder.folder.empty() ? outcome.prefix : outcome.prefix + "/" + folder.folder});
    surroundings(outcome, outcome.map.scopes[folder.scope], rows);
  } else {
    const Route& route = outcome.map.routes[explanation.route];
    const Unit& unit = outcome.units[route.file];
    if (explanation.status == MatchStatus::Redirect) {
      std::string_view bare = path;
      bare.remove_suffix(1);
      text = fmt::format("{} is redirected to {}, which is answered by {}\n", path, bare.empty() ? "/" : bare,
                         shown(outcome, route.file));
    } else {
      text = fmt::format("{} is answered by {}\n", path, shown(outcome, route.file));
    }
    for (const std::string& condition : explanation.conditions)
      text += fmt::format("  provided that {}\n", printable(condition));
    rows.push_back({"path", to_string(route.pattern)});
    rows.push_back({"methods", methods_of(unit)});
    for (const auto& [name, value] : explanation.captures) rows.push_back({name, fmt::format("\"{}\"", value)});
    surroundings(outcome, outcome.map.scopes[route.scope], rows);
  }
  return text + aligned(rows, "  ") + others(outcome, explanation);
}

}  // namespace folio::codegen
