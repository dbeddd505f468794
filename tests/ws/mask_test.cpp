#include "ws/mask.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using testing::bytes;

TEST(Rfc6455Section5_3, TheExampleOf5_7) {
  std::string hello = "Hello";
  apply_mask(hello.data(), hello.size(), load_mask_key(testing::test_key.data()));
  EXPECT_EQ(hello, bytes({0x7F, 0x9F, 0x4D, 0x51, 0x58}));
}

TEST(Rfc6455Section5_3, EverySizeAlignmentAndPhase) {
  const std::string key = bytes({0x01, 0x80, 0xFE, 0x5A});
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string payload = testing::payload_of(size, false);
    for (std::size_t alignment = 0; alignment < 9; ++alignment) {
      for (std::size_t phase = 0; phase < 4; ++phase) {
        std::string memory(alignment, '#');
        memory += payload + "####";
        apply_mask(memory.data() + alignment, size, rotate_mask_key(load_mask_key(key.data()), phase));
        std::string expected = payload;
        for (std::size_t i = 0; i < size; ++i) expected[i] = static_cast<char>(expected[i] ^ key[(i + phase) % 4]);
        ASSERT_EQ(memory, std::string(alignment, '#') + expected + "####") << size << ' ' << alignment << ' ' << phase;
      }
    }
  }
}

TEST(Rfc6455Section5_3, InPiecesAsWhole) {
  const MaskKey key = load_mask_key(testing::test_key.data());
  const std::string payload = testing::payload_of(700, false);
  std::string whole = payload;
  apply_mask(whole.data(), whole.size(), key);
  for (std::size_t step = 1; step < payload.size(); ++step) {
    std::string pieces = payload;
    MaskKey rotated = key;
    for (std::size_t at = 0; at < pieces.size(); at += step) {
      const std::size_t count = std::min(step, pieces.size() - at);
      apply_mask(pieces.data() + at, count, rotated);
      rotated = rotate_mask_key(rotated, count);
    }
    ASSERT_EQ(pieces, whole) << step;
  }
}

TEST(Rfc6455Section5_3, OfATextTellsWhetherItIsAscii) {
  const MaskKey key = load_mask_key(testing::test_key.data());
  for (std::size_t size = 0; size <= 300; ++size) {
    const std::string text(size, 'x');
    std::string masked = text;
    apply_mask(masked.data(), size, key);
    std::string unmasked = masked;
    EXPECT_TRUE(unmask_ascii(unmasked.data(), unmasked.data(), size, key)) << size;
    EXPECT_EQ(unmasked, text);
    std::string elsewhere(size + 2, '#');
    EXPECT_TRUE(unmask_ascii(elsewhere.data() + 1, masked.data(), size, key)) << size;
    EXPECT_EQ(elsewhere, '#' + text + '#');
    for (std::size_t at = 0; at < size; ++at) {
      unmasked = masked;
      unmasked[at] = static_cast<char>(unmasked[at] ^ 0x80);
      ASSERT_FALSE(unmask_ascii(elsewhere.data(), unmasked.data(), size, key)) << size << ", byte " << at;
      ASSERT_FALSE(unmask_ascii(unmasked.data(), unmasked.data(), size, key)) << size << ", byte " << at;
    }
  }
}

TEST(Rfc6455Section5_3, TwiceIsNothing) {
  std::string payload = testing::payload_of(1000, false);
  apply_mask(payload.data(), payload.size(), 0xDEADBEEF);
  apply_mask(payload.data(), payload.size(), 0xDEADBEEF);
  EXPECT_EQ(payload, testing::payload_of(1000, false));
}

}  // namespace
}  // namespace folio::ws
