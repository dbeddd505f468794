#include "base/arriving.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace folio::base {
namespace {

TEST(Arriving, LittleIsBelievedToTwiceWhatIsThere) {
  std::string bytes;
  append_arrived(bytes, std::string(1000, 'x'), std::uint64_t{1} << 40);
  EXPECT_GE(bytes.capacity(), 2000U);
  EXPECT_LE(bytes.capacity(), 2048U);
}

TEST(Arriving, MuchIsBelievedToAMultipleOfIt) {
  std::string bytes;
  append_arrived(bytes, std::string(arrived_much, 'x'), std::uint64_t{1} << 40);
  EXPECT_EQ(bytes.capacity(), believed * arrived_much);
}

TEST(Arriving, NoMoreThanWhatIsAnnounced) {
  std::string bytes;
  append_arrived(bytes, std::string(60'000, 'x'), 40'000);
  EXPECT_EQ(bytes.capacity(), 100'000U);
  EXPECT_EQ(room_behind(bytes, 40'000).size(), 40'000U);
  EXPECT_EQ(room_behind(bytes, 100).size(), 100U);
}

TEST(Arriving, WhatLiesInPlaceStaysThere) {
  std::string bytes;
  append_arrived(bytes, std::string(50'000, 'x'), 50'000);
  const char* const begin = bytes.data();
  const std::span<char> room = room_behind(bytes, 50'000);
  ASSERT_EQ(room.data(), begin + 50'000);
  std::memset(room.data(), 'y', 10);
  append_arrived(bytes, {room.data(), 10}, 49'990);
  EXPECT_EQ(bytes, std::string(50'000, 'x') + std::string(10, 'y'));
  EXPECT_EQ(bytes.data(), begin);
  EXPECT_EQ(bytes.c_str()[bytes.size()], '\0');
}

TEST(Arriving, WhatIsNotAnnouncedGrowsByDoubling) {
  std::string bytes;
  std::size_t moves = 0;
  for (int i = 0; i < 10'000; ++i) {
    const char* const before = bytes.data();
    append_arrived(bytes, std::string(100, 'x'), 0);
    if (bytes.data() != before) ++moves;
  }
  EXPECT_EQ(bytes, std::string(1'000'000, 'x'));
  EXPECT_LE(moves, 20U);
}

TEST(Arriving, NothingIsAppendedAtOnce) {
  std::string bytes;
  append_arrived(bytes, {}, 1000);
  EXPECT_EQ(bytes, "");
}

}  // namespace
}  // namespace folio::base
