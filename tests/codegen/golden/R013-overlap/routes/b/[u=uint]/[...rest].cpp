#include <folio/folio.hpp>
using namespace folio;

Response GET() { return Response::text("here"); }
