// Arrival: what stands between a new connection and its first request: a PROXY header, a TLS handshake, or both in this
// order. Connections in clear without a PROXY header have none. Loop thread only.
//
// Those of a loop stand in a row, the oldest first. When there are too many, the oldest goes: a client that means it is
// through in some round trips, and so the ones that hold out longest are those that never will be.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "http/proxy_header.hpp"
#include "net/tls_context.hpp"

namespace folio::net {
class TcpConnection;
}

namespace folio::app {

class Connection;
class Arrival;

// The connections of a loop that are about to arrive.
class Arrivals {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // The one that has been there for longest; null when there is none.
  [[nodiscard]] Arrival* oldest() const noexcept { return first_; }

 private:
  friend class Arrival;
  Arrival* first_ = nullptr;
  Arrival* last_ = nullptr;
  std::size_t size_ = 0;
};

class Arrival {
 public:
  struct Plan {
    bool proxy_header = false;
    std::shared_ptr<const net::TlsContext> tls;  // null: in clear
  };

  Arrival(Arrivals& row, net::TcpConnection& tcp, Plan plan);
  ~Arrival();
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  // Takes what came before TLS began. Gives what is already the first request's, when there is no TLS: then, and only
  // then, the arrival is done. A malformed PROXY header closes the connection.
  [[nodiscard]] std::optional<std::span<char>> receive(std::span<char> bytes);
  // What the PROXY header said.
  [[nodiscard]] const http::ProxyHeader& proxy() const noexcept { return parser_.header(); }
  // Leaves the row and closes the connection.
  void give_up() noexcept;

 private:
  void leave() noexcept;

  Arrivals& row_;
  net::TcpConnection& tcp_;
  Plan plan_;
  http::ProxyHeaderParser parser_;
  Arrival* next_ = nullptr;
  Arrival* previous_ = nullptr;
  bool in_row_ = true;
};

}  // namespace folio::app
