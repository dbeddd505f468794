#include <folio/folio.hpp>
using namespace folio;

Task<Response> middleware(Request&, Next next) { co_return co_await next(); }
