// Answers a path in this folder that has no route.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

Response not_found(Request& req) {
  return text("There is no page " + std::string(req.path()) + "\n", 404);
}
