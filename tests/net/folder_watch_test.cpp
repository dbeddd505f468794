#include "net/folder_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/alarm.hpp"
#include "net/loop.hpp"

using namespace std::chrono_literals;
using folio::net::Alarm;
using folio::net::FolderWatch;
using folio::net::Loop;
namespace fs = std::filesystem;

namespace {

class FolderWatchTest : public ::testing::Test {
 protected:
  FolderWatchTest() {
    std::string pattern = fs::temp_directory_path() / "folio-watch-XXXXXX";
    root = ::mkdtemp(pattern.data());
  }
  ~FolderWatchTest() override { fs::remove_all(root); }

  void write(const std::string& name, const std::string& text) { std::ofstream(root / name) << text; }

  // Runs the loop until the listener was called, at most `limit`.
  bool told(std::chrono::milliseconds limit = 5000ms) {
    const int before = calls;
    Alarm late(loop.raw(), [&] { loop.stop(); });
    late.set(limit);
    loop.run();
    return calls > before;
  }

  FolderWatch::Listener listener() {
    return [this] {
      ++calls;
      loop.stop();
    };
  }
  static bool all(const std::string&) { return true; }

  fs::path root;
  Loop loop;
  int calls = 0;
};

TEST_F(FolderWatchTest, TellsOfAFileMadeChangedRenamedAndRemoved) {
  FolderWatch watch(loop.raw(), all, listener());
  watch.add(root, true);
  write("a", "1");
  EXPECT_TRUE(told());
  write("a", "2");
  EXPECT_TRUE(told());
  fs::rename(root / "a", root / "b");
  EXPECT_TRUE(told());
  fs::remove(root / "b");
  EXPECT_TRUE(told());
  EXPECT_EQ(watch.problem(), "");
}

TEST_F(FolderWatchTest, TellsOnceOfManyEventsAtOnce) {
  FolderWatch watch(loop.raw(), all, listener());
  watch.add(root, true);
  for (int number = 0; number < 200; ++number) write("f" + std::to_string(number), "x");
  EXPECT_TRUE(told());
  EXPECT_FALSE(told(100ms));
  EXPECT_EQ(calls, 1);
}

TEST_F(FolderWatchTest, WatchesFoldersThatAreMadeLater) {
  FolderWatch watch(loop.raw(), all, listener());
  watch.add(root, true);
  fs::create_directories(root / "x/y/z");
  EXPECT_TRUE(told());
  EXPECT_EQ(watch.folders(), 4U);
  write("x/y/z/deep", "1");
  EXPECT_TRUE(told());
}

TEST_F(FolderWatchTest, FollowsAFolderThatIsRenamedOrMadeAnew) {
  fs::create_directories(root / "x");
  FolderWatch watch(loop.raw(), all, listener());
  watch.add(root, true);
  fs::rename(root / "x", root / "y");
  EXPECT_TRUE(told());
  write("y/file", "1");
  EXPECT_TRUE(told());
  fs::remove_all(root / "y");
  fs::create_directories(root / "y");
  EXPECT_TRUE(told());
  write("y/file", "2");
  EXPECT_TRUE(told());
  EXPECT_EQ(watch.folders(), 2U);
}

TEST_F(FolderWatchTest, LooksOnlyWhereTheFilterSays) {
  fs::create_directories(root / "node_modules/x");
  FolderWatch watch(
      loop.raw(), [](const std::string& folder) { return !folder.ends_with("node_modules"); }, listener());
  watch.add(root, true);
  EXPECT_EQ(watch.folders(), 1U);
  write("node_modules/x/file", "1");
  EXPECT_FALSE(told(100ms));
}

TEST_F(FolderWatchTest, DoesNotFollowLinksInCircles) {
  fs::create_directory_symlink(root, root / "self");
  FolderWatch watch(loop.raw(), all, listener());
  watch.add(root, true);
  EXPECT_EQ(watch.folders(), 1U);
}

TEST_F(FolderWatchTest, IsNotStarvedByAFileThatIsWrittenAllTheTime) {
  FolderWatch watch(loop.raw(), all, listener(), {.quiet = 100ms, .longest = 200ms});
  watch.add(root, true);
  Alarm writer(loop.raw(), [&] {
    write("log", "x");
    writer.set(10ms);
  });
  writer.set(0ms);
  EXPECT_TRUE(told());
}

TEST_F(FolderWatchTest, MayGoWhileEventsArePending) {
  {
    FolderWatch watch(loop.raw(), all, listener());
    watch.add(root, true);
    write("a", "1");
  }
  EXPECT_FALSE(told(50ms));
}

}  // namespace
