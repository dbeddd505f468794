#include "codegen/handler_check.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "codegen/manifest.hpp"
#include "routing/suggest.hpp"

namespace folio::codegen {
namespace {

using routing::Kind;

constexpr std::array<std::string_view, 9> kHandlers{"GET",  "POST",    "PUT", "PATCH", "DELETE",
                                                    "HEAD", "OPTIONS", "ANY", "WS"};

bool is_handler(std::string_view name) {
  return std::ranges::find(kHandlers, name) != kHandlers.end();
}

std::string upper(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

std::string_view signature_of(std::string_view function) {
  if (function == "middleware") return "Task<Response> middleware(Request& request, Next next)";
  if (function == "error") return "Response error(Request& request, AppError error)";
  if (function == "not_found") return "Response not_found(Request& request)";
  return "bool match(std::string_view segment)";
}

class Checker {
 public:
  explicit Checker(const ScannedFile& scanned) : scanned_(scanned), facts_(scanned.facts) {}

  std::vector<Finding> run() && {
    if (facts_.unbalanced) {
      // Whatever else seems wrong follows from it.
      add("R015", facts_.unbalanced->message, facts_.unbalanced->help, &facts_.unbalanced->position);
    } else if (scanned_.is.kind == Kind::Route) {
      route();
    } else {
      special();
    }
    includes();
    return std::move(findings_);
  }

 private:
  void add(std::string code, std::string message, std::string help, const Position* position = nullptr) {
    findings_.push_back({std::move(code), std::move(message), std::move(help),
                         position == nullptr ? std::nullopt : std::optional(*position)});
  }

  void route() {
    const bool any = std::ranges::any_of(kHandlers, [&](auto name) { return definition_of(facts_, name) != nullptr; });
    bool told = false;
    for (const Declared& declared : facts_.declared) told = misplaced(declared, any) || told;
    for (const Declared& declared : facts_.declared) told = lower_case(declared, any) || told;
    for (const Declared& declared : facts_.declared) misnamed_options(declared);
    if (!any && !told) no_handler();
  }

  // The options of a route's WebSockets, under a name that nobody reads.
  void misnamed_options(const Declared& declared) {
    if (declared.as != DeclaredAs::Variable || declared.in != DeclaredIn::Top || declared.name == kSocketOptions) return;
    std::string plain;
    for (const char c : declared.name) {
      if (c != '_') plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (plain != "wsoptions" && plain != "wsoption" && plain != "websocketoptions" && plain != "socketoptions") return;
    if (definition_of(facts_, kSocketOptions) != nullptr) return;
    add("R008", fmt::format("`{}` is read by nobody: the options of a route's WebSockets have one name", declared.name),
        fmt::format("write `const WsOptions {} = …`", kSocketOptions), &declared.position);
  }

  // A handler that is there but cannot answer.
  bool misplaced(const Declared& declared, bool any) {
    if (!is_handler(declared.name) || definition_of(facts_, declared.name) != nullptr) return false;
    if (declared.in == DeclaredIn::Top) {
      add("R007", fmt::format("`{}` is declared but has no body in this file", declared.name),
          "define it here, or remove the declaration", &declared.position);
      return true;
    }
    // In a named namespace it may be somebody's own affair, so long as the file answers something.
    if (any && declared.in == DeclaredIn::Namespace) return false;
    add("R007", fmt::format("`{}` stands in a namespace, where no request reaches it", declared.name),
        "move it out of the namespace: each route file has one of its own already", &declared.position);
    return true;
  }

  bool lower_case(const Declared& declared, bool any) {
    const std::string meant = upper(declared.name);
    if (declared.name == meant || !is_handler(meant) || definition_of(facts_, meant) != nullptr) return false;
    if (declared.as != DeclaredAs::Function || declared.in != DeclaredIn::Top) return false;
    // Beside real handlers a helper may be called `head` or `any`.
    if (any && (declared.is_static || !declared.speaks_of_folio)) return false;
    add("R008", fmt::format("`{}` answers nothing: handlers are written in upper case", declared.name),
        fmt::format("write `{}`{}", meant, any ? ", or make it `static` if it is a helper" : ""), &declared.position);
    return true;
  }

  void no_handler() {
    const std::string_view name = routing::file_name_of(scanned_.file);
    const std::string_view stem = name.substr(0, name.size() - 4);
    for (const Declared& declared : facts_.declared) {
      if (declared.in != DeclaredIn::Top || declared.as != DeclaredAs::Function || declared.name.size() < 2) continue;
      const std::string_view meant = routing::nearest(declared.name, kHandlers);
      if (meant.empty()) continue;
      add("R007", fmt::format("no handler in this file: did you mean `{}` by `{}`?", meant, declared.name),
          fmt::format("write `{}`, or name the file `_{}` to keep it private", meant, name), &declared.position);
      return;
    }
    if (stem == "middleware" || stem == "error" || stem == "404" || stem == "not_found") {
      const std::string_view special = stem == "not_found" ? std::string_view("404") : stem;
      add("R007", "no handler in this file",
          fmt::format("if it is meant for its whole folder, name it `_{}.cpp`; else define a handler, as "
                      "`Response GET(Request& request)`",
                      special));
    } else if (stem.ends_with("_test") || stem.ends_with(".test") || stem.ends_with("_spec")) {
      add("R007", "no handler in this file",
          fmt::format("a test that lies beside a route is named with a `_` in front: `_{}`", name));
    } else {
      add("R007", "no handler in this file",
          fmt::format("define one, as `Response GET(Request& request)`, or name the file `_{}` to keep it private",
                      name));
    }
  }

  void special() {
    const std::string_view required = required_function(scanned_.is.kind);
    if (definition_of(facts_, required) != nullptr) return;
    for (const Declared& declared : facts_.declared) {
      if (declared.name == required) {
        const bool top = declared.in == DeclaredIn::Top;
        add("R007",
            fmt::format(
                "`{}` {}", required,
                top ? "is declared but has no body in this file" : "stands in a namespace, where nothing reaches it"),
            top ? "define it here" : "move it out of the namespace", &declared.position);
        return;
      }
      if (declared.in != DeclaredIn::Top || declared.as != DeclaredAs::Function) continue;
      std::string lower(declared.name);
      for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      }
      const std::array<std::string_view, 1> known{required};
      if (routing::nearest(lower, known).empty()) continue;
      add("R007", fmt::format("this file defines no `{}`: did you mean that by `{}`?", required, declared.name),
          fmt::format("write `{}`", signature_of(required)), &declared.position);
      return;
    }
    add("R007", fmt::format("this file defines no `{}`", required), fmt::format("define `{}`", signature_of(required)));
  }

  void includes() {
    for (const Include& include : facts_.includes) {
      if (!include.late) continue;
      const std::string spelling = fmt::format(fmt::runtime(include.quoted ? "\"{}\"" : "<{}>"), include.name);
      if (include.inside_if) {
        add("R014", fmt::format("#include {} stands in one #if with the first declaration", spelling),
            "end the #if behind the includes, and begin another for the declarations", &include.position);
      } else {
        add("R014", fmt::format("#include {} stands behind the first declaration", spelling),
            fmt::format("move it above line {}", facts_.cut.line), &include.position);
      }
    }
  }

  const ScannedFile& scanned_;
  const SourceFacts& facts_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_handlers(const ScannedFile& scanned) {
  return Checker(scanned).run();
}

}  // namespace folio::codegen
