// WsRoom: everyone in it gets what is broadcast to it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <folio/channel.hpp>
#include <folio/websocket.hpp>

namespace folio {

namespace detail {
class RoomCore;
}

// A set of members, each with an id. All of it is usable from any thread. Every member gets broadcasts in the same
// order; a message is framed once and shared by all; a member whose connection closes leaves by itself.
//
//     static WsRoom room;
//     Task<> WS(WebSocket ws) {
//       room.join("ada", ws.sender());
//       while (auto message = co_await ws.next())
//         if (auto* text = message->text()) room.broadcast(*text);
//     }
class WsRoom {
 public:
  WsRoom();
  ~WsRoom();
  WsRoom(WsRoom&&) noexcept = default;
  WsRoom& operator=(WsRoom&&) noexcept = default;
  WsRoom(const WsRoom&) = delete;
  WsRoom& operator=(const WsRoom&) = delete;

  // Adds a member. One who has the id already is replaced: the latest connection has it.
  void join(std::string id, WsSender sender) const;
  // A member that is the sending end of a channel, and does with its messages what it likes.
  void join(std::string id, Sender<std::string> sender) const;
  void leave(std::string_view id) const;
  // Sends a text message to all members.
  void broadcast(std::string_view text) const;
  // To all but the one of that id.
  void broadcast_except(std::string_view id, std::string_view text) const;
  void broadcast_binary(std::string_view bytes) const;
  // To one member; Closed when there is none of that id.
  SendResult send_to(std::string_view id, std::string_view text) const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool contains(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> members() const;  // their ids, sorted

  explicit WsRoom(std::shared_ptr<detail::RoomCore> core);

 private:
  std::shared_ptr<detail::RoomCore> core_;
};

// Rooms by name, for the whole server: the same room wherever it is asked for, and it outlives an edit of its route in
// the dev server. It exists from the first `get` on.
class Rooms {
 public:
  [[nodiscard]] WsRoom get(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
};
inline Rooms rooms() { return {}; }

}  // namespace folio
