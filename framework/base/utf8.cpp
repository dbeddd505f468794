#include "base/utf8.hpp"

#include <array>
#include <cstring>

namespace folio::base {
namespace {

// What a first byte asks of those behind it. `pending` is invalid_lead for bytes that begin no code point.
struct Lead {
  std::uint8_t pending;
  std::uint8_t low;
  std::uint8_t high;
};
constexpr std::uint8_t invalid_lead = 0xFF;

// RFC 3629 §4: "UTF8-2 = %xC2-DF UTF8-tail, UTF8-3 = %xE0 %xA0-BF UTF8-tail / …"
constexpr Lead classify(unsigned byte) {
  if (byte < 0x80) return {0, 0x80, 0xBF};
  if (byte < 0xC2) return {invalid_lead, 0, 0};  // a continuation, or the start of an overlong form
  if (byte < 0xE0) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};  // below A0: overlong
  if (byte == 0xED) return {2, 0x80, 0x9F};  // above 9F: surrogates
  if (byte < 0xF0) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};  // below 90: overlong
  if (byte < 0xF4) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};  // above 8F: past U+10FFFF
  return {invalid_lead, 0, 0};
}

constexpr auto leads = [] {
  std::array<Lead, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) table[byte] = classify(byte);
  return table;
}();

constexpr std::uint64_t high_bits = 0x8080808080808080U;

template <class Word>
Word load(const unsigned char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

bool ascii_16(const unsigned char* at) {
  return ((load<std::uint64_t>(at) | load<std::uint64_t>(at + 8)) & high_bits) == 0;
}

// Whether all of [at, end) is ASCII, for fewer than 16 bytes; the two words may overlap.
bool ascii_below_16(const unsigned char* at, const unsigned char* end) {
  const auto size = static_cast<std::size_t>(end - at);
  if (size >= 8) return ((load<std::uint64_t>(at) | load<std::uint64_t>(end - 8)) & high_bits) == 0;
  if (size >= 4) {
    return ((load<std::uint32_t>(at) | load<std::uint32_t>(end - 4)) & static_cast<std::uint32_t>(high_bits)) == 0;
  }
  unsigned any = 0;
  for (; at != end; ++at) any |= *at;
  return any < 0x80;
}

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

}  // namespace

bool Utf8Validator::fail() {
  pending_ = 1;
  low_ = 0xFF;
  high_ = 0x00;
  return false;
}

bool Utf8Validator::feed(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();

  while (pending_ != 0) {
    if (low_ > high_) return false;
    if (at == end) return true;
    if (*at < low_ || *at > high_) return fail();
    low_ = 0x80;
    high_ = 0xBF;
    --pending_;
    ++at;
  }

  while (end - at >= 16 && ascii_16(at)) at += 16;
  if (end - at < 16 && ascii_below_16(at, end)) return true;

  while (at != end) {
    if (*at < 0x80) {
      if (end - at >= 16 && ascii_16(at)) {
        at += 16;
      } else {
        ++at;
      }
      continue;
    }
    const Lead lead = leads[*at];
    if (lead.pending == invalid_lead) return fail();
    if (end - at > lead.pending) {
      if (at[1] < lead.low || at[1] > lead.high) return fail();
      if (lead.pending >= 2 && !is_continuation(at[2])) return fail();
      if (lead.pending == 3 && !is_continuation(at[3])) return fail();
      at += lead.pending + 1;
      continue;
    }
    // The text is cut inside this code point: check what there is of it and remember the rest.
    pending_ = lead.pending;
    low_ = lead.low;
    high_ = lead.high;
    for (++at; at != end; ++at) {
      if (*at < low_ || *at > high_) return fail();
      low_ = 0x80;
      high_ = 0xBF;
      --pending_;
    }
  }
  return true;
}

bool is_valid_utf8(std::string_view text) {
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

std::string_view truncate_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit != 0 && is_continuation(static_cast<unsigned char>(text[limit]))) --limit;
  return text.substr(0, limit);
}

}  // namespace folio::base
