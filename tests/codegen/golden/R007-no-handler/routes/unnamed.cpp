#include <folio/folio.hpp>
using namespace folio;

namespace {
Response PUT() { return Response::text("x"); }
}
Response GET() { return PUT(); }
