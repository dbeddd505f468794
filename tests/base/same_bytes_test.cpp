#include "base/same_bytes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace folio::base {
namespace {

TEST(SameBytes, IsAboutEveryByte) {
  for (std::size_t size = 0; size <= 100; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
    const std::string same = text;
    EXPECT_TRUE(same_bytes(text, same)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (const int bit : {1, 0x80}) {
        std::string other = text;
        other[at] = static_cast<char>(other[at] ^ bit);
        EXPECT_FALSE(same_bytes(text, other)) << size << ", byte " << at;
        EXPECT_FALSE(same_bytes(other, text)) << size << ", byte " << at;
      }
    }
  }
}

TEST(SameBytes, OfOneLengthOnly) {
  EXPECT_FALSE(same_bytes("", "a"));
  EXPECT_FALSE(same_bytes("abcdefgh", "abcdefg"));
}

}  // namespace
}  // namespace folio::base
