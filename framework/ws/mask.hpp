// RFC 6455 §5.3, client-to-server masking: each byte of a payload is XORed with one of the four bytes of the key, in
// turn. Masking and unmasking are the same operation. It works in place, a word at a time, at any alignment, and in
// pieces: a piece is masked with the key rotated by the number of bytes before it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace folio::ws {

// The four bytes of the key as they lie in the frame, whatever the byte order of the machine.
using MaskKey = std::uint32_t;

inline constexpr std::size_t mask_key_size = 4;

inline MaskKey load_mask_key(const void* bytes) {
  MaskKey key;
  std::memcpy(&key, bytes, sizeof key);
  return key;
}

// The key for the bytes that follow the first `count` of a payload.
constexpr MaskKey rotate_mask_key(MaskKey key, std::size_t count) {
  const int bits = static_cast<int>(count & 3) * 8;
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

// The same for payloads of any size, out of line and as wide as the machine allows.
void apply_mask_wide(char* data, std::size_t size, MaskKey key);

// Unmasks a text into `to`, which is `from` or memory of its own, in one pass. Gives whether all of it is ASCII.
[[nodiscard]] bool unmask_ascii(char* to, const char* from, std::size_t size, MaskKey key);

inline void apply_mask(char* data, std::size_t size, MaskKey key) {
  if (size >= 128) return apply_mask_wide(data, size, key);
  const std::uint64_t wide_key = std::uint64_t{key} << 32 | key;
  using Pair = std::uint64_t __attribute__((vector_size(16)));  // one register of SSE2 or of NEON
  Pair pair;
#pragma clang loop unroll(disable)
  for (; size >= sizeof pair; data += sizeof pair, size -= sizeof pair) {
    std::memcpy(&pair, data, sizeof pair);
    pair ^= wide_key;
    std::memcpy(data, &pair, sizeof pair);
  }
  if (size >= sizeof wide_key) {
    std::uint64_t word;
    std::memcpy(&word, data, sizeof word);
    word ^= wide_key;
    std::memcpy(data, &word, sizeof word);
    data += sizeof word;
    size -= sizeof word;
  }
  if (size >= sizeof key) {
    std::uint32_t half;
    std::memcpy(&half, data, sizeof half);
    half ^= key;
    std::memcpy(data, &half, sizeof half);
    data += sizeof half;
    size -= sizeof half;
  }
  char rest[mask_key_size];
  std::memcpy(rest, &key, sizeof rest);
  if (size > 0) data[0] = static_cast<char>(data[0] ^ rest[0]);
  if (size > 1) data[1] = static_cast<char>(data[1] ^ rest[1]);
  if (size > 2) data[2] = static_cast<char>(data[2] ^ rest[2]);
}

}  // namespace folio::ws
