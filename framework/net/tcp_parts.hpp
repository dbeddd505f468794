// What the files of TcpConnection share. Internal.
#pragma once

#include <uv.h>

#include <deque>

#include "net/alarm.hpp"
#include "net/lookup.hpp"
#include "net/tcp.hpp"
#include "net/tls_session.hpp"

namespace folio::net {

struct TcpConnection::Handle {
  uv_tcp_t tcp;
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }
};

// Bytes that a connection sends of files in one turn of the loop, so that a fast reader does not hold up the others: some
// 0.1 ms. Under TLS, where they are encrypted, as long takes a quarter of it.
inline constexpr std::uint64_t file_slice = 1024 * 1024;
inline constexpr std::size_t encrypted_slice = 256 * 1024;

// One of: bytes of its own, shared bytes, a part of a file.
struct TcpConnection::Segment {
  base::Buffer owned{};
  base::SharedBytes shared{};
  std::shared_ptr<const base::File> file{};
  std::size_t offset = 0;     // of what is already sent; in a file its position
  std::uint64_t end = 0;      // position in the file
  std::uint64_t advised = 0;  // how far the disk was asked to read ahead
  bool unsendable = false;    // sendfile(2) does not know this file's system

  // Of bytes; empty for a file.
  [[nodiscard]] std::string_view rest() const {
    if (file) return {};
    return (shared ? std::string_view(*shared) : owned.view()).substr(offset);
  }
};

// Exists only while the kernel is slower than we are.
struct TcpConnection::Backlog {
  std::deque<Segment> waiting;    // under TLS not encrypted yet
  std::deque<Segment> in_flight;  // handed to uv_write; their memory must stay
  uv_write_t request{};
};

struct TcpConnection::Dial {
  Dial(Loop& loop, ConnectTarget to, std::function<void()> on_alarm)
      : target(std::move(to)),
        deadline(loop.now() + std::chrono::nanoseconds(target.timeout).count()),
        alarm(loop.raw(), std::move(on_alarm)) {}

  ConnectTarget target;
  std::int64_t deadline;  // on the loop's clock
  Alarm alarm;            // the deadline, or the end of one address's share of the time
  Lookup lookup;
  std::vector<SocketAddress> addresses;
  std::size_t next = 0;    // address to try
  std::string problem;     // with the one before
  bool connected = false;  // TCP is; TLS is not yet
};

struct TcpConnection::Tls {
  Tls(const TlsContext& context, std::string_view host) : session(context, host) {}

  TlsSession session;
  // What one read brought beyond the owner's pause.
  base::Buffer held;
  bool end_held = false;
  bool truncated = false;
  [[nodiscard]] bool holding() const { return !held.empty() || end_held; }
};

}  // namespace folio::net
