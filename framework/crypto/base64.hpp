// Base64 of RFC 4648 §4: the standard alphabet, padded. Decoding is strict: nothing outside the alphabet, no line
// breaks, padding to a multiple of four and nowhere else, and no stray bits before it (§3.5), so that each text of
// bytes has exactly one encoding.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace folio::crypto {

// Bytes of base64 that `size` bytes become.
[[nodiscard]] constexpr std::size_t base64_size(std::size_t size) {
  return (size + 2) / 3 * 4;
}

// Whether `character` stands for six bits (the padding character does not).
[[nodiscard]] bool is_base64_character(char character);

// Writes base64_size(bytes.size()) characters to `out` and no terminator.
void base64_encode(std::string_view bytes, char* out);
[[nodiscard]] std::string base64_encode(std::string_view bytes);

// Nothing when `text` is not strictly valid.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace folio::crypto
