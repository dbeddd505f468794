#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace folio::crypto {
namespace {

TEST(Random, FillsAllThatItIsGivenAndNothingElse) {
  std::array<unsigned char, 66> bytes{};
  std::array<bool, 66> changed{};
  // A byte stays zero with a chance of 1/256; after 20 draws all of them have changed but for one chance in 10^46.
  for (int draw = 0; draw < 20; ++draw) {
    random_bytes(std::span(bytes).subspan(1, 64));
    for (std::size_t i = 0; i < bytes.size(); ++i) changed[i] = changed[i] || bytes[i] != 0;
  }
  EXPECT_FALSE(changed.front());
  EXPECT_FALSE(changed.back());
  for (std::size_t i = 1; i < 65; ++i) EXPECT_TRUE(changed[i]) << i;
}

TEST(Random, NeverTheSameTwice) {
  std::set<std::vector<unsigned char>> seen;
  for (int draw = 0; draw < 1000; ++draw) {
    std::vector<unsigned char> bytes(16);
    random_bytes(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

TEST(Random, NothingIsFine) {
  random_bytes({});
}

}  // namespace
}  // namespace folio::crypto
