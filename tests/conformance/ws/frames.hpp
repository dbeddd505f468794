// What a client puts on the wire (RFC 6455 §5.2), made byte for byte and without the code under test: right frames, and
// all kinds of wrong ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace folio::conformance {

// The first byte of a frame: FIN, three reserved bits, four of opcode.
inline constexpr int fin = 0x80;
inline constexpr int rsv1 = 0x40;
inline constexpr int rsv2 = 0x20;
inline constexpr int rsv3 = 0x10;

namespace opcode {
inline constexpr int continuation = 0x0;
inline constexpr int text = 0x1;
inline constexpr int binary = 0x2;
inline constexpr int close = 0x8;
inline constexpr int ping = 0x9;
inline constexpr int pong = 0xA;
}  // namespace opcode

inline std::string bytes(std::initializer_list<int> values) {
  std::string made;
  for (const int value : values) made.push_back(static_cast<char>(value));
  return made;
}

inline std::string big_endian(std::uint64_t value, int width) {
  std::string made;
  for (int i = width - 1; i >= 0; --i) made.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return made;
}

// `size` bytes that are not all the same, and text.
inline std::string letters(std::size_t size) {
  std::string made(size, ' ');
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<char>('a' + (i + i / 26) % 26);
  return made;
}

// `size` bytes of all values, in no order that a compressor could use.
inline std::string noise(std::size_t size) {
  std::string made(size, ' ');
  std::uint32_t state = 0x9E3779B9U + static_cast<std::uint32_t>(size);
  for (char& each : made) {
    state = state * 1'664'525U + 1'013'904'223U;
    each = static_cast<char>(state >> 24);
  }
  return made;
}

inline std::string repeated(std::string_view unit, std::size_t count) {
  std::string made;
  made.reserve(unit.size() * count);
  for (std::size_t i = 0; i < count; ++i) made += unit;
  return made;
}

// The key of RFC 6455 §5.7's examples.
inline const std::string example_key = bytes({0x37, 0xFA, 0x21, 0x3D});

inline std::string masked(std::string_view payload, std::string_view key = example_key) {
  std::string made(payload);
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(made[i] ^ key[i % 4]);
  return made;
}

enum class LengthForm { Shortest, Bytes2, Bytes8 };

// A header up to the mask key, which is left out when `key` is empty.
inline std::string header(int first, std::uint64_t length, std::string_view key = example_key,
                          LengthForm form = LengthForm::Shortest) {
  const int mask = key.empty() ? 0 : 0x80;
  if (form == LengthForm::Shortest && length >= 126) form = length > 0xFFFF ? LengthForm::Bytes8 : LengthForm::Bytes2;
  std::string made = bytes({first});
  switch (form) {
    case LengthForm::Shortest:
      made += bytes({mask | static_cast<int>(length)});
      break;
    case LengthForm::Bytes2:
      made += bytes({mask | 126}) + big_endian(length, 2);
      break;
    case LengthForm::Bytes8:
      made += bytes({mask | 127}) + big_endian(length, 8);
      break;
  }
  return made.append(key);
}

inline std::string frame(int first, std::string_view payload = {}, std::string_view key = example_key) {
  return header(first, payload.size(), key) + masked(payload, key);
}

// A frame that announces `length` bytes, of which only `payload` are there.
inline std::string partial(int first, std::uint64_t length, std::string_view payload = {}) {
  return header(first, length) + masked(payload);
}

// A frame whose length is in the given form, be it the shortest one or not.
inline std::string with_length_form(LengthForm form, int first, std::string_view payload) {
  return header(first, payload.size(), example_key, form) + masked(payload);
}

inline std::string unmasked(int first, std::string_view payload = {}) {
  return header(first, payload.size(), {}) + std::string(payload);
}

// Whole messages and control frames.
inline std::string text(std::string_view payload) {
  return frame(fin | opcode::text, payload);
}
inline std::string binary(std::string_view payload) {
  return frame(fin | opcode::binary, payload);
}
inline std::string ping(std::string_view payload = {}) {
  return frame(fin | opcode::ping, payload);
}
inline std::string pong(std::string_view payload = {}) {
  return frame(fin | opcode::pong, payload);
}
inline std::string close_payload(int code, std::string_view reason = {}) {
  return big_endian(static_cast<std::uint64_t>(code), 2) + std::string(reason);
}
inline std::string close(int code, std::string_view reason = {}) {
  return frame(fin | opcode::close, close_payload(code, reason));
}
inline std::string close_without_code() {
  return frame(fin | opcode::close);
}

// Fragments: the first of a text or a binary message, one in between, the final one.
inline std::string first_text(std::string_view payload = {}) {
  return frame(opcode::text, payload);
}
inline std::string first_binary(std::string_view payload = {}) {
  return frame(opcode::binary, payload);
}
inline std::string middle(std::string_view payload = {}) {
  return frame(opcode::continuation, payload);
}
inline std::string last(std::string_view payload = {}) {
  return frame(fin | opcode::continuation, payload);
}

// A message in fragments of at most `size` bytes.
inline std::string in_fragments(int kind, std::string_view payload, std::size_t size) {
  std::string made;
  int first = kind;
  do {
    const std::string_view piece = payload.substr(0, size);
    payload.remove_prefix(piece.size());
    made += frame(first | (payload.empty() ? fin : 0), piece);
    first = opcode::continuation;
  } while (!payload.empty());
  return made;
}

}  // namespace folio::conformance
