#include "transport.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fail.hpp"

namespace load {
namespace {

[[noreturn]] void fail_with_tls(const char* doing) {
  char text[256] = "the server closed the connection";
  if (const unsigned long error = ERR_get_error(); error != 0) ERR_error_string_n(error, text, sizeof(text));
  fail(std::string(doing) + ": " + text);
}

// A later address of 127.0.0.0/8 each time.
void bind_to_next_address(int fd) {
  static unsigned turn = 0;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % 200);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof(from)) != 0) {
    fail(std::string("cannot bind to a loopback address: ") + std::strerror(errno));
  }
}

}  // namespace

TlsClient::TlsClient(bool resume) : context_(SSL_CTX_new(TLS_client_method())) {
  SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context_, 1);
  if (!resume) return;
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_sess_set_new_cb(context_, [](SSL* ssl, SSL_SESSION* session) {
    auto* self = static_cast<TlsClient*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    SSL_SESSION_free(self->session_);
    self->session_ = session;
    return 1;  // it is ours now
  });
}

TlsClient::~TlsClient() {
  SSL_SESSION_free(session_);
  SSL_CTX_free(context_);
}

SSL* TlsClient::open(int fd) {
  SSL* ssl = SSL_new(context_);
  SSL_set_fd(ssl, fd);
  SSL_set_connect_state(ssl);
  if (session_ != nullptr) {
    // A copy: OpenSSL uses a session once, and a server need not give out another each time.
    SSL_SESSION* copy = SSL_SESSION_dup(session_);
    SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
  }
  return ssl;
}

void Transport::connect(int port, TlsClient* tls, bool spread) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) fail(std::string("cannot open a socket: ") + std::strerror(errno) + "; `ulimit -n` may be too low");
  if (spread) bind_to_next_address(fd_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    fail("cannot connect to port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (tls != nullptr) ssl_ = tls->open(fd_);
}

void Transport::close() {
  if (ssl_ != nullptr) {
    SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);  // or its session counts as broken
    SSL_free(ssl_);
  }
  if (fd_ >= 0) ::close(fd_);
  ssl_ = nullptr;
  fd_ = -1;
}

long Transport::read(char* to, std::size_t size) {
  if (ssl_ != nullptr) {
    std::size_t got = 0;
    const int status = SSL_read_ex(ssl_, to, size, &got);
    if (status > 0) return static_cast<long>(got);
    const int error = SSL_get_error(ssl_, status);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return blocked;
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    fail_with_tls("cannot read");
  }
  for (;;) {
    const ssize_t got = ::recv(fd_, to, size, 0);
    if (got >= 0) return got;
    if (errno == EAGAIN) return blocked;
    if (errno != EINTR) fail(std::string("cannot read: ") + std::strerror(errno));
  }
}

long Transport::write(const char* from, std::size_t size) {
  if (ssl_ != nullptr) {
    std::size_t put = 0;
    const int status = SSL_write_ex(ssl_, from, size, &put);
    if (status > 0) return static_cast<long>(put);
    const int error = SSL_get_error(ssl_, status);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return blocked;
    fail_with_tls("cannot write");
  }
  for (;;) {
    const ssize_t put = ::send(fd_, from, size, MSG_NOSIGNAL);
    if (put >= 0) return put;
    if (errno == EAGAIN) return blocked;
    if (errno != EINTR) fail(std::string("cannot write: ") + std::strerror(errno));
  }
}

void Transport::set_blocking(bool blocking) {
  const int flags = ::fcntl(fd_, F_GETFL);
  ::fcntl(fd_, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void Transport::write_all(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(static_cast<std::size_t>(write(bytes.data(), bytes.size())));
}

std::string Transport::read_head(std::string& rest) {
  char chunk[16 * 1024];
  for (;;) {
    if (const auto end = rest.find("\r\n\r\n"); end != std::string::npos) {
      std::string head = rest.substr(0, end + 4);
      rest.erase(0, end + 4);
      return head;
    }
    const long got = read(chunk, sizeof(chunk));
    if (got <= 0) fail("the server closed a connection before it had answered: " + shown(rest));
    rest.append(chunk, static_cast<std::size_t>(got));
  }
}

bool Transport::handshake() {
  if (ssl_ == nullptr) return true;
  const int status = SSL_do_handshake(ssl_);
  if (status == 1) return true;
  const int error = SSL_get_error(ssl_, status);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return false;
  fail_with_tls("TLS handshake");
}

}  // namespace load
