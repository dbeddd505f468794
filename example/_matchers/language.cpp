// A matcher of this app's own: `[language=language].cpp` is only tried for what it says yes to.
#include <folio/folio.hpp>

#include <string_view>

bool match(std::string_view segment) {
  return segment == "en" || segment == "fr" || segment == "ja";
}
