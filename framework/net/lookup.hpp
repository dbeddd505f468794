// Names and numeric addresses to what a socket connects to. Internal.
//
// Thread rule: everything on the thread of the loop; the system's resolver is asked on another one.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"

namespace folio::net {

using SocketAddress = sockaddr_storage;

// An IPv4 or IPv6 address in digits, the latter with or without brackets; none if `host` is a name.
[[nodiscard]] std::optional<SocketAddress> numeric_address(std::string_view host, std::uint16_t port);
[[nodiscard]] bool is_numeric(std::string_view host);
// Whether `host` may be a name or an address at all: printable ASCII of a bearable length.
[[nodiscard]] bool is_host(std::string_view host);

// `host:port` as a person writes it, with brackets around an IPv6 address.
[[nodiscard]] std::string describe(std::string_view host, std::uint16_t port);

// One question to the resolver. Lifetime: after the destructor, which may run within the answer, no answer comes; the
// resolver may go on by itself, and the loop is not destroyed before it is done.
class Lookup {
 public:
  // The addresses in the order in which they should be tried (RFC 6724), or none and why.
  using OnAnswer = std::function<void(std::vector<SocketAddress>, std::string problem)>;

  Lookup() = default;
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // Empty, or why the question cannot be asked; then no answer comes. Once.
  [[nodiscard]] std::string start(Loop& loop, const std::string& host, std::uint16_t port, OnAnswer on_answer);

 private:
  struct Request;
  void answered(Request& request, int status);

  Request* request_ = nullptr;  // frees itself when the resolver is done with it
  OnAnswer on_answer_;
};

}  // namespace folio::net
