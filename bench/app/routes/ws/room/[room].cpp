#include <folio/folio.hpp>

#include <atomic>
#include <cstdint>

using namespace folio;

Task<> WS(WebSocket ws, Path<"room"> name) {
  static std::atomic<std::uint64_t> visitors = 0;
  const WsRoom room = rooms().get(*name);
  room.join(std::to_string(++visitors), ws.sender());
  while (auto message = co_await ws.next()) {
    if (const auto* text = message->text()) room.broadcast(*text);
    if (const auto* bytes = message->binary()) room.broadcast_binary(*bytes);
  }
}
