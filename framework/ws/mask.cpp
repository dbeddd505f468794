#include "ws/mask.hpp"

namespace folio::ws {

void apply_mask_wide(char* data, std::size_t size, MaskKey key) {
  const std::uint64_t wide_key = std::uint64_t{key} << 32 | key;
  // Blocks of fixed size become vector instructions on every target.
  constexpr std::size_t words = 8;
  std::uint64_t block[words];
  for (; size >= sizeof block; data += sizeof block, size -= sizeof block) {
    std::memcpy(block, data, sizeof block);
    for (std::uint64_t& word : block) word ^= wide_key;
    std::memcpy(data, block, sizeof block);
  }
  apply_mask(data, size, key);
}

}  // namespace folio::ws
