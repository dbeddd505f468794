// A whole server whose loop turns when it is told to, and clients of it on the same thread, over pairs of sockets: so
// that what is counted is the server's alone, and the same each time.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "app/server.hpp"

struct uv_timer_s;

namespace bench {

class InProcessServer {
 public:
  InProcessServer();
  ~InProcessServer();
  InProcessServer(const InProcessServer&) = delete;
  InProcessServer& operator=(const InProcessServer&) = delete;

  // Gives the client's end of a new connection; the connection is the server's from the next turn on.
  [[nodiscard]] int connect();
  // One turn of the loop: whatever has arrived is answered. Counted.
  void turn();
  // The same without being counted.
  void turn_uncounted();
  // A second passes: the loop looks at the deadlines of all connections. Counted.
  void sweep();

  // Of /file.txt, which it serves: bytes, all of them `x`.
  static constexpr std::size_t file_size = 4096;

 private:
  std::string public_files_;
  std::unique_ptr<folio::app::Server> server_;
  uv_timer_s* sweep_ = nullptr;
};

// Asks for a WebSocket, with further fields if need be.
[[nodiscard]] std::string upgrade_request(std::string_view path, std::string_view fields = {});

// The client's end of a connection.
class Peer {
 public:
  explicit Peer(InProcessServer& server) : server_(server), fd_(server.connect()) {}
  Peer(Peer&& other) noexcept : server_(other.server_), fd_(other.fd_) { other.fd_ = -1; }
  Peer& operator=(Peer&&) = delete;
  ~Peer();

  void send(std::string_view bytes) const;
  // What has come, up to `size` bytes; less when no more is there.
  std::string_view receive(std::size_t size);
  // What has come, all of it.
  std::string_view receive_some() { return receive(64 * 1024); }
  // Sends an upgrade_request and leaves the 101 behind. Not counted.
  void upgrade(std::string_view path, std::string_view fields = {});

 private:
  InProcessServer& server_;
  int fd_;
  std::string buffer_;
};

}  // namespace bench
