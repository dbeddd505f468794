#include <folio/folio.hpp>
using namespace folio;

Response GET() { return Response::text("x"); }

Task<Response> Post(Request& request) { co_return Response::text("x"); }
