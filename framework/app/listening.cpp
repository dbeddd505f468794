#include "app/listening.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "net/handover.hpp"
#include "net/listener.hpp"
#include "net/service_manager.hpp"

namespace folio::app {

namespace {

constexpr std::string_view unix_prefix = "unix:";

}  // namespace

Listening::~Listening() {
  close();
  if (predecessor_ >= 0) ::close(predecessor_);
}

Result<void> Listening::open(const Config& config, std::size_t loops) {
  const bool to_file = config.host.starts_with(unix_prefix);
  const std::string path = to_file ? config.host.substr(unix_prefix.size()) : std::string();

  auto activation = net::take_activation_sockets();
  if (!activation.message.empty()) return AppError::internal(std::move(activation.message));
  for (const int fd : activation.sockets) adopt(fd);

  if (!config.takeover_path.empty()) {
    auto inheritance = net::ask_for_sockets(config.takeover_path);
    if (!inheritance.message.empty()) return AppError::internal(std::move(inheritance.message));
    if (inheritance.found) {
      predecessor_ = inheritance.channel;
      note_ = std::move(inheritance.legacy.note);
      const bool already = !sockets_.empty();  // the service manager has the same ones
      for (const int fd : inheritance.legacy.sockets) {
        if (already) {
          ::close(fd);
        } else {
          adopt(fd);
        }
      }
      if (!already && to_file) file_ = net::SocketFile(path);
    }
  }
  if (!sockets_.empty()) return {};
  return to_file ? open_unix(path, static_cast<std::uint32_t>(std::strtoul(config.socket_mode.c_str(), nullptr, 8))) : open_tcp(config, loops);
}

Result<void> Listening::open_tcp(const Config& config, std::size_t loops) {
  // A probe without SO_REUSEPORT, as otherwise a second server would silently share the port of a first.
  const net::ListenSocket probe = net::listen_tcp(config.host, config.port, net::PortSharing::Exclusive);
  if (probe.fd < 0) return AppError::internal(probe.message);
  ::close(probe.fd);
  for (std::size_t i = 0; i < loops; ++i) {
    const net::ListenSocket socket = net::listen_tcp(config.host, probe.port, net::PortSharing::Shared);
    if (socket.fd < 0) {
      close();
      return AppError::internal(socket.message);
    }
    adopt(socket.fd);
  }
  return {};
}

Result<void> Listening::open_unix(const std::string& path, std::uint32_t mode) {
  const net::ListenSocket socket = net::listen_unix(path, mode);
  if (socket.fd < 0) return AppError::internal(socket.message);
  adopt(socket.fd);
  file_ = net::SocketFile(path);
  return {};
}

void Listening::adopt(int fd) {
  sockets_.push_back(fd);
  if (sockets_.size() > 1) return;
  auto address = net::address_of(fd);
  where_ = std::move(address.text);
  port_ = address.port;
}

void Listening::say_ready() {
  if (predecessor_ >= 0) net::say_ready(std::exchange(predecessor_, -1));
}

void Listening::close() noexcept {
  file_.remove();
  for (const int fd : std::exchange(sockets_, {})) ::close(fd);
}

}  // namespace folio::app
