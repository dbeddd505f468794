// WsRoom: everyone in it gets what is broadcast to it.
#pragma once

#include <cstddef>
#include <cstdint>
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

struct RoomOptions {
  // Members that there may be at once; further ones are refused.
  std::size_t max_members = static_cast<std::size_t>(-1);
  // The last messages to all, which a new member can be sent: how many are kept, and bytes of them at most.
  std::size_t history = 0;
  std::size_t history_bytes = 256 * 1024;
  // Whether a named room stays, with its history, when nobody holds it and nobody is in it.
  bool keep = false;
};

enum class JoinResult : std::uint8_t {
  Joined,
  Replaced,  // the id was somebody else's, who is out of the room now
  Full,      // not joined: max_members are in
  Closed,    // not joined: the connection is closed already
};

// Whether a new member is first sent what was said before.
enum class Replay : std::uint8_t { None, History };

struct RoomEvent {
  enum class Kind : std::uint8_t { Joined, Left, Replaced };
  Kind kind = Kind::Joined;
  std::string id;
  std::size_t count = 0;   // of members, after it
  std::size_t missed = 0;  // events before this one that were dropped because the queue was full
};

// A set of members, each with an id. All of it is usable from any thread. Every member gets what is said in the same
// order; a message is framed once and shared by all; a member whose connection closes leaves by itself. A connection may
// be in many rooms, and in one under several ids: it gets each broadcast once.
//
//     static WsRoom room;
//     Task<> WS(WebSocket ws) {
//       room.join("ada", ws.sender());
//       while (auto message = co_await ws.next())
//         if (auto* text = message->text()) room.broadcast(*text);
//     }
class WsRoom {
 public:
  WsRoom() : WsRoom(RoomOptions{}) {}
  explicit WsRoom(const RoomOptions& options);
  ~WsRoom();
  WsRoom(WsRoom&&) noexcept = default;
  WsRoom& operator=(WsRoom&&) noexcept = default;
  WsRoom(const WsRoom&) = delete;
  WsRoom& operator=(const WsRoom&) = delete;

  // Adds a member. One who has the id already is replaced: the latest connection has it. With Replay::History it gets
  // what the room remembers, and then everything later, with no gap and nothing twice.
  JoinResult join(std::string id, WsSender sender, Replay replay = Replay::None) const;
  // A member that is the sending end of a channel, and does with its messages what it likes. It leaves when the
  // receiving end is gone, and does not keep a named room alive.
  JoinResult join(std::string id, Sender<std::string> sender, Replay replay = Replay::None) const;
  // Does nothing when there is none of that id.
  void leave(std::string_view id) const;

  // To all members: a text, whose bytes that are no UTF-8 go out as U+FFFD, or bytes. What was said to all is history.
  void broadcast(std::string_view text) const;
  // To all but the one of that id, if there is one.
  void broadcast_except(std::string_view id, std::string_view text) const;
  template <detail::ByteRange Bytes>
  void broadcast_binary(const Bytes& bytes) const {
    broadcast_bytes(detail::view_of(bytes));
  }
  template <detail::ByteRange Bytes>
  void broadcast_binary_except(std::string_view id, const Bytes& bytes) const {
    broadcast_bytes_except(id, detail::view_of(bytes));
  }
  // To one member; Closed when there is none of that id, else Queued. What a member that is too slow does not get is
  // its connection's matter.
  SendResult send_to(std::string_view id, std::string_view text) const;
  template <detail::ByteRange Bytes>
  SendResult send_binary_to(std::string_view id, const Bytes& bytes) const {
    return send_bytes_to(id, detail::view_of(bytes));
  }

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool contains(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> members() const;  // their ids, sorted
  [[nodiscard]] std::vector<std::string> history() const;  // what is remembered, the newest last

  // Who joins and leaves from now on, in the room's order, for any number of listeners. A listener that lags loses
  // events, and `missed` of the next one says how many. Listening does not keep a named room alive; when the room goes,
  // the events end.
  [[nodiscard]] Receiver<RoomEvent> events(std::size_t capacity = default_channel_capacity) const;

  explicit WsRoom(std::shared_ptr<detail::RoomCore> core);

 private:
  void broadcast_bytes(std::string_view bytes) const;
  void broadcast_bytes_except(std::string_view id, std::string_view bytes) const;
  SendResult send_bytes_to(std::string_view id, std::string_view bytes) const;

  std::shared_ptr<detail::RoomCore> core_;
};

// Rooms by name, for the whole server: the same room wherever it is asked for, and it outlives an edit of its route in
// the dev server. It exists from the first `get` on, for as long as somebody holds a WsRoom of it or a connection is in
// it. Any thread.
class Rooms {
 public:
  // `options` count when this call makes the room.
  [[nodiscard]] WsRoom get(std::string_view name, const RoomOptions& options = {}) const;
  // Those that exist.
  [[nodiscard]] std::vector<std::string> names() const;
};
inline Rooms rooms() { return {}; }

}  // namespace folio
