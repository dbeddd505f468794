// A connection as the protocols see it, whatever carries its bytes; and rooms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frames.hpp"

namespace limits {

struct Room;

struct Peer {
  virtual ~Peer() = default;
  virtual void send_shared(std::string_view bytes) = 0;  // good until the end of the turn

  enum class Mode : unsigned char { Http, Socket } mode = Mode::Http;
  bool deflate = false;
  unsigned char message_first = 0;       // first byte of a message in fragments
  std::unique_ptr<std::string> message;  // what there is of it
  Room* room = nullptr;
  std::size_t place = 0;        // in the room
  std::uint64_t body_left = 0;  // of the request's body
  std::uint64_t body_size = 0;
};

struct Room {
  std::string name;
  std::vector<Peer*> members;
  std::string output;  // the frames of this turn
};

class Rooms {
 public:
  void join(Peer& peer, std::string_view name) {
    auto& room = rooms_[std::string(name)];
    if (room == nullptr) room = std::make_unique<Room>(std::string(name));
    peer.room = room.get();
    peer.place = room->members.size();
    room->members.push_back(&peer);
  }
  void leave(Peer& peer) {
    if (peer.room == nullptr) return;
    auto& members = peer.room->members;
    members[peer.place] = members.back();
    members[peer.place]->place = peer.place;
    members.pop_back();
    if (members.empty()) {
      std::erase(loud_, peer.room);
      rooms_.erase(rooms_.find(peer.room->name));
    }
    peer.room = nullptr;
  }
  void broadcast(Room& room, unsigned char first, std::string_view payload) {
    if (room.output.empty()) loud_.push_back(&room);
    add_frame_head(room.output, first, payload.size());
    room.output += payload;
  }
  // At the end of a turn: each member is written to once.
  void flush() {
    for (Room* room : loud_) {
      for (Peer* member : room->members) member->send_shared(room->output);
      room->output.clear();
    }
    loud_.clear();
  }

 private:
  std::unordered_map<std::string, std::unique_ptr<Room>> rooms_;
  std::vector<Room*> loud_;  // those with output
};

}  // namespace limits
