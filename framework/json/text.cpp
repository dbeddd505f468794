#include "json/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "json/utf8_sequence.hpp"

namespace folio::json {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// Bytes that can stand in a string as they are: ASCII without controls, quotes and backslashes.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr std::array<bool, 256> plain = make_plain();

bool is_plain(char c) {
  return plain[static_cast<unsigned char>(c)];
}

// Whether all of eight bytes are plain, by arithmetic on all of them at once.
bool are_plain(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = ones * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  const auto has_zero = [&](std::uint64_t x) { return (x - ones) & ~x & tops; };
  const std::uint64_t control = (word - ones * 0x20) & ~word & tops;
  return ((word & tops) | control | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\'))) == 0;
}

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default: {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\u00");
      out.push_back("0123456789abcdef"[byte >> 4]);
      out.push_back("0123456789abcdef"[byte & 15]);
    }
  }
}

template <class T>
void append_chars(std::string& out, T value) {
  char text[32];  // the longest is a double of 24
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

template <class F>
void append_floating(std::string& out, F value) {
  if (!std::isfinite(value)) {
    out.append("null");
  } else if (value == 0 && std::signbit(value)) {
    out.append("-0.0");
  } else {
    append_chars(out, value);
  }
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t begin = 0;  // of the bytes that are yet to be appended as they are
  std::size_t at = 0;
  const auto flush = [&] { out.append(text.substr(begin, at - begin)); };
  while (at < text.size()) {
    while (text.size() - at >= 8 && are_plain(text.data() + at)) at += 8;
    while (at < text.size() && is_plain(text[at])) ++at;
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      flush();
      append_escape(out, text[at]);
      begin = ++at;
    } else if (const std::size_t length = utf8_sequence_length(text.substr(at))) {
      at += length;
    } else {
      flush();
      out.append(replacement_character);
      begin = ++at;
    }
  }
  flush();
  out.push_back('"');
}

void append_number(std::string& out, std::int64_t value) {
  append_chars(out, value);
}
void append_number(std::string& out, std::uint64_t value) {
  append_chars(out, value);
}
void append_number(std::string& out, double value) {
  append_floating(out, value);
}
void append_number(std::string& out, float value) {
  append_floating(out, value);
}

}  // namespace folio::json
