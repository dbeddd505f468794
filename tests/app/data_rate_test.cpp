#include "app/data_rate.hpp"

#include <gtest/gtest.h>

namespace folio::app {
namespace {

constexpr std::uint32_t grace = 3;
constexpr std::uint32_t rate = 10;

// After how many seconds a peer that sends `bytes` at the beginning and then `each` a second is too slow; 100: never.
int seconds_until_late(std::uint64_t bytes, std::uint64_t each, std::uint32_t least = rate) {
  DataRate watched;
  watched.start();
  watched.received(bytes);
  for (int second = 1; second < 100; ++second) {
    watched.received(each);
    if (watched.second_passed(grace, least)) return second;
  }
  return 100;
}

TEST(DataRate, NothingIsLateWithinItsGrace) {
  EXPECT_EQ(seconds_until_late(0, 0), 4);
}

TEST(DataRate, EveryByteGivesTime) {
  EXPECT_EQ(seconds_until_late(10, 0), 5);
  EXPECT_EQ(seconds_until_late(100, 0), 14);
}

TEST(DataRate, ADripIsLateAndAStreamIsNot) {
  EXPECT_EQ(seconds_until_late(0, 1), 4);
  EXPECT_EQ(seconds_until_late(0, 9), 31);
  EXPECT_EQ(seconds_until_late(0, 10), 100);
}

TEST(DataRate, NoRateIsMetByAnybody) {
  EXPECT_EQ(seconds_until_late(0, 0, 0), 100);
}

TEST(DataRate, ALongFastBodyIsNeverLate) {
  DataRate watched;
  watched.start();
  constexpr std::uint32_t fast = 100U << 20U;
  for (int second = 0; second < 3600; ++second) {
    watched.received(std::uint64_t{2} * fast);
    ASSERT_FALSE(watched.second_passed(grace, fast)) << second;
  }
  watched.received(std::uint64_t{1} << 40U);
  int left = 0;
  while (!watched.second_passed(grace, fast)) ++left;
  EXPECT_EQ(left, 40) << "what is counted ahead ends at 4 GiB";
}

TEST(DataRate, StartsAgain) {
  DataRate watched;
  watched.start();
  for (std::uint32_t i = 0; i < grace; ++i) EXPECT_FALSE(watched.second_passed(grace, rate));
  watched.start();
  for (std::uint32_t i = 0; i < grace; ++i) EXPECT_FALSE(watched.second_passed(grace, rate));
  EXPECT_TRUE(watched.second_passed(grace, rate));
}

}  // namespace
}  // namespace folio::app
