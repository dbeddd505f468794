// WebSocketClient: a connection to somebody else's WebSocket, with the same WebSocket to talk through as a route has.
//
//     Task<> follow() {
//       auto ws = co_await WebSocketClient::connect("wss://example.com/prices");
//       if (!ws) co_return log::error(ws.error().message());
//       while (auto message = co_await ws->next()) …
//     }
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <folio/result.hpp>
#include <folio/task.hpp>
#include <folio/websocket.hpp>

namespace folio {

struct WebSocketClientOptions {
  // In the order of preference; `ws.subprotocol()` tells which the server took.
  std::vector<std::string> subprotocols = {};
  // Further fields of the request, such as Origin, Cookie or Authorization.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // For everything until the connection is open: looking the name up, connecting, TLS, and the server's answer.
  std::chrono::milliseconds timeout = std::chrono::seconds(10);

  // wss: a file of certificates (PEM) to trust instead of the system's.
  std::string authorities_file = {};
  // wss: accept any server at all. For tests against servers of one's own.
  bool accept_any_server_insecurely = false;

  // Compression, limits and keep-alive, as a route has them; what is about accepting clients is not looked at.
  WsOptions socket = {};
};

class WebSocketClient {
 public:
  // Opens a connection to ws://host[:port]/path or wss://…; http:// and https:// mean the same. The error says what went
  // wrong, with status 502, or 504 when the time was up, so that a handler may return it as it is.
  // It runs on the loop of the task that awaits it; aborting that task gives the attempt up.
  [[nodiscard]] static Task<Result<WebSocket>> connect(std::string url, WebSocketClientOptions options = {});
};

}  // namespace folio
