#include <folio/folio.hpp>
using namespace folio;

Response before() { return Response::text("x"); }
