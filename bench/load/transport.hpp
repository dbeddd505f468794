// A connection's bytes: TCP, or TLS over it.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "options.hpp"

namespace load {

// Makes TLS connections; the server's certificate is signed by itself, and not looked at.
class TlsClient {
 public:
  explicit TlsClient(bool resume);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  SSL* open(int fd);

 private:
  SSL_CTX* context_;
  SSL_SESSION* session_ = nullptr;  // the last one that a server gave out
};

class Transport {
 public:
  // What read() and write() give when they have to wait.
  static constexpr long blocked = -1;

  Transport() = default;
  ~Transport() { close(); }
  Transport(Transport&& other) noexcept : fd_(other.fd_), ssl_(other.ssl_) {
    other.fd_ = -1;
    other.ssl_ = nullptr;
  }
  Transport& operator=(Transport&&) = delete;

  // `spread`: from one of many addresses of the loopback network, since one has not ports enough for short connections.
  void connect(int port, TlsClient* tls, bool spread = false);
  void close();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  // Up to `size` bytes; 0 at the end of the stream, `blocked` when there are none yet.
  long read(char* to, std::size_t size);
  // How many bytes were taken, or `blocked`.
  long write(const char* from, std::size_t size);
  // Whether a read would give bytes without the kernel.
  [[nodiscard]] bool has_pending() const { return ssl_ != nullptr && SSL_has_pending(ssl_) != 0; }

  // While connections are set up one after the other.
  void set_blocking(bool blocking);
  void write_all(std::string_view bytes);
  // To the end of a head; what came behind it is left in `rest`.
  std::string read_head(std::string& rest);

  // TLS: carries the handshake on; true once it is done.
  bool handshake();
  [[nodiscard]] bool resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) != 0; }

 private:
  int fd_ = -1;
  SSL* ssl_ = nullptr;
};

}  // namespace load
