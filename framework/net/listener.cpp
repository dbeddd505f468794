#include "net/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace folio::net {

namespace {

constexpr int backlog = 4096;  // connections that wait in the kernel; it caps this at net.core.somaxconn

std::string where(const std::string& host, std::uint16_t port) {
  return host + ":" + std::to_string(port);
}

ListenSocket failed(int error, std::string message) {
  return {.fd = -1, .port = 0, .error = error, .message = std::move(message)};
}

std::string explain(int error, const std::string& host, std::uint16_t port) {
  switch (error) {
    case EADDRINUSE:
      return "cannot listen on " + where(host, port) +
             ": another program uses the port; stop it, or choose another port";
    case EACCES:
      return "cannot listen on " + where(host, port) +
             ": not allowed; ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return "cannot listen on " + where(host, port) + ": this machine has no such address; 0.0.0.0 means all of them";
    default:
      return "cannot listen on " + where(host, port) + ": " + std::strerror(error);
  }
}

ListenSocket open_socket(const sockaddr* address, socklen_t size, PortSharing sharing, const std::string& host) {
  const int fd = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return failed(errno, std::string("cannot open a socket: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (sharing == PortSharing::Shared) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
  const std::uint16_t port =
      ntohs(address->sa_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(address)->sin6_port
                                           : reinterpret_cast<const sockaddr_in*>(address)->sin_port);
  if (address->sa_family == AF_INET6) {
    const int off = 0;
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));  // [::] serves IPv4 as well
  }
  if (::bind(fd, address, size) != 0 || ::listen(fd, backlog) != 0) {
    const int error = errno;
    ::close(fd);
    return failed(error, explain(error, host, port));
  }
  sockaddr_storage bound{};
  socklen_t bound_size = sizeof(bound);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &bound_size);
  const std::uint16_t real = ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                                               : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  return {.fd = fd, .port = real, .error = 0, .message = {}};
}

}  // namespace

ListenSocket listen_tcp(const std::string& host, std::uint16_t port, PortSharing sharing) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(port);
  const int status = ::getaddrinfo(host.empty() ? nullptr : host.c_str(), service.c_str(), &hints, &found);
  if (status != 0) {
    return failed(EINVAL, "cannot listen on " + where(host, port) + ": '" + host + "' is no address of this machine (" +
                              ::gai_strerror(status) + "); try 127.0.0.1, 0.0.0.0 or ::");
  }
  // An IPv4 address first where there is the choice (localhost): it is what clients on the machine try.
  const addrinfo* chosen = found;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family == AF_INET) {
      chosen = each;
      break;
    }
  }
  ListenSocket result = open_socket(chosen->ai_addr, chosen->ai_addrlen, sharing, host);
  ::freeaddrinfo(found);
  return result;
}

ListenSocket listen_again(int first) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(first, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return failed(errno, std::string("cannot read the address of a listening socket: ") + std::strerror(errno));
  }
  return open_socket(reinterpret_cast<sockaddr*>(&address), size, PortSharing::Shared, "the shared address");
}

ListenSocket listen_unix(const std::string& path, unsigned mode) {
  const std::string place = "unix:" + path;
  const auto refuse = [&](int error, const std::string& why) {
    return failed(error, "cannot listen on " + place + ": " + why);
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // It is bound under another name beside it, and renamed once it is ready.
  const std::string made = path + ".new";
  if (path.empty() || made.size() >= sizeof(address.sun_path)) {
    return refuse(ENAMETOOLONG, "the path has to have 1 to " +
                                    std::to_string(sizeof(address.sun_path) - sizeof(".new")) + " bytes");
  }
  const auto open = [] { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); };

  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return refuse(EEXIST, "there is something else than a socket; choose another path");
    const int probe = open();
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const bool answered = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    const int why = errno;
    ::close(probe);
    if (answered || why == EAGAIN) {  // EAGAIN: its queue is full
      return refuse(EADDRINUSE, "another program listens there; stop it, or choose another path");
    }
    if (why != ECONNREFUSED) return refuse(why, std::strerror(why));
  }

  const int fd = open();
  if (fd < 0) return failed(errno, std::string("cannot open a socket: ") + std::strerror(errno));
  std::memcpy(address.sun_path, made.c_str(), made.size() + 1);
  (void)::unlink(made.c_str());
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 || ::chmod(made.c_str(), mode) != 0 ||
      ::listen(fd, backlog) != 0 || ::rename(made.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::close(fd);
    (void)::unlink(made.c_str());
    return refuse(error, std::strerror(error));
  }
  return {.fd = fd, .port = 0, .error = 0, .message = {}};
}

ListenAddress address_of(int fd) {
  int listening = 0;
  socklen_t size = sizeof(listening);
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) return {};
  int type = 0;
  size = sizeof(type);
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) return {};
  sockaddr_storage address{};
  size = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in&>(address);
    uv_ip4_name(&four, text.data(), text.size());
    return {.text = where(text.data(), ntohs(four.sin_port)), .port = ntohs(four.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    uv_ip6_name(&six, text.data(), text.size());
    return {.text = where(std::string("[") + text.data() + "]", ntohs(six.sin6_port)), .port = ntohs(six.sin6_port)};
  }
  if (address.ss_family == AF_UNIX) {
    // Bound as PATH.new, see listen_unix.
    std::string path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
    if (path.ends_with(".new")) path.resize(path.size() - 4);
    return {.text = "unix:" + path, .port = 0};
  }
  return {};
}

// libuv's handle for TCP is a stream over a descriptor, of whatever family that is: a Unix-domain socket listens,
// accepts, reads and writes by it as well.
struct Listener::Handle {
  uv_tcp_t tcp;
  OnConnection on_connection;
};

Listener::Listener(Loop& loop, int fd, OnConnection on_connection)
    : handle_(new Handle{.tcp = {}, .on_connection = std::move(on_connection)}) {
  uv_tcp_init(loop.raw(), &handle_->tcp);
  handle_->tcp.data = handle_;
  uv_tcp_open(&handle_->tcp, fd);
  uv_tcp_nodelay(&handle_->tcp, 1);  // Linux gives it to the connections, each of which would else cost a call
  uv_listen(reinterpret_cast<uv_stream_t*>(&handle_->tcp), backlog, [](uv_stream_t* stream, int status) {
    if (status == 0) static_cast<Handle*>(stream->data)->on_connection(stream);
  });
}

Listener::~Listener() {
  close();
}

void Listener::close() noexcept {
  if (handle_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->tcp),
           [](uv_handle_t* handle) { delete static_cast<Handle*>(handle->data); });
  handle_ = nullptr;
}

}  // namespace folio::net
