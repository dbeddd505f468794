// Frames of RFC 6455, as little of them as a server needs that trusts its clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace limits {

struct Frame {
  unsigned char first = 0;    // FIN, RSV and opcode
  std::size_t head_size = 0;  // the mask's key included
  std::uint64_t length = 0;
  [[nodiscard]] bool fin() const { return (first & 0x80) != 0; }
  [[nodiscard]] bool compressed() const { return (first & 0x40) != 0; }
  [[nodiscard]] unsigned opcode() const { return first & 0x0f; }
  [[nodiscard]] std::uint64_t size() const { return head_size + length; }
};

// False when the head is not whole.
inline bool read_frame_head(const char* data, std::size_t size, Frame& frame) {
  if (size < 6) return false;
  const auto byte = [data](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(data[i])); };
  frame.first = static_cast<unsigned char>(byte(0));
  frame.length = byte(1) & 0x7f;
  frame.head_size = 6;
  if (frame.length == 126) {
    frame.head_size = 8;
    if (size < 8) return false;
    frame.length = byte(2) << 8 | byte(3);
  } else if (frame.length == 127) {
    frame.head_size = 14;
    if (size < 14) return false;
    frame.length = 0;
    for (std::size_t i = 2; i < 10; ++i) frame.length = frame.length << 8 | byte(i);
  }
  return true;
}

inline void unmask(char* payload, std::size_t size, const char* key) {
  std::uint32_t word;
  std::memcpy(&word, key, 4);
  const std::uint64_t wide = static_cast<std::uint64_t>(word) << 32 | word;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    std::uint64_t chunk;
    std::memcpy(&chunk, payload + i, 8);
    chunk ^= wide;
    std::memcpy(payload + i, &chunk, 8);
  }
  for (; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
}

// The head of a frame of the server.
inline void add_frame_head(std::string& to, unsigned char first, std::size_t length) {
  to += static_cast<char>(first);
  if (length < 126) {
    to += static_cast<char>(length);
    return;
  }
  const int bytes = length < 65536 ? 2 : 8;
  to += static_cast<char>(bytes == 2 ? 126 : 127);
  for (int i = bytes - 1; i >= 0; --i) to += static_cast<char>(length >> (8 * i));
}

}  // namespace limits
