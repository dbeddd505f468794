#include <folio/folio.hpp>
using namespace folio;

namespace mine {
Response not_found() { return Response::text("x"); }
}
