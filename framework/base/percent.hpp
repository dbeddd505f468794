// Percent-encoding of URI text (RFC 3986 §2.1) and of forms (WHATWG URL, application/x-www-form-urlencoded).
// Decoding never fails half-way: it gives the whole text or nothing. All functions are pure and thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace folio::base {

// Writes the decoded bytes of `text` to `out`, which has room for text.size() bytes, and returns how many there are.
// Nothing when an escape is malformed: `%`, `%4`, `%zz`. A decoded NUL is a byte like any other: the caller decides.
// `out` may be text.data() itself.
[[nodiscard]] std::optional<std::size_t> percent_decode_to(std::string_view text, char* out);

[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// The same for a form or a query string, where `+` is a space.
[[nodiscard]] std::optional<std::string> form_decode(std::string_view text);

// As a query string is read by a browser: a malformed escape stays as it is.
[[nodiscard]] std::string form_decode_lenient(std::string_view text);

// Escapes all but unreserved characters (RFC 3986 §2.3), so that the result is safe as one segment or one value.
[[nodiscard]] std::string percent_encode(std::string_view text);

// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace folio::base
