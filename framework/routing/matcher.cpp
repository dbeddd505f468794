#include "routing/matcher.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/percent.hpp"

namespace folio::routing {
namespace {

// One grammar with the extractors that read the parameter afterwards: what matches here also converts to 64 bits.
template <class Integer>
bool is_integer(std::string_view segment) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), value);
  return error == std::errc{} && end == segment.data() + segment.size();
}

bool is_hex_digit(char c) {
  return base::hex_value(c) >= 0;
}

}  // namespace

bool match_int(std::string_view segment) {
  return is_integer<std::int64_t>(segment);
}

bool match_uint(std::string_view segment) {
  return is_integer<std::uint64_t>(segment);
}

bool match_uuid(std::string_view segment) {
  if (segment.size() != 36) return false;
  for (std::size_t at = 0; at < segment.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? segment[at] != '-' : !is_hex_digit(segment[at])) return false;
  }
  return true;
}

bool match_hex(std::string_view segment) {
  return !segment.empty() && std::ranges::all_of(segment, is_hex_digit);
}

bool match_slug(std::string_view segment) {
  bool after_letter = false;
  for (const char c : segment) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && !(c == '-' && after_letter)) return false;
    after_letter = letter;
  }
  return after_letter;
}

MatcherFunction built_in_matcher(std::string_view name) {
  for (const auto& matcher : kBuiltInMatchers) {
    if (matcher.name == name) return matcher.function;
  }
  return nullptr;
}

bool may_overlap(std::string_view a, std::string_view b) {
  if (a == b) return true;
  // A UUID has dashes where a number or a run of hexadecimal digits has none. Every other pair of built-ins shares
  // texts: 7 is an int, a uint, hex and a slug, and a lower-case UUID is a slug.
  const auto is_run = [](std::string_view name) { return name == "int" || name == "uint" || name == "hex"; };
  return !((a == "uuid" && is_run(b)) || (b == "uuid" && is_run(a)));
}

}  // namespace folio::routing
