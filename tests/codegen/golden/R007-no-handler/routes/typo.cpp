#include <folio/folio.hpp>
using namespace folio;

Response GTE() { return Response::text("x"); }
