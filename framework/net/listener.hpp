// Listener: a socket that a loop accepts connections from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/loop.hpp"

struct uv_stream_s;

namespace folio::net {

// A listening socket as a file descriptor, or what went wrong.
struct ListenSocket {
  int fd = -1;
  std::uint16_t port = 0;  // the real one, when 0 was asked for
  int error = 0;           // an errno value; 0 when fd is good
  std::string message;     // for a person: what, where, how to mend it
};

enum class PortSharing : std::uint8_t {
  Exclusive,  // a second listener on the port is an error
  Shared,     // SO_REUSEPORT: the kernel spreads connections over all listeners of the port
};

// Binds and listens on `host` (a numeric address or `localhost`) and `port`.
[[nodiscard]] ListenSocket listen_tcp(const std::string& host, std::uint16_t port, PortSharing sharing);
// Binds and listens on a Unix-domain socket at `path`, which gets the permissions `mode`. What lies there is replaced if
// it is a socket that nobody listens on any more, and by a socket that is ready: clients always find one of the two.
[[nodiscard]] ListenSocket listen_unix(const std::string& path, unsigned mode);
// Where a listening socket listens, for a person: "127.0.0.1:5000", "[::]:5000", "unix:/run/app.sock"; and its port, 0
// when it has none. Empty: it is no listening socket.
struct ListenAddress {
  std::string text;
  std::uint16_t port = 0;
};
[[nodiscard]] ListenAddress address_of(int fd);
// A second listener on a socket's own address, for another loop; `first` must have been bound Shared.
[[nodiscard]] ListenSocket listen_again(int first);

class Listener {
 public:
  // Called on the loop's thread for each connection that waits; must accept it with TcpConnection::accept.
  using OnConnection = std::function<void(uv_stream_s*)>;

  // Takes over `fd`. REQUIRES: called on the loop's thread, or before it runs.
  Listener(Loop& loop, int fd, OnConnection on_connection);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Stops accepting; what waits in the kernel's queue is refused unless another listener shares the port.
  void close() noexcept;

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace folio::net
