// A catch-all: /docs/a, /docs/a/b and so on, but not /docs itself (that would be [[...path]].cpp).
#include <folio/folio.hpp>

#include <string>

using namespace folio;

std::string GET(Path<"path"> path) {
  return "You asked for the page " + *path + "\n";
}
