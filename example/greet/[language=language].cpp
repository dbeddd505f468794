// GET /greet/fr. The matcher is _matchers/language.cpp; /greet/xx has no route.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

std::string GET(Path<"language"> language) {
  if (*language == "fr") return "Bonjour !\n";
  if (*language == "ja") return "こんにちは\n";
  return "Hello!\n";
}
