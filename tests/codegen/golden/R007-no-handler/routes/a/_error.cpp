#include <folio/folio.hpp>
using namespace folio;

Response errors(Request&, AppError error);
Response Error(Request&, AppError error) { return Response::text("x"); }
