// A hash of short texts that also says, in the same pass, whether the text holds a byte that needs decoding.
// Fixed tables only: what is looked up comes from outside, but what is stored never does.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace folio::routing {

struct PathHash {
  std::uint32_t value = 0;
  bool special = false;  // there may be a `%` or a NUL in the text; never false when there is one
};

namespace detail {

inline std::uint64_t load(const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  return word;
}

// Not zero when one of the eight bytes is `%` (or, with its low bits, may be): the classic search for a zero byte.
inline std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}
inline std::uint64_t special_bytes(std::uint64_t word) {
  return zero_bytes(word ^ 0x2525252525252525u) | zero_bytes(word);
}

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace detail

inline PathHash hash_of(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15u;
  const char* at = text.data();
  const std::size_t size = text.size();
  std::uint64_t state = size * kOdd;
  std::uint64_t special = 0;
  if (size >= 8) {
    const char* const last = at + size - 8;
    for (; at < last; at += 8) {
      const std::uint64_t word = detail::load(at, 8);
      special |= detail::special_bytes(word);
      state = detail::mix(state ^ word, kOdd);
    }
    const std::uint64_t word = detail::load(last, 8);
    special |= detail::special_bytes(word);
    state = detail::mix(state ^ word, kOdd);
  } else if (size != 0) {
    // Filled up with slashes, which are never special.
    std::uint64_t word = 0x2f2f2f2f2f2f2f2fu;
    if (size >= 4) {
      const std::uint64_t low = detail::load(at, 4);
      const std::uint64_t high = detail::load(at + size - 4, 4);
      word = low | (high << 32);
    } else {
      const auto byte = [&](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
      word = (word & ~std::uint64_t{0xffffff}) | byte(0) | (byte(size / 2) << 8) | (byte(size - 1) << 16);
    }
    special = detail::special_bytes(word);
    state = detail::mix(state ^ word, kOdd);
  }
  return {static_cast<std::uint32_t>(state ^ (state >> 32)), special != 0};
}

}  // namespace folio::routing
