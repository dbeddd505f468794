// ASCII without locales: classes of bytes, case-insensitive comparison, trimming, lists of tokens.
// Everything here is pure, allocates nothing and takes bytes of any value. RFC 9110 §5.6, RFC 5234 appendix B.1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace folio::base {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_alpha(char c) {
  return is_upper(c) || is_lower(c);
}
constexpr bool is_alnum(char c) {
  return is_alpha(c) || is_digit(c);
}
// Optional white space of HTTP fields. RFC 9110 §5.6.3: "OWS = *( SP / HTAB )".
constexpr bool is_ows(char c) {
  return c == ' ' || c == '\t';
}

constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c;
}

// The value of a hexadecimal digit of either case, or -1.
constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
constexpr bool is_hex(char c) {
  return hex_digit(c) >= 0;
}

// A set of bytes as a table: one load a byte.
class ByteSet {
 public:
  constexpr ByteSet() = default;
  explicit constexpr ByteSet(std::string_view members) { add(members); }
  constexpr ByteSet& add(std::string_view members) {
    for (char c : members) table_[static_cast<std::uint8_t>(c)] = true;
    return *this;
  }
  // Both ends belong to the set.
  constexpr ByteSet& add_range(int first, int last) {
    for (int byte = first; byte <= last; ++byte) table_[static_cast<std::size_t>(byte)] = true;
    return *this;
  }
  constexpr ByteSet& add_alnum() { return add_range('0', '9').add_range('A', 'Z').add_range('a', 'z'); }
  [[nodiscard]] constexpr bool contains(char c) const { return table_[static_cast<std::uint8_t>(c)]; }
  [[nodiscard]] constexpr bool contains_all(std::string_view text) const {
    for (char c : text) {
      if (!contains(c)) return false;
    }
    return true;
  }

 private:
  std::array<bool, 256> table_{};
};

// RFC 9110 §5.6.2: "tchar = "!" / "#" / "$" / … / DIGIT / ALPHA"
inline constexpr ByteSet token_bytes = ByteSet("!#$%&'*+-.^_`|~").add_alnum();
// RFC 9110 §5.5: what a field value may hold: VCHAR, obs-text, SP and HTAB.
inline constexpr ByteSet field_value_bytes = ByteSet("\t").add_range(0x20, 0x7e).add_range(0x80, 0xff);

constexpr bool is_token_char(char c) {
  return token_bytes.contains(c);
}
// A token has one byte at least.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && token_bytes.contains_all(text);
}
// Marks the high bit of the bytes below 0x20 and of those that are 0x7f among eight. The lowest mark is exact, those above
// it may not be.
constexpr std::uint64_t mark_controls(std::uint64_t word) {
  constexpr std::uint64_t each = 0x0101010101010101u;
  const std::uint64_t del = word ^ (each * 0x7f);
  return (((word - each * 0x20) & ~word) | ((del - each) & ~del)) & (each * 0x80);
}

// No CR, LF, NUL or other control byte: safe to stand in a field line.
constexpr bool is_field_value(std::string_view text) {
  if (!std::is_constant_evaluated() && text.size() >= 8) {
    std::uint64_t word = 0;
    std::uint64_t marks = 0;
    for (std::size_t i = 0; i + 8 <= text.size(); i += 8) {
      std::memcpy(&word, text.data() + i, 8);
      marks |= mark_controls(word);
    }
    std::memcpy(&word, text.data() + text.size() - 8, 8);
    if ((marks | mark_controls(word)) == 0) return true;  // else it may still be a tab
  }
  return field_value_bytes.contains_all(text);
}

// Equal but for the case of ASCII letters.
constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
  }
  return true;
}

// The same for a token and a name of lower-case letters and hyphens that is known to the compiler: 0x20 makes no other
// byte of a token a letter or a hyphen.
template <std::size_t Size>
bool token_is(std::string_view token, const char (&name)[Size]) {
  constexpr std::size_t size = Size - 1;
  static_assert(size >= 4);
  if (token.size() != size) return false;
  std::uint32_t differences = 0;
  for (std::size_t i = 0;; i = i + 8 <= size ? i + 4 : size - 4) {
    std::uint32_t mine = 0;
    std::uint32_t other = 0;
    std::memcpy(&mine, name + i, 4);
    std::memcpy(&other, token.data() + i, 4);
    differences |= (other | 0x20202020u) ^ mine;
    if (i + 4 == size) return differences == 0;
  }
}

constexpr bool istarts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

// Without SP and HTAB at both ends.
constexpr std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

// Calls `each(std::string_view)` with every member of a comma-separated list, trimmed, empty members left out.
// RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements".
// Commas inside quoted strings are not special here: it is for lists of tokens.
template <typename Each>
constexpr void for_each_list_member(std::string_view list, Each&& each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view member = trim_ows(list.substr(0, comma));
    if (!member.empty()) each(member);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// Whether a comma-separated list of tokens has `token`, in any case.
constexpr bool list_has_token(std::string_view list, std::string_view token) {
  bool found = false;
  for_each_list_member(list, [&](std::string_view member) { found = found || iequals(member, token); });
  return found;
}

}  // namespace folio::base
