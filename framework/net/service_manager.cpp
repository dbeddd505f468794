#include "net/service_manager.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "net/listener.hpp"

namespace folio::net {

namespace {

constexpr int first_socket = 3;  // SD_LISTEN_FDS_START

// -1: it is not set, or no number.
long number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return -1;
  long number = -1;
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, number).ptr == end ? number : -1;
}

}  // namespace

ActivationSockets take_activation_sockets() {
  const long process = number_in("LISTEN_PID");
  const long count = number_in("LISTEN_FDS");
  if (process != ::getpid() || count <= 0) return {};
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(variable);
  ActivationSockets result;
  for (int fd = first_socket; fd < first_socket + count; ++fd) {
    if (address_of(fd).text.empty()) {
      return {.sockets = {},
              .message = "file descriptor " + std::to_string(fd) +
                         ", which LISTEN_FDS hands over, is no listening stream socket; is there Accept=no and "
                         "ListenStream= in the .socket unit?"};
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    result.sockets.push_back(fd);
  }
  return result;
}

void notify_service_manager(std::string_view state) noexcept {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::strlen(path);
  if (size >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, path, size);
  if (path[0] == '@') address.sun_path[0] = '\0';  // Linux's abstract names
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  (void)::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
  ::close(fd);
}

}  // namespace folio::net
