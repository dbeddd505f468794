// Cookies: GET /visits counts how often this browser was here.
#include <folio/folio.hpp>

#include <optional>
#include <string>

using namespace folio;

Response GET(Cookie<"visits", std::optional<unsigned>> before) {
  const unsigned visits = before->value_or(0) + 1;
  return text("Visit number " + std::to_string(visits) + "\n")
      .cookie("visits", std::to_string(visits), {.max_age = 30 * 24 * 60 * 60});
}
