// Equality of short runs of bytes, without a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace folio::base {

namespace detail {
template <typename Word>
Word difference(const char* a, const char* b) noexcept {
  Word left;
  Word right;
  std::memcpy(&left, a, sizeof left);
  std::memcpy(&right, b, sizeof right);
  return left ^ right;
}

// Of the first and the last word, which may overlap. REQUIRES: size >= sizeof(Word).
template <typename Word>
Word difference_of_ends(const char* a, const char* b, std::size_t size) noexcept {
  const std::size_t last = size - sizeof(Word);
  return difference<Word>(a, b) | difference<Word>(a + last, b + last);
}
}  // namespace detail

// Looks at all bytes, whatever they are: how long it takes tells nobody where they differ.
inline bool same_bytes(const char* a, const char* b, std::size_t size) noexcept {
  using Pair = std::uint64_t __attribute__((vector_size(16)));  // one register of SSE2 or of NEON
  if (size >= sizeof(Pair)) {
    Pair all = detail::difference_of_ends<Pair>(a, b, size);
#pragma clang loop unroll(disable)  // heads, paths and types are too short for what unrolling prepares
    for (std::size_t at = sizeof(Pair); at < size - sizeof(Pair); at += sizeof(Pair)) {
      all |= detail::difference<Pair>(a + at, b + at);
    }
    return (all[0] | all[1]) == 0;
  }
  if (size >= 8) return detail::difference_of_ends<std::uint64_t>(a, b, size) == 0;
  if (size >= 4) return detail::difference_of_ends<std::uint32_t>(a, b, size) == 0;
  if (size == 0) return true;
  return ((a[0] ^ b[0]) | (a[size / 2] ^ b[size / 2]) | (a[size - 1] ^ b[size - 1])) == 0;
}

inline bool same_bytes(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

}  // namespace folio::base
