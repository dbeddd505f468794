#include <folio/folio.hpp>
using namespace folio;

Response GET();
Response POST() { return Response::text("x"); }
