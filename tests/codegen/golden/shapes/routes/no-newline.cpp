#include <folio/folio.hpp>
folio::Response GET() { return folio::Response::text("x"); }  // the end