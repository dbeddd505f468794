#include <folio/folio.hpp>
using namespace folio;

Response error(Request&, AppError) { return Response::text("sorry"); }
