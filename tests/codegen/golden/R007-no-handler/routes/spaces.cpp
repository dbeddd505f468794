#include <folio/folio.hpp>
using namespace folio;

namespace v1 {
Response GET() { return Response::text("x"); }
}
