#include "ws/mask.hpp"

namespace folio::ws {

namespace {

struct Pass {
  char* to;
  const char* from;  // `to` itself, or memory of its own
  std::size_t size;
};

// Of blocks alone; moves the pass behind them. Gives the bits that are set in any of their bytes afterwards. `Bytes`: of
// the vectors that it works with.
template <std::size_t Bytes>
[[gnu::always_inline]] inline std::uint64_t apply_to_blocks(Pass& pass, MaskKey key) {
  using Vector = std::uint64_t __attribute__((vector_size(Bytes)));
  constexpr std::size_t block = 4 * Bytes;
  const std::uint64_t wide_key = std::uint64_t{key} << 32 | key;
  Vector even{};
  Vector odd{};
  for (; pass.size >= block; pass.to += block, pass.from += block, pass.size -= block) {
    Vector vectors[4];
    std::memcpy(vectors, pass.from, block);
    for (Vector& vector : vectors) vector ^= wide_key;
    std::memcpy(pass.to, vectors, block);
    even |= vectors[0] | vectors[2];
    odd |= vectors[1] | vectors[3];
  }
  even |= odd;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < Bytes / sizeof bits; ++i) bits |= even[i];
  return bits;
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] std::uint64_t apply_by_avx2(Pass& pass, MaskKey key) {
  return apply_to_blocks<32>(pass, key);
}
#endif

std::uint64_t apply_widely(Pass& pass, MaskKey key) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return apply_by_avx2(pass, key);
#endif
  return apply_to_blocks<16>(pass, key);  // one register of SSE2 or of NEON
}

}  // namespace

void apply_mask_wide(char* data, std::size_t size, MaskKey key) {
  Pass pass{data, data, size};
  static_cast<void>(apply_widely(pass, key));
  apply_mask(pass.to, pass.size, key);
}

bool unmask_ascii(char* to, const char* from, std::size_t size, MaskKey key) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  Pass pass{to, from, size};
  const std::uint64_t bits = apply_widely(pass, key);
  if (pass.to != pass.from && pass.size != 0) std::memcpy(pass.to, pass.from, pass.size);
  apply_mask(pass.to, pass.size, key);
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < pass.size; ++i) rest |= static_cast<unsigned char>(pass.to[i]);
  return ((bits | rest) & high_bits) == 0;
}

}  // namespace folio::ws
