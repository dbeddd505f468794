// A TCP connection of a client, for tests: sends bytes in the pieces that it is told, takes what the server sends at
// the same time, and knows how the connection ended. Everything has a deadline; nothing waits for less than an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/tls_context.hpp"
#include "net/tls_session.hpp"

namespace folio::conformance {

// How the bytes of a send reach the server. Where they are cut has nothing to do with frames.
enum class Pace {
  Whole,   // at once
  Chops,   // in some pieces of different sizes
  Sevens,  // in pieces of seven bytes; of many bytes only the first and the last ones
  Single,  // byte by byte; likewise
};

class Wire {
 public:
  // With a context, over TLS: each piece that is sent is a record of its own.
  explicit Wire(std::uint16_t port, const net::TlsContext* tls = nullptr);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // False, with fault(), when the connection does not take the bytes.
  [[nodiscard]] bool send(std::string_view bytes, Pace pace);
  // Ends our side; the server can still send.
  void end();

  // More bytes into input(). False at the end of the connection, or with fault().
  [[nodiscard]] bool receive();
  // What came and has not been taken.
  [[nodiscard]] std::string_view input() const { return std::string_view(input_).substr(taken_); }
  void take(std::size_t count);

  // Whether the server has ended its side.
  [[nodiscard]] bool ended() const { return ended_; }
  // What went wrong, a reset or silence; empty: nothing. A reset that comes after the end is one.
  [[nodiscard]] const std::string& fault();

 private:
  [[nodiscard]] bool send_piece(std::string_view bytes);
  [[nodiscard]] bool send_raw(std::string_view bytes);
  [[nodiscard]] bool flush_tls();
  void take_in(std::string_view bytes);
  // Waits for `events` of poll(2), and reads what there is to read.
  [[nodiscard]] bool wait(short events, short& ready);
  void read();
  void fail(const char* what, int error);

  int fd_;
  std::optional<net::TlsSession> tls_;
  std::string input_;
  std::size_t taken_ = 0;
  std::string fault_;
  bool ended_ = false;
};

}  // namespace folio::conformance
