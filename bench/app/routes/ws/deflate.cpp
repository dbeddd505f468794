#include <folio/folio.hpp>
using namespace folio;

const WsOptions ws_options = {.compression = WsCompression::Shared};

Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
