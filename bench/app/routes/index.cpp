#include <folio/folio.hpp>
using namespace folio;

std::string GET() { return "Hello, World!"; }

Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
