#include "crypto/base64.hpp"

#include <array>
#include <cstdint>

namespace folio::crypto {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr auto digits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

std::uint32_t digit(char character) {
  return digits[static_cast<unsigned char>(character)];
}
std::uint32_t octet(char byte) {
  return static_cast<unsigned char>(byte);
}

}  // namespace

bool is_base64_character(char character) {
  return digit(character) != no_digit;
}

void base64_encode(std::string_view bytes, char* out) {
  std::size_t i = 0;
  for (; bytes.size() - i >= 3; i += 3) {
    const std::uint32_t group = octet(bytes[i]) << 16 | octet(bytes[i + 1]) << 8 | octet(bytes[i + 2]);
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = alphabet[group & 63];
  }
  if (bytes.size() - i == 1) {
    const std::uint32_t group = octet(bytes[i]) << 16;
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = '=';
    *out++ = '=';
  } else if (bytes.size() - i == 2) {
    const std::uint32_t group = octet(bytes[i]) << 16 | octet(bytes[i + 1]) << 8;
    *out++ = alphabet[group >> 18];
    *out++ = alphabet[group >> 12 & 63];
    *out++ = alphabet[group >> 6 & 63];
    *out++ = '=';
  }
}

std::string base64_encode(std::string_view bytes) {
  std::string text(base64_size(bytes.size()), '=');
  base64_encode(bytes, text.data());
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }

  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char character : text) {
    const std::uint32_t value = digit(character);
    if (value == no_digit) return std::nullopt;
    group = group << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(group >> bits & 0xFF));
    }
  }
  // RFC 4648 §3.5: "Implementations MAY chose to reject the encoding if the pad bits have not been set to zero."
  if ((group & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace folio::crypto
