// WebSocket as a client sees it: the handshake, frames, and echoes that are compared with what was sent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"
#include "transport.hpp"

namespace load {

enum class Opcode : unsigned char { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

constexpr unsigned char fin_bit = 0x80;
constexpr unsigned char rsv1_bit = 0x40;

// A whole frame. `masked`: as clients send it, always with the same key.
std::string make_frame(unsigned char first_byte, std::string_view payload, bool masked);
inline unsigned char text_frame() {
  return fin_bit | static_cast<unsigned char>(Opcode::Text);
}

std::string upgrade_request(std::string_view path, bool deflate);
// Ends the program unless the head is the right 101.
void check_upgrade(std::string_view head, bool deflate);

[[noreturn]] void fail_on_early_bytes(std::string_view bytes);

// Opens a WebSocket on each of `count` connections, which block; `path_of(i)` says where.
template <typename PathOf>
std::vector<Transport> open_sockets(const Options& options, TlsClient* tls, std::size_t count, PathOf path_of) {
  // Several at a time, so that neither side waits for the other.
  constexpr std::size_t at_once = 64;
  std::vector<Transport> sockets(count);
  for (std::size_t first = 0; first < count; first += at_once) {
    const std::size_t end = std::min(count, first + at_once);
    for (std::size_t i = first; i < end; ++i) {
      sockets[i].connect(options.port, tls);
      sockets[i].write_all(upgrade_request(path_of(i), options.deflate));
    }
    for (std::size_t i = first; i < end; ++i) {
      std::string rest;
      check_upgrade(sockets[i].read_head(rest), options.deflate);
      if (!rest.empty()) fail_on_early_bytes(rest);
    }
  }
  return sockets;
}

// Text that compresses about as well as JSON does.
std::string make_text(std::size_t size);
// One message for permessage-deflate without context takeover, and back.
std::string deflate_message(std::string_view text);
std::string inflate_message(std::string_view compressed, std::size_t most);

// What each echo must be.
struct Echo {
  std::string payload;  // as it is, and not compressed
  std::string frame;    // the usual frame of the answer, whole; learnt when it is compressed
  bool deflate = false;
};

class EchoReader {
 public:
  explicit EchoReader(Echo& echo) : echo_(&echo) {}
  std::size_t take(std::string_view input);

 private:
  std::string_view take_frame_head(std::string_view input);
  std::string_view take_payload(std::string_view input);
  void end_message();

  Echo* echo_;
  unsigned char head_[10] = {};
  std::size_t head_size_ = 0;  // what there is of it
  bool in_payload_ = false;
  std::uint64_t left_ = 0;  // of the frame's payload
  bool in_message_ = false;
  bool compressed_ = false;
  std::size_t position_ = 0;  // in the message
  std::string message_;       // compressed, or of a control frame
  std::size_t ended_ = 0;
};

}  // namespace load
