#include "http/authority.hpp"

#include <cstddef>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

// RFC 3986 §3.2.2: "reg-name = *( unreserved / pct-encoded / sub-delims )"
constexpr auto reg_name_bytes = base::ByteSet("-._~!$&'()*+,;=%").add_alnum();
// What stands between the brackets of an IPv6 address or an IPvFuture; no zone (RFC 9110 has none).
constexpr auto literal_bytes = base::ByteSet("-._~!$&'()*+,;=:").add_alnum();
constexpr std::size_t max_port_digits = 5;

bool escapes_are_whole(std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    if (i + 2 >= text.size() || !base::is_hex(text[i + 1]) || !base::is_hex(text[i + 2])) return false;
  }
  return true;
}

bool is_port_suffix(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() != ':' || text.size() > 1 + max_port_digits) return false;
  for (char c : text.substr(1)) {
    if (!base::is_digit(c)) return false;
  }
  return true;
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    return literal_bytes.contains_all(text.substr(1, close - 1)) && is_port_suffix(text.substr(close + 1));
  }
  std::size_t colon = 0;
  while (colon < text.size() && reg_name_bytes.contains(text[colon])) ++colon;
  return colon != 0 && escapes_are_whole(text.substr(0, colon)) && is_port_suffix(text.substr(colon));
}

}  // namespace folio::http
