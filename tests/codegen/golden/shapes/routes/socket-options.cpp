#include <folio/folio.hpp>
using namespace folio;

const WsOptions ws_options{.subprotocols = {"chat.v2", "chat.v1"}, .slow_peer = SlowPeer::Drop};

Task<> WS(WebSocket ws) { co_await ws.send(ws.subprotocol()); }
