#include "base/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/ascii.hpp"

namespace folio::base {

namespace {

constexpr std::size_t group_count = 8;
using Groups = std::array<unsigned, group_count>;

}  // namespace

std::optional<Ipv4Address> parse_ipv4(std::string_view text) {
  Ipv4Address address{};
  for (std::size_t i = 0; i < address.size(); ++i) {
    const std::size_t end = i + 1 < address.size() ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3 || (end > 1 && text.front() == '0')) return std::nullopt;
    unsigned number = 0;
    for (const char c : text.substr(0, end)) {
      if (!is_digit(c)) return std::nullopt;
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (number > 255) return std::nullopt;
    address[i] = static_cast<unsigned char>(number);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return address;
}

std::optional<Ipv6Address> parse_ipv6(std::string_view text) {
  Groups groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;  // where `::` stands
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == group_count) return std::nullopt;
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    if (group.find('.') != std::string_view::npos) {
      const auto four = parse_ipv4(group);
      if (!four || end != text.size() || count + 2 > group_count) return std::nullopt;
      groups[count++] = static_cast<unsigned>((*four)[0] << 8 | (*four)[1]);
      groups[count++] = static_cast<unsigned>((*four)[2] << 8 | (*four)[3]);
      break;
    }
    if (group.empty() || group.size() > 4) return std::nullopt;
    unsigned number = 0;
    const auto [after, error] = std::from_chars(group.data(), group.data() + group.size(), number, 16);
    if (error != std::errc() || after != group.data() + group.size()) return std::nullopt;
    groups[count++] = number;
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;  // a colon at the end
    if (text.front() != ':') continue;
    if (gap) return std::nullopt;
    gap = count;
    text.remove_prefix(1);
  }
  // RFC 4291 §2.2: "The use of "::" indicates one or more groups of 16 bits of zeros."
  if (gap ? count == group_count : count != group_count) return std::nullopt;
  if (gap) {
    std::ranges::rotate(groups.begin() + static_cast<std::ptrdiff_t>(*gap),
                        groups.begin() + static_cast<std::ptrdiff_t>(count), groups.end());
  }
  Ipv6Address address{};
  for (std::size_t i = 0; i < group_count; ++i) {
    address[2 * i] = static_cast<unsigned char>(groups[i] >> 8);
    address[2 * i + 1] = static_cast<unsigned char>(groups[i] & 0xff);
  }
  return address;
}

std::string to_text(const Ipv4Address& address) {
  std::string text;
  for (const unsigned char number : address) {
    if (!text.empty()) text += '.';
    text += std::to_string(number);
  }
  return text;
}

std::string to_text(const Ipv6Address& address) {
  constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), address.begin())) {
    return to_text(Ipv4Address{address[12], address[13], address[14], address[15]});
  }
  Groups groups{};
  for (std::size_t i = 0; i < group_count; ++i) {
    groups[i] = static_cast<unsigned>(address[2 * i] << 8 | address[2 * i + 1]);
  }
  // RFC 5952 §4.2.3: the longest run of zeros, and of equally long ones the first. §4.2.2: "The symbol "::" MUST NOT be
  // used to shorten just one 16-bit 0 field."
  std::size_t gap = group_count;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < group_count; ++i) {
    std::size_t end = i;
    while (end < group_count && groups[end] == 0) ++end;
    if (end - i > gap_size) {
      gap = i;
      gap_size = end - i;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < group_count;) {
    if (i == gap) {
      text += "::";
      i += gap_size;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    std::array<char, 4> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), groups[i], 16);
    text.append(digits.data(), end);
    ++i;
  }
  return text;
}

}  // namespace folio::base
