#include "ws/fragment.hpp"

#include <gtest/gtest.h>

#include <string>

namespace folio::ws {
namespace {

TEST(Rfc6455Section5_4, PutsAMessageTogether) {
  MessageAssembly assembly;
  EXPECT_FALSE(assembly.open());
  assembly.begin_frame(Opcode::Text);
  EXPECT_TRUE(assembly.open());
  EXPECT_TRUE(assembly.append("Hel", 1));
  EXPECT_TRUE(assembly.append("l", 0));
  assembly.begin_frame(Opcode::Continuation);
  EXPECT_TRUE(assembly.append("o", 0));
  EXPECT_EQ(assembly.opcode(), Opcode::Text);
  EXPECT_EQ(assembly.frames(), 2U);
  EXPECT_TRUE(assembly.finish());
  EXPECT_FALSE(assembly.open());
  EXPECT_EQ(assembly.view(), "Hello");
  EXPECT_EQ(assembly.take(), "Hello");
  EXPECT_EQ(assembly.size(), 0U);
}

TEST(Rfc6455Section5_4, TheNextMessageStartsClean) {
  MessageAssembly assembly;
  assembly.begin_frame(Opcode::Text);
  EXPECT_FALSE(assembly.append("\xFF", 0));
  assembly.release();
  assembly.abandon();
  assembly.begin_frame(Opcode::Text);
  EXPECT_EQ(assembly.frames(), 1U);
  EXPECT_TRUE(assembly.append("\xC3", 0));
  EXPECT_FALSE(assembly.finish()) << "a text ends inside a code point";
  assembly.release();
  assembly.begin_frame(Opcode::Binary);
  EXPECT_TRUE(assembly.append("\xFF\xC3", 0));
  EXPECT_TRUE(assembly.finish()) << "bytes are not judged";
}

TEST(Rfc6455Section5_4, AnAnnouncedLengthCostsNothing) {
  MessageAssembly assembly;
  assembly.begin_frame(Opcode::Binary);
  EXPECT_TRUE(assembly.append(std::string(100, 'x'), std::uint64_t{1} << 40));
  EXPECT_TRUE(assembly.finish());
  EXPECT_LE(assembly.take().capacity(), 256U);
}

TEST(Rfc6455Section5_4, RoomIsMadeOnceForWhatIsMostlyThere) {
  MessageAssembly assembly;
  assembly.begin_frame(Opcode::Binary);
  EXPECT_TRUE(assembly.append(std::string(60'000, 'x'), 5'536));
  EXPECT_TRUE(assembly.append(std::string(5'536, 'x'), 0));
  EXPECT_TRUE(assembly.finish());
  EXPECT_LE(assembly.take().capacity(), 65'600U);
}

TEST(Rfc6455Section5_4, StorageIsGivenBack) {
  MessageAssembly assembly;
  assembly.begin_frame(Opcode::Binary);
  EXPECT_TRUE(assembly.append(std::string(5000, 'x'), 0));
  EXPECT_EQ(assembly.size(), 5000U);
  assembly.release();
  EXPECT_EQ(assembly.size(), 5000U) << "the message goes on";
  EXPECT_TRUE(assembly.append("x", 0));
  EXPECT_EQ(assembly.size(), 5001U);
  EXPECT_EQ(assembly.view(), "x");
  EXPECT_TRUE(assembly.finish());
  EXPECT_LT(assembly.take().capacity(), 100U);
}

}  // namespace
}  // namespace folio::ws
