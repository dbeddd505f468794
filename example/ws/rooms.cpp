// Broadcasting with a WsRoom whose members are channels, so that each connection can do something with a message before
// it goes out. ws://localhost:5000/ws/rooms?user=ada
//
// chat.cpp beside this file is a whole chat in the short form, where the room sends to the connections itself.
#include <folio/folio.hpp>

#include <string>
#include <utility>

using namespace folio;

static WsRoom chat_room;

static Task<Result<void>> handle_chat(WebSocket ws, std::string user_id) {
  // Create a channel for broadcasts.
  auto [tx, rx] = channel<std::string>();
  chat_room.join(user_id, std::move(tx));

  // Broadcast join message.
  chat_room.broadcast(user_id + " joined");

  auto [sender, receiver] = ws.split();

  // Handle broadcasts from other users.
  TaskHandle send_task = spawn([sender, rx = std::move(rx)]() mutable -> Task<> {
    while (auto message = co_await rx.recv()) {
      if (sender.send(*message) == SendResult::Closed) break;
      co_await sender.drained();  // a slow reader fills its channel, and nothing else
    }
  });

  // Handle incoming messages.
  while (true) {
    auto received = co_await receiver.receive();
    if (!received || !received->has_value()) break;
    WsMessage& message = **received;
    if (auto* text = message.text()) {
      chat_room.broadcast(user_id + ": " + *text);
    } else if (message.close()) {
      break;
    }
  }

  chat_room.leave(user_id);
  send_task.abort();
  co_return {};
}

static Task<> handle_connection(WebSocketConnection ws_connection, std::string user_id) {
  // The lambda is kept alive while the connection runs, so it may capture.
  auto done = co_await ws_connection.handle([user_id](WebSocket ws) { return handle_chat(std::move(ws), user_id); });
  if (!done) log::error("WebSocket error: " + done.error().message());
}

Result<Response> GET(Request& req) {
  const auto user_id = req.query("user");
  if (!user_id || user_id->empty()) return AppError::bad_request("say who you are: /ws/rooms?user=ada");
  auto upgraded = upgrade_websocket(req);
  if (!upgraded) return upgraded.error();
  auto [response, ws_connection] = *std::move(upgraded);
  spawn(handle_connection(std::move(ws_connection), *user_id));
  return std::move(response);
}
