// 'ui'
#include <folio/folio.hpp>
using namespace folio;

Response not_found() { return Response::text("nothing here"); }
