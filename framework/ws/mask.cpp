#include "ws/mask.hpp"

namespace folio::ws {

namespace {

using Pair = std::uint64_t __attribute__((vector_size(16)));  // one register of SSE2 or of NEON

Pair apply_to_pair(char* data, Pair wide_key) {
  Pair pair;
  std::memcpy(&pair, data, sizeof pair);
  pair ^= wide_key;
  std::memcpy(data, &pair, sizeof pair);
  return pair;
}

// Of blocks alone; moves `data` behind them. Gives the bits that are set in any of their bytes afterwards.
std::uint64_t apply_to_blocks(char*& data, std::size_t& size, MaskKey key) {
  const std::uint64_t twice = std::uint64_t{key} << 32 | key;
  const Pair wide_key = {twice, twice};
  constexpr std::size_t block = 4 * sizeof(Pair);
  Pair even{};
  Pair odd{};
  for (; size >= block; data += block, size -= block) {
    even |= apply_to_pair(data, wide_key);
    odd |= apply_to_pair(data + sizeof(Pair), wide_key);
    even |= apply_to_pair(data + 2 * sizeof(Pair), wide_key);
    odd |= apply_to_pair(data + 3 * sizeof(Pair), wide_key);
  }
  even |= odd;
  return even[0] | even[1];
}

}  // namespace

void apply_mask_wide(char* data, std::size_t size, MaskKey key) {
  static_cast<void>(apply_to_blocks(data, size, key));
  apply_mask(data, size, key);
}

bool unmask_ascii(char* data, std::size_t size, MaskKey key) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  const std::uint64_t bits = apply_to_blocks(data, size, key);
  apply_mask(data, size, key);
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < size; ++i) rest |= static_cast<unsigned char>(data[i]);
  return ((bits | rest) & high_bits) == 0;
}

}  // namespace folio::ws
