#include "base/file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace folio::base {
namespace {

class FileTest : public ::testing::Test {
 protected:
  ~FileTest() override { std::filesystem::remove(path); }
  // In place: it stays the same file.
  void write(const std::string& content) const {
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << content;
  }
  static std::string read(const File& file, std::uint64_t offset = 0, std::size_t room = 100) {
    std::string bytes(room, '\0');
    const auto count = file.read(offset, bytes.data(), room);
    EXPECT_GE(count, 0);
    return bytes.substr(0, static_cast<std::size_t>(count));
  }

  std::string path = ::testing::TempDir() + "folio_file_test_" + std::to_string(::getpid());
};

TEST_F(FileTest, WhatHasJustChangedIsReadAnew) {
  std::ofstream(path) << "one";
  const auto file = File::open(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(read(*file), "one");
  write("two");
  EXPECT_EQ(read(*file), "two");
}

TEST_F(FileTest, WhatIsSmallAndSettledIsReadOnce) {
  const std::string large(File::max_kept + 1, 'x');
  const std::string other = path + "_large";
  std::ofstream(path) << "one";
  std::ofstream(other) << large;
  std::this_thread::sleep_for(std::chrono::nanoseconds(File::settled_after) + std::chrono::milliseconds(100));
  const auto file = File::open(path);
  const auto unread = File::open(path);
  const auto large_file = File::open(other);
  ASSERT_TRUE(file && unread && large_file);
  EXPECT_EQ(read(*file), "one");
  EXPECT_EQ(read(*large_file, 0, 3), "xxx");
  write("two");
  std::fstream(other, std::ios::in | std::ios::out) << "yyy";
  EXPECT_EQ(read(*file), "one") << "what its status is of";
  EXPECT_EQ(read(*file, 1), "ne");
  EXPECT_EQ(read(*file, 1, 1), "n");
  EXPECT_EQ(read(*file, 3), "");
  EXPECT_EQ(read(*file, 4), "");
  EXPECT_EQ(read(*unread), "two") << "it changed between its opening and its reading";
  EXPECT_EQ(read(*File::open(path)), "two");
  EXPECT_EQ(read(*large_file, 0, 3), "yyy");
  std::filesystem::remove(other);
}

TEST_F(FileTest, WhatIsNoFileIsNotRead) {
  char byte = 0;
  EXPECT_LT(File(-1).read(0, &byte, 1), 0);
}

}  // namespace
}  // namespace folio::base
