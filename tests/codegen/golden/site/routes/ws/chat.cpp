#include <folio/folio.hpp>
using namespace folio;

Response GET() { return Response::html("<p>chat"); }

Task<> WS(WebSocket socket) {
  while (auto message = co_await socket.next()) co_await socket.send(std::move(*message));
}
