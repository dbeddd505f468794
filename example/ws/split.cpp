// Sending and receiving at the same time: split() gives two halves, for two tasks.
#include <folio/folio.hpp>

#include <chrono>
#include <string>
#include <utility>

using namespace folio;

static Task<Result<void>> talk(WebSocket ws) {
  auto [sender, receiver] = ws.split();

  // Spawn a task to handle outgoing messages.
  TaskHandle send_task = spawn([sender]() -> Task<> {
    while (true) {
      co_await sleep_for(std::chrono::seconds(5));
      if (sender.send("Ping") == SendResult::Closed) break;
    }
  });

  // Handle incoming messages.
  while (true) {
    auto received = co_await receiver.receive();
    if (!received || !received->has_value()) break;
    WsMessage& message = **received;
    if (auto* text = message.text()) {
      log::info("Received: " + *text);
    } else if (message.close()) {
      break;
    }
  }

  send_task.abort();  // ends it where it waits
  co_return {};
}

static Task<> handle_connection(WebSocketConnection ws_connection) {
  if (auto done = co_await ws_connection.handle(talk); !done) log::error("WebSocket error: " + done.error().message());
}

Result<Response> GET(Request& req) {
  auto upgraded = upgrade_websocket(req);
  if (!upgraded) return upgraded.error();
  auto [response, ws_connection] = *std::move(upgraded);
  spawn(handle_connection(std::move(ws_connection)));
  return std::move(response);
}
