// Listening: the sockets that a server listens on, however it came by them: from a service manager, from the process
// that it takes over from, or opened by itself. The loops get duplicates; these stay, for whoever takes over next.
// Thread rule: one thread.
#pragma once

#include <folio/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "net/socket_file.hpp"

namespace folio::app {

class Listening {
 public:
  Listening() = default;
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  // Takes what there is for it, or listens on the configured address: with a socket for each of `loops` where the kernel
  // can spread connections over several (TCP). The error says what is wrong and how to mend it.
  [[nodiscard]] Result<void> open(const Config& config, std::size_t loops);
  // One that is open already.
  void adopt(int fd);

  [[nodiscard]] std::span<const int> sockets() const noexcept { return sockets_; }
  // "0.0.0.0:5000", "[::]:5000" or "unix:/run/app.sock".
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  // 0 for a Unix-domain socket.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  // Whether they came from a process that serves still, until say_ready(); and what it left beside them.
  [[nodiscard]] bool has_predecessor() const noexcept { return predecessor_ >= 0; }
  [[nodiscard]] const std::string& note() const noexcept { return note_; }
  void say_ready();

  // A successor has them: the file of a Unix-domain socket is its from now on.
  void hand_over() noexcept { file_.leave(); }
  // Closes them, and removes the file of a Unix-domain socket, unless that is another one's by now. More than once.
  void close() noexcept;

 private:
  [[nodiscard]] Result<void> open_tcp(const Config& config, std::size_t loops);
  [[nodiscard]] Result<void> open_unix(const std::string& path, std::uint32_t mode);

  std::vector<int> sockets_;
  std::string where_;
  std::uint16_t port_ = 0;
  int predecessor_ = -1;
  std::string note_;
  net::SocketFile file_;
};

}  // namespace folio::app
