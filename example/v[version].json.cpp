// A parameter with literal text around it: /v1.json, /v2.json. Only the last `.cpp` is taken off a file name.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

Json<JsonValue> GET(Path<"version", unsigned> version) {
  return JsonValue{{"version", *version}, {"links", JsonValue::array({"/users", "/search?q=folio"})}};
}
