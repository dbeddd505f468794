// What the members of bench/soak say to each other, and the frames that it travels in.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace bench {

[[noreturn]] inline void die(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(1);
}

// A message as text: who, its number from one on, when; each in hexadecimal digits of a fixed count.
inline constexpr std::size_t sender_digits = 8;
inline constexpr std::size_t number_digits = 8;
inline constexpr std::size_t time_digits = 16;
inline constexpr std::size_t message_size = sender_digits + number_digits + time_digits;

struct Message {
  std::uint32_t sender = 0;
  std::uint32_t number = 0;
  std::uint64_t sent_at = 0;
};

inline void append_hex(std::string& to, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0;) to += "0123456789abcdef"[value >> (4 * i) & 15];
}

template <class Number>
Number read_hex(std::string_view digits) {
  Number value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) die("not a message: " + std::string(digits));
  return value;
}

inline Message read_message(std::string_view text) {
  if (text.size() != message_size) die("not a message: " + std::string(text));
  return {.sender = read_hex<std::uint32_t>(text.substr(0, sender_digits)),
          .number = read_hex<std::uint32_t>(text.substr(sender_digits, number_digits)),
          .sent_at = read_hex<std::uint64_t>(text.substr(sender_digits + number_digits))};
}

// RFC 6455 §5.2, a client's frame of up to 125 bytes.
inline std::string make_frame(char opcode, std::string_view payload) {
  constexpr std::array<char, 4> key{0x11, 0x22, 0x33, 0x44};
  std::string frame{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
  frame.append(key.data(), key.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ key[i % key.size()]);
  return frame;
}

inline constexpr char opcode_text = 0x1;
inline constexpr char opcode_close = 0x8;
inline constexpr char opcode_ping = 0x9;
inline constexpr char opcode_pong = 0xA;

}  // namespace bench
