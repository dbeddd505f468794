#include <folio/folio.hpp>
using namespace folio;

const WsOptions socket_options = {.subprotocols = {"chat"}};

Task<> WS(WebSocket ws) { co_await ws.send("x"); }
