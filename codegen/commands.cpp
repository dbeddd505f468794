#include "codegen/commands.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <ostream>
#include <string_view>

namespace folio::codegen {

void print_errors(const Outcome& outcome, std::ostream& err) {
  bool first = true;
  for (const Diagnostic& diagnostic : outcome.errors) {
    if (!first) err << '\n';
    first = false;
    err << render(diagnostic);
  }
}

std::optional<std::string> path_of_url(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos && url.find('/') == scheme + 1) {
    const std::size_t path = url.find('/', scheme + 3);
    url = path == std::string_view::npos ? std::string_view("/") : url.substr(path);
  }
  if (!url.starts_with('/')) return std::nullopt;
  return std::string(url.substr(0, url.find_first_of("?#")));
}

int print_routes(const Options& options, const RoutesQuery& query, std::ostream& out, std::ostream& err) {
  const Outcome outcome = inspect(options);
  if (!outcome.errors.empty()) {
    print_errors(outcome, err);
    return 1;
  }
  if (query.why) {
    const auto path = path_of_url(*query.why);
    if (!path) {
      err << fmt::format("error: `{}` is no path: it does not begin with a slash; write --why /{}\n", *query.why,
                         *query.why);
      return 2;
    }
    out << why(outcome, *path);
  } else {
    out << (query.json ? to_json(outcome) : table(outcome));
  }
  return 0;
}

int run_generate(const Options& options, std::ostream& out, std::ostream& err) {
  const Outcome outcome = generate(options);
  if (!outcome.errors.empty()) {
    print_errors(outcome, err);
    return 1;
  }
  if (outcome.written + outcome.removed != 0) {
    out << fmt::format("{}: {} written, {} removed\n", options.out.string(), outcome.written, outcome.removed);
  }
  return 0;
}

}  // namespace folio::codegen
