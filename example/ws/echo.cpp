// ws://localhost:5000/ws/echo sends back what it gets: text as text, binary as binary. This is a whole WebSocket route.
#include <folio/folio.hpp>

#include <utility>

using namespace folio;

Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
