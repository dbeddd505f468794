#include "conformance/ws/utf8_sequences.hpp"

#include <cstdint>

#include "conformance/ws/frames.hpp"

namespace folio::conformance {

namespace {

// A code point by the bit pattern of RFC 3629 §3, for numbers too that are no code points.
std::string encoded(std::uint32_t code, int length) {
  std::string made(static_cast<std::size_t>(length), '\0');
  for (int i = length - 1; i > 0; --i) {
    made[static_cast<std::size_t>(i)] = static_cast<char>(0x80 | (code & 0x3F));
    code >>= 6;
  }
  const auto lead = length == 1 ? 0U : 0xFFU << (8 - length);
  made[0] = static_cast<char>((lead | code) & 0xFF);
  return made;
}

std::string encoded(std::uint32_t code) {
  return encoded(code, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
}

std::string hexadecimal(std::uint32_t value, int digits) {
  std::string made;
  for (int i = digits - 1; i >= 0; --i) made.push_back("0123456789ABCDEF"[value >> (4 * i) & 15]);
  return made;
}

}  // namespace

// Decodes, and compares with the one encoding that the code point has.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC0 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF8 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    if (text.substr(0, length) != encoded(code)) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::vector<Utf8Sequence> valid_utf8() {
  std::vector<Utf8Sequence> made;
  // The first and the last code point of each length, both sides of the surrogates, and the very last one.
  for (const std::uint32_t code :
       {0x0U,    0x1U,    0x7FU,   0x80U,   0x7FFU,   0x800U,   0xFFFU,   0x1000U,  0xCFFFU,   0xD000U,
        0xD7FFU, 0xE000U, 0xFEFFU, 0xFFFDU, 0x10000U, 0x3FFFFU, 0x40000U, 0xFFFFFU, 0x100000U, 0x10FFFFU}) {
    made.push_back({"u_" + hexadecimal(code, 6), encoded(code)});
  }
  // What is no character is encoded like any other code point: RFC 3629 §3 excludes the surrogates only.
  for (std::uint32_t plane = 0; plane <= 0x10; ++plane) {
    made.push_back({"noncharacter_" + hexadecimal(plane << 16 | 0xFFFE, 6), encoded(plane << 16 | 0xFFFE)});
    made.push_back({"noncharacter_" + hexadecimal(plane << 16 | 0xFFFF, 6), encoded(plane << 16 | 0xFFFF)});
  }
  made.push_back({"noncharacter_00FDD0", encoded(0xFDD0)});
  made.push_back({"greek", "κόσμε"});
  made.push_back({"many_scripts", "Hello-µ@ßöäüàá-UTF-8!! Жизнь 你好 שלום 🦉👩‍🚀"});
  made.push_back({"combining", "e\u0301\u0327 \u200D\u202E"});
  made.push_back({"byte_order_mark_first", "\uFEFFtext"});
  made.push_back({"null_inside", std::string("a\0b", 3)});
  return made;
}

std::vector<Utf8Sequence> invalid_utf8() {
  std::vector<Utf8Sequence> made;
  const auto add = [&](std::string name, std::string bytes, std::size_t judged) {
    made.push_back({std::move(name), std::move(bytes), judged});
  };
  // RFC 3629 §1: "The octet values C0, C1, F5 to FF never appear."
  for (const int lead : {0xC0, 0xC1, 0xF5, 0xF6, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF}) {
    add("byte_" + hexadecimal(static_cast<std::uint32_t>(lead), 2), bytes({lead, 0x80, 0x80, 0x80}), 1);
  }
  // Continuation bytes that continue nothing.
  for (const int lone : {0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF}) {
    add("lone_" + hexadecimal(static_cast<std::uint32_t>(lone), 2), bytes({lone}), 1);
  }
  std::string all;
  for (int byte = 0x80; byte < 0xC0; ++byte) all.push_back(static_cast<char>(byte));
  add("lone_all", all, 1);
  add("one_too_many_of_2", bytes({0xC3, 0xA9, 0x80}), 3);
  add("one_too_many_of_3", bytes({0xE2, 0x82, 0xAC, 0x80}), 4);
  add("one_too_many_of_4", bytes({0xF0, 0x9F, 0xA6, 0x89, 0x80}), 5);
  // Sequences that something else interrupts.
  for (const auto& [name, next] :
       {std::pair{"ascii", 0x41}, {"null", 0x00}, {"lead", 0xC3}, {"7F", 0x7F}, {"C0", 0xC0}}) {
    add(std::string("2_bytes_then_") + name, bytes({0xC3, next}), 2);
    add(std::string("3_bytes_at_2_") + name, bytes({0xE2, next, 0xAC}), 2);
    add(std::string("3_bytes_at_3_") + name, bytes({0xE2, 0x82, next}), 3);
    add(std::string("4_bytes_at_2_") + name, bytes({0xF0, next, 0xA6, 0x89}), 2);
    add(std::string("4_bytes_at_3_") + name, bytes({0xF0, 0x9F, next, 0x89}), 3);
    add(std::string("4_bytes_at_4_") + name, bytes({0xF0, 0x9F, 0xA6, next}), 4);
  }
  // RFC 3629 §3: "protect against decoding invalid sequences": a code point in more bytes than it needs.
  add("overlong_2_null", encoded(0, 2), 1);
  add("overlong_2_slash", encoded('/', 2), 1);
  add("overlong_2_7F", encoded(0x7F, 2), 1);
  add("overlong_3_null", encoded(0, 3), 2);
  add("overlong_3_slash", encoded('/', 3), 2);
  add("overlong_3_7FF", encoded(0x7FF, 3), 2);
  add("overlong_4_null", encoded(0, 4), 2);
  add("overlong_4_slash", encoded('/', 4), 2);
  add("overlong_4_FFFF", encoded(0xFFFF, 4), 2);
  // Forms of five and six bytes that earlier definitions had.
  add("five_bytes", encoded(0x200000, 5), 1);
  add("five_bytes_last", encoded(0x3FFFFFF, 5), 1);
  add("six_bytes", encoded(0x4000000, 6), 1);
  add("six_bytes_last", encoded(0x7FFFFFFF, 6), 1);
  // RFC 3629 §3: "The definition of UTF-8 prohibits encoding character numbers between U+D800 and U+DFFF".
  for (const std::uint32_t surrogate : {0xD800U, 0xDB7FU, 0xDB80U, 0xDBFFU, 0xDC00U, 0xDF80U, 0xDFFFU}) {
    add("surrogate_" + hexadecimal(surrogate, 4), encoded(surrogate), 2);
  }
  add("surrogate_pair_first", encoded(0xD800) + encoded(0xDC00), 2);
  add("surrogate_pair_last", encoded(0xDBFF) + encoded(0xDFFF), 2);
  // Past U+10FFFF.
  add("past_the_end_110000", encoded(0x110000, 4), 2);
  add("past_the_end_13FFFF", encoded(0x13FFFF, 4), 2);
  add("past_the_end_140000", encoded(0x140000, 4), 1);
  add("past_the_end_1FFFFF", encoded(0x1FFFFF, 4), 1);
  // Legacy encodings.
  add("latin_1", bytes({'c', 'a', 'f', 0xE9, ' ', 'a'}), 5);
  add("utf_16_mark", bytes({0xFF, 0xFE, 'a', 0}), 1);
  add("after_much_that_is_good", "κόσμε" + encoded(0xD800) + "edited", 12);
  // Cut off: nothing is wrong before the message ends.
  add("cut_C3", bytes({0xC3}), 2);
  add("cut_E2", bytes({0xE2}), 2);
  add("cut_E2_82", bytes({0xE2, 0x82}), 3);
  add("cut_F0", bytes({0xF0}), 2);
  add("cut_F0_9F", bytes({0xF0, 0x9F}), 3);
  add("cut_F0_9F_A6", bytes({0xF0, 0x9F, 0xA6}), 4);
  add("cut_after_good", "κόσμ" + bytes({0xCE}), 10);
  return made;
}

}  // namespace folio::conformance
