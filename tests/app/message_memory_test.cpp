#include "app/message_memory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace folio::app {
namespace {

TEST(MessageMemory, ServesTheNextMessage) {
  SpareMemory<std::string> memory;
  std::string sent(100, 'a');
  const char* const bytes = sent.data();
  memory.give(sent);
  EXPECT_TRUE(sent.empty());
  std::string next;
  memory.lend(next, 90);
  EXPECT_EQ(next.data(), bytes);
  std::string third;
  memory.lend(third, 90);
  EXPECT_TRUE(third.empty()) << "it is lent once";
  EXPECT_LT(third.capacity(), 90u);
}

TEST(MessageMemory, OfALongMessageIsNotForAShortOne) {
  SpareMemory<std::string> memory;
  std::string sent(16'000, 'a');
  memory.give(sent);
  std::string kept;
  memory.lend(kept, 100);
  EXPECT_LT(kept.capacity(), 100u) << "who keeps 100 bytes must not keep 16,000";
  memory.lend(kept, 8'000);
  EXPECT_GE(kept.capacity(), 16'000u);
}

TEST(MessageMemory, OfAVeryLongMessageIsGivenBack) {
  SpareMemory<std::vector<std::uint8_t>> memory;
  std::vector<std::uint8_t> sent(SpareMemory<std::string>::largest + 1);
  memory.give(sent);
  EXPECT_EQ(sent.size(), SpareMemory<std::string>::largest + 1) << "it stays with its owner";
  std::vector<std::uint8_t> next;
  memory.lend(next, 60'000);
  EXPECT_EQ(next.capacity(), 0u);
}

TEST(MessageMemory, IsNotForWhatAStringHoldsByItself) {
  SpareMemory<std::string> memory;
  std::string sent(100, 'a');
  memory.give(sent);
  std::string brief;
  memory.lend(brief, 5);
  EXPECT_LE(brief.capacity(), 15u);
  memory.give(brief);
  std::string next;
  memory.lend(next, 100);
  EXPECT_GE(next.capacity(), 100u) << "a short text does not take the place of what is kept";
}

}  // namespace
}  // namespace folio::app
