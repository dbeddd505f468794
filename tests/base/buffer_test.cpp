#include "base/buffer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace folio::base {
namespace {

std::string taken(const Buffer& buffer) {
  return std::string(buffer.view());
}

TEST(Buffer, IsAPointerAndHoldsNothingAtFirst) {
  Buffer buffer;
  static_assert(sizeof(buffer) == sizeof(void*));
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(buffer.capacity(), 0U);
  EXPECT_EQ(buffer.view(), "");
  buffer.append("");
  buffer.consume(0);
  buffer.truncate(0);
  buffer.clear();
  buffer.release();
  EXPECT_EQ(buffer.capacity(), 0U) << "what writes nothing allocates nothing";
}

TEST(Buffer, GivesFromItsFrontWhatCameAtItsEnd) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string piece = std::to_string(i) + ",";
    buffer.append(piece);
    buffer.append(';');
    expected += piece + ";";
    const std::size_t some = static_cast<std::size_t>(i) % 7;
    buffer.consume(some);
    expected.erase(0, some);
    ASSERT_EQ(taken(buffer), expected);
  }
  buffer.consume(buffer.size());
  EXPECT_TRUE(buffer.empty());
  EXPECT_NE(buffer.capacity(), 0U) << "what is consumed leaves its storage";
}

TEST(Buffer, PreparesRoomThatIsCommittedAsFarAsItWasFilled) {
  Buffer buffer;
  buffer.append("head ");
  std::string expected = "head ";
  for (const std::size_t room : {0U, 1U, 300U, 5000U, 70'000U}) {
    char* const at = buffer.prepare(room);
    ASSERT_NE(at, nullptr);
    for (std::size_t i = 0; i < room; ++i) at[i] = static_cast<char>('a' + i % 26);
    buffer.commit(room / 2);
    expected.append(at, room / 2);
    ASSERT_EQ(taken(buffer), expected);
    ASSERT_GE(buffer.capacity(), buffer.size());
  }
}

TEST(Buffer, MovesWhatIsLeftToTheFrontBeforeItGrows) {
  Buffer buffer;
  buffer.append(std::string(200, 'a'));
  const std::size_t capacity = buffer.capacity();
  buffer.consume(190);
  buffer.append(std::string(capacity - 10, 'b'));
  EXPECT_EQ(buffer.capacity(), capacity);
  EXPECT_EQ(taken(buffer), std::string(10, 'a') + std::string(capacity - 10, 'b'));
}

TEST(Buffer, ForgetsItsEnd) {
  Buffer buffer;
  buffer.append("abcdef");
  buffer.consume(1);
  buffer.truncate(3);
  EXPECT_EQ(taken(buffer), "bcd");
  buffer.append("x");
  EXPECT_EQ(taken(buffer), "bcdx");
  buffer.clear();
  EXPECT_TRUE(buffer.empty());
  EXPECT_NE(buffer.capacity(), 0U);
  buffer.append("y");
  buffer.release();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.capacity(), 0U);
}

TEST(Buffer, MovesAndSwapsItsStorage) {
  Buffer one;
  one.append("one");
  const char* const bytes = one.data();
  Buffer two(std::move(one));
  EXPECT_EQ(two.data(), bytes);
  EXPECT_EQ(one.capacity(), 0U);  // NOLINT(bugprone-use-after-move)
  one.append("other");
  one.swap(two);
  EXPECT_EQ(taken(one), "one");
  EXPECT_EQ(taken(two), "other");
  two = std::move(one);
  EXPECT_EQ(two.data(), bytes);
  EXPECT_TRUE(one.empty());  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace folio::base
