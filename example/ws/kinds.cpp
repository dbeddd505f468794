// All that a WebSocket can send and receive. Say "binary", "ping" or "close" to get one of these; anything else, of
// whatever kind, is described.
//
// into_websocket() is the other way to use a connection that was upgraded by hand: the WebSocket itself, no handler.
#include <folio/folio.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

using namespace folio;

// A WsMessage is one of five kinds; visit() calls the one that it is.
struct Describe {
  std::string operator()(const WsMessage::Text& text) const { return "text: " + text.payload; }
  std::string operator()(const WsMessage::Binary& binary) const { return bytes("binary", binary.payload.size()); }
  std::string operator()(const WsMessage::Ping& ping) const { return bytes("ping", ping.payload.size()); }
  std::string operator()(const WsMessage::Pong& pong) const { return bytes("pong", pong.payload.size()); }
  std::string operator()(const WsMessage::Close& close) const { return "close: " + std::to_string(close.code); }

  static std::string bytes(std::string kind, std::size_t size) { return kind + ": " + std::to_string(size) + " bytes"; }
};

static Task<> talk(WebSocket ws) {
  while (true) {
    auto received = co_await ws.receive();           // next() gives text and binary only
    if (!received || !received->has_value()) break;  // broken, or closed
    const WsMessage& message = **received;

    const std::string* text = message.text();  // null when it is of another kind
    if (text != nullptr && *text == "binary") {
      co_await ws.send_binary(std::array<std::uint8_t, 3>{1, 2, 3});
    } else if (text != nullptr && *text == "ping") {
      co_await ws.send(WsMessage::Ping{{'h', 'i'}});  // the pong arrives here, as a message
    } else if (text != nullptr && *text == "close") {
      ws.close(4000, "as you wished");  // 4000 to 4999 are free for an application's own use
    } else if (message.close() != nullptr) {
      log::info(message.visit(Describe()));
    } else {
      co_await ws.send(message.visit(Describe()));
    }
  }
}

Result<Response> GET(Request& req) {
  auto upgraded = upgrade_websocket(req);
  if (!upgraded) return upgraded.error();
  auto ws = upgraded->connection.into_websocket();
  if (!ws) return ws.error();
  spawn(talk(*std::move(ws)));
  return std::move(upgraded->response);
}
