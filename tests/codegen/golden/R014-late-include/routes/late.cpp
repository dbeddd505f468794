#include <folio/folio.hpp>
using namespace folio;
#include <vector>

Response GET() { return Response::text("x"); }
#include "after.hpp"
