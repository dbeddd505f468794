// An optional parameter: /blog and /blog/2 are both this file.
#include <folio/folio.hpp>

#include <optional>
#include <string>

using namespace folio;

std::string GET(Path<"page", std::optional<unsigned>> page) {
  return "Page " + std::to_string(page->value_or(1)) + " of the blog\n";
}
