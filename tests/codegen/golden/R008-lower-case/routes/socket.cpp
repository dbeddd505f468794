#include <folio/folio.hpp>
using namespace folio;

Task<> ws(WebSocket socket) { co_return; }
