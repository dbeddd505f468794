// UTF-8 as RFC 3629 and table 3-7 of the Unicode Standard have it: no overlong forms, no surrogates, nothing above
// U+10FFFF. The validator is incremental and fails fast: it refuses a byte as soon as no valid text can contain it at
// that place, even inside a code point. Plain values; not shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace folio::base {

class Utf8Validator {
 public:
  // Takes the next bytes of the text. False as soon as no continuation could make the text valid; it then stays false
  // until reset().
  [[nodiscard]] bool feed(std::string_view bytes);

  // Whether what was fed is a whole text: valid, and not cut inside a code point.
  [[nodiscard]] bool complete() const { return pending_ == 0; }

  void reset() { *this = {}; }

 private:
  bool fail();

  std::uint8_t pending_ = 0;  // continuation bytes that the current code point still wants
  std::uint8_t low_ = 0x80;   // the bounds of the next of them
  std::uint8_t high_ = 0xBF;
};

// Whether `text` is valid UTF-8 as a whole.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// `text` with each byte that is no part of a code point replaced by U+FFFD. Unicode §3.9, U+FFFD Substitution.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

// The longest prefix of `text`, at most `limit` bytes, that does not end inside a code point.
// REQUIRES: is_valid_utf8(text).
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t limit);

}  // namespace folio::base
