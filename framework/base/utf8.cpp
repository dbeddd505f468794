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

// A loop of its own, which compilers turn into the widest instructions there are. A long text is judged by large blocks,
// since there is one branch to each.
template <std::size_t Size>
bool ascii_block(const unsigned char* at) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < Size; i += 8) all |= load<std::uint64_t>(at + i);
  return (all & high_bits) == 0;
}

// The size of the valid code point of two to four bytes that `at` begins with, judged in one piece; 0 when there is
// none. REQUIRES: four bytes from `at` on.
std::size_t code_point_size(const unsigned char* at) {
  const std::uint32_t word =
      std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[3]} << 24;
  const std::uint32_t low_six = word >> 8 & 0x3F;                    // of the second byte
  if ((word & 0xC0E0) == 0x80C0) return (word & 0x1E) != 0 ? 2 : 0;  // C0 and C1 begin overlong forms
  if ((word & 0xC0C0F0) == 0x8080E0) {
    const std::uint32_t top = (word & 0x0F) << 1 | low_six >> 5;  // the top five of 16 bits
    return top != 0 && top != 0x1B ? 3 : 0;                       // overlong below 800, surrogates at D800
  }
  if ((word & 0xC0C0C0F8) == 0x808080F0) {
    const std::uint32_t plane = (word & 0x07) << 2 | low_six >> 4;
    return plane >= 0x01 && plane <= 0x10 ? 4 : 0;
  }
  return 0;
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

// The same for any size; the last two blocks may overlap.
bool is_ascii(const unsigned char* at, const unsigned char* end) {
  if (end - at < 16) return ascii_below_16(at, end);
  for (; end - at > 16; at += 16) {
    if (!ascii_16(at)) return false;
  }
  return ascii_16(end - 16);
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

  while (end - at >= 256 && ascii_block<256>(at)) at += 256;
  while (end - at >= 64 && ascii_block<64>(at)) at += 64;
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
    if (end - at >= 4) {
      const std::size_t size = code_point_size(at);
      if (size == 0) return fail();
      at += size;
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
  constexpr std::size_t small = 64;  // most messages are, and most of those are ASCII
  const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
  if (text.size() <= small && is_ascii(begin, begin + text.size())) return true;
  Utf8Validator validator;
  return validator.feed(text) && validator.complete();
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size() + 8);
  Utf8Validator validator;
  std::size_t begin = 0;  // of the code point that is being read
  for (std::size_t at = 0; at < text.size();) {
    if (!validator.feed(text.substr(at, 1))) {
      valid.append("\xEF\xBF\xBD");
      validator.reset();
      // A byte that breaks a code point off may begin the next one.
      if (at == begin) ++at;
      begin = at;
      continue;
    }
    ++at;
    if (validator.complete()) {
      valid.append(text.substr(begin, at - begin));
      begin = at;
    }
  }
  if (begin < text.size()) valid.append("\xEF\xBF\xBD");
  return valid;
}

std::string_view truncate_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit != 0 && is_continuation(static_cast<unsigned char>(text[limit]))) --limit;
  return text.substr(0, limit);
}

}  // namespace folio::base
