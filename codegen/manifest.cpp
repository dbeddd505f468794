#include "codegen/manifest.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "codegen/handler_check.hpp"

namespace folio::codegen {
namespace {

using routing::Kind;

class Manifest {
 public:
  Manifest(const Scan& scan, const Options& options) : scan_(scan), options_(options) {
    outcome_.prefix = options.prefix;
    outcome_.errors = scan.errors;
  }

  Outcome make() && {
    std::vector<routing::SourceFile> sources;
    for (const ScannedFile& scanned : scan_.files) {
      if (scanned.is.role == routing::Role::Misspelt) {
        misspelt(scanned);
      } else {
        sources.push_back({scanned.file, scanned.is.kind});
        unit(scanned);
      }
    }
    outcome_.map = routing::build(sources);
    for (const routing::Problem& problem : outcome_.map.problems) add(problem);
    hidden_public_files();
    sort_errors();
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] Place place(std::string_view file, const Position* position = nullptr) const {
    Place made{fmt::format("{}/{}", options_.prefix, file)};
    if (position != nullptr) {
      made.line = position->line;
      made.column = position->column;
    }
    return made;
  }

  void add(const routing::Problem& problem) {
    Diagnostic diagnostic{problem.code, problem.message, {}, problem.help};
    for (const std::uint32_t file : problem.files) diagnostic.places.push_back(place(outcome_.units[file].file));
    outcome_.errors.push_back(std::move(diagnostic));
  }

  void misspelt(const ScannedFile& scanned) {
    const std::string_view name = routing::file_name_of(scanned.file);
    outcome_.errors.push_back(
        {"R011",
         fmt::format("`{}` would be ignored: did you mean `{}`?", name, scanned.is.suggested),
         {place(scanned.file)},
         fmt::format("rename it to `{}`; if it is a private file after all, give it a name less like that one",
                     scanned.is.suggested)});
  }

  void unit(const ScannedFile& scanned) {
    Unit unit{unit_name(scanned.file), scanned.file, {}, scanned.is.kind, {}, false};
    unit.source = options_.out / "routes" / (unit.name + ".cpp");
    if (unit.kind == Kind::Route) {
      for (const std::string_view method : kMethods) {
        if (definition_of(scanned.facts, method) != nullptr) unit.methods.emplace_back(method);
      }
      unit.websocket = definition_of(scanned.facts, kWebSocket) != nullptr;
    }
    for (const Finding& finding : check_handlers(scanned)) {
      const Position* position = finding.position ? &*finding.position : nullptr;
      outcome_.errors.push_back({finding.code, finding.message, {place(scanned.file, position)}, finding.help});
    }
    outcome_.units.push_back(std::move(unit));
  }

  // R010: a literal route and a file of that path. A parameter may well match the names of public files: those come
  // first then.
  void hidden_public_files() {
    for (const routing::Route& route : outcome_.map.routes) {
      std::string path;
      bool literal = true;
      for (const routing::Segment& segment : route.pattern.segments) {
        literal = literal && !segment.has_parameter();
        path += (path.empty() ? "" : "/") + segment.text;
      }
      if (!literal || !std::ranges::binary_search(scan_.public_files, path)) continue;
      outcome_.errors.push_back({"R010",
                                 fmt::format("{} is both a route and a public file", to_string(route.pattern)),
                                 {place(outcome_.units[route.file].file), {fmt::format("public/{}", path)}},
                                 "rename or remove one: the route would hide the file"});
    }
  }

  void sort_errors() {
    // Those around the routes come first, as all others may follow from them.
    const auto key = [](const Diagnostic& one) {
      const Place first = one.places.empty() ? Place{} : one.places.front();
      return std::tuple(one.code, first.file, first.line, first.column, one.message);
    };
    std::ranges::sort(outcome_.errors, {}, key);
  }

  const Scan& scan_;
  const Options& options_;
  Outcome outcome_;
};

}  // namespace

Outcome manifest(const Scan& scan, const Options& options) {
  return Manifest(scan, options).make();
}

std::string_view required_function(Kind kind) {
  switch (kind) {
    case Kind::Middleware:
      return "middleware";
    case Kind::Error:
      return "error";
    case Kind::NotFound:
      return "not_found";
    case Kind::Matcher:
      return "match";
    case Kind::Route:
      break;
  }
  return {};
}

std::string unit_name(std::string_view file) {
  // FNV-1a of the whole path: two files may read the same without what a name cannot hold.
  std::uint32_t hash = 0x811c9dc5;
  for (const char c : file) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
  std::string_view stem = file;
  if (stem.ends_with(".cpp")) stem.remove_suffix(4);
  constexpr std::size_t kLongest = 80;
  std::string readable;
  for (const char c : stem.substr(0, kLongest)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      readable += c;
    } else if (!readable.empty() && readable.back() != '_') {
      readable += '_';  // never two: such names are the implementation's
    }
  }
  while (readable.ends_with('_')) readable.pop_back();
  return fmt::format("r_{}{}{:08x}", readable, readable.empty() ? "" : "_", hash);
}

const Declared* definition_of(const SourceFacts& facts, std::string_view name) {
  for (const Declared& declared : facts.declared) {
    const bool defined = declared.as != DeclaredAs::Declaration && declared.in == DeclaredIn::Top;
    if (defined && declared.name == name) return &declared;
  }
  return nullptr;
}

}  // namespace folio::codegen
