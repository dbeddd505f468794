#include <folio/folio.hpp>
using namespace folio;

#if 0
Response GET() { return Response::text("x"); }
#endif
// Response GET() {}
