// The protocols of the bare servers: the end of a head, whole frames, and hardly more.
#pragma once

#include "deflate.hpp"
#include "peer.hpp"
#include "reply.hpp"
#include "site.hpp"

namespace limits {

class Service {
 public:
  explicit Service(const std::string& folder) : site_(folder) { tick(); }

  // Answers whatever is whole in `data`, and gives how much that was; payloads are unmasked where they lie. `stays`:
  // the bytes will be there until the reply is sent. Behind it `wanted` is the size of what is not whole, or 0.
  std::size_t serve(Peer& peer, char* data, std::size_t size, bool stays, Reply& reply);
  [[nodiscard]] std::uint64_t wanted() const { return wanted_; }

  Rooms& rooms() { return rooms_; }
  // Once a second, or more often.
  void tick() { site_.refresh(std::time(nullptr)); }

 private:
  std::size_t serve_request(Peer& peer, std::string_view input, Reply& reply);
  void upgrade(Peer& peer, std::string_view head, Reply& reply);
  std::size_t serve_frame(Peer& peer, char* data, std::size_t size, bool stays, Reply& reply);
  enum class Life { Passing, Event, Staying };  // how long the bytes of a message are where they are
  void hear(Peer& peer, unsigned char first, std::string_view payload, Life life, Reply& reply);

  Site site_;
  Rooms rooms_;
  Deflate deflate_;
  std::uint64_t wanted_ = 0;
};

}  // namespace limits
