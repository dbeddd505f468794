#include "base/percent.hpp"

namespace folio::base {
namespace {

// RFC 3986 §2.1: "A percent-encoded octet is encoded as a character triplet, consisting of the percent character "%"
// followed by the two hexadecimal digits". The byte at `at`, or -1 when there is no such triplet.
int triplet(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

constexpr bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

std::optional<std::size_t> percent_decode_to(std::string_view text, char* out) {
  std::size_t written = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      const int byte = triplet(text, at);
      if (byte < 0) return std::nullopt;
      c = static_cast<char>(byte);
      at += 2;
    }
    out[written++] = c;
  }
  return written;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded(text.size(), '\0');
  const auto size = percent_decode_to(text, decoded.data());
  if (!size) return std::nullopt;
  decoded.resize(*size);
  return decoded;
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced) {
    if (c == '+') c = ' ';
  }
  const auto size = percent_decode_to(spaced, spaced.data());
  if (!size) return std::nullopt;
  spaced.resize(*size);
  return spaced;
}

std::string form_decode_lenient(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int byte = text[at] == '%' ? triplet(text, at) : -1;
    if (byte >= 0) {
      decoded += static_cast<char>(byte);
      at += 2;
    } else {
      decoded += text[at] == '+' ? ' ' : text[at];
    }
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

}  // namespace folio::base
