#include <folio/folio.hpp>
using namespace folio;

struct Api {
  Response GET() { return Response::text("x"); }
};
