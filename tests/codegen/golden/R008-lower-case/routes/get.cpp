#include <folio/folio.hpp>
using namespace folio;

Response get() { return Response::text("x"); }
