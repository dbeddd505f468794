// What the command lines do, behind `folio-codegen` and `folio routes`. They print and give the exit code: 0 done,
// 1 the work failed, 2 wrong use.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "codegen/codegen.hpp"

namespace folio::codegen {

struct RoutesQuery {
  bool json = false;               // routes.json's content instead of the table
  std::optional<std::string> why;  // a path, or a whole URL: explain which file answers it
};

// `routes`: the table, its JSON, or an explanation, to `out`; errors of the routes to `err`.
int print_routes(const Options& options, const RoutesQuery& query, std::ostream& out, std::ostream& err);

// The generator itself: one line to `out` when something changed; errors to `err`.
int run_generate(const Options& options, std::ostream& out, std::ostream& err);

// Every error, an empty line between them, and their number.
void print_errors(const Outcome& outcome, std::ostream& err);

// "http://host/users?x=1#y" -> "/users"; nothing when there is no path in it that begins with '/'.
[[nodiscard]] std::optional<std::string> path_of_url(std::string_view url);

}  // namespace folio::codegen
