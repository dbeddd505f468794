// 'api'
// A WebSocket by hand: an ordinary GET handler that looks at the request, upgrades it, and leaves the connection to a
// task of its own. (WS(WebSocket) in echo.cpp is the short form of the same.)
#include <folio/folio.hpp>

#include <string>
#include <utility>

using namespace folio;

static Task<> handle_connection(WebSocketConnection ws_connection);

Response GET(Request& req) {
  // Check if this is a WebSocket upgrade request.
  if (!is_websocket_upgrade(req)) {
    return Response::json(JsonValue{{"error", "This endpoint requires WebSocket upgrade"}}, 400);
  }

  // Upgrade the connection.
  auto upgraded = upgrade_websocket(req);
  if (!upgraded) {
    const AppError& error = upgraded.error();
    return Response::json(JsonValue{{"error", "Upgrade failed: " + error.message()}}, error.status());
  }
  auto [response, ws_connection] = *std::move(upgraded);

  // Spawn a task to handle the WebSocket: it begins once the response is out.
  spawn(handle_connection(std::move(ws_connection)));

  // Return the upgrade response.
  return std::move(response);
}

static Task<Result<void>> talk(WebSocket ws) {
  // Send a message.
  if (auto sent = co_await ws.send("Hello from server!"); !sent) co_return sent.error();

  // Receive messages. After the closing there is nothing more; a connection that breaks is an error.
  while (true) {
    auto received = co_await ws.receive();
    if (!received) co_return received.error();
    if (!received->has_value()) break;
    WsMessage& message = **received;
    if (auto* text = message.text()) {
      log::info("Received: " + *text);
      // Echo back.
      if (auto sent = co_await ws.send("Echo: " + *text); !sent) co_return sent.error();
    } else if (message.close()) {
      break;
    }
  }
  co_return {};
}

static Task<> handle_connection(WebSocketConnection ws_connection) {
  auto done = co_await ws_connection.handle(talk);
  if (!done) log::error("WebSocket error: " + done.error().message());
}
