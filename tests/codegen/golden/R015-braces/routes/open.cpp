#include <folio/folio.hpp>
using namespace folio;

Response GET() {
  if (true) {
    return Response::text("x");
}
