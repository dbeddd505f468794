#include "dev/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

using folio::dev::Changes;
using folio::dev::Snapshot;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

namespace {

class SnapshotTest : public ::testing::Test {
 protected:
  static bool all(const std::string& folder) { return !folder.ends_with("/node_modules"); }
  folio::testing::TemporaryFolder folder;
  Snapshot snapshot{{folder.path()}, all};
};

TEST_F(SnapshotTest, TellsWhatWasAddedChangedAndRemoved) {
  folder.write("a", "1");
  folder.write("b", "1");
  EXPECT_TRUE(snapshot.look().empty());
  folder.write("a", "2");
  fs::remove(folder / "b");
  folder.write("x/c", "1");
  const auto changes = snapshot.look();
  EXPECT_THAT(changes.changed, ElementsAre(folder / "a"));
  EXPECT_THAT(changes.removed, ElementsAre(folder / "b"));
  EXPECT_THAT(changes.added, ElementsAre(folder / "x/c"));
  EXPECT_TRUE(changes.structural());
  EXPECT_TRUE(snapshot.look().empty());
}

TEST_F(SnapshotTest, ASaveThatChangesNothingIsNoChange) {
  folder.write("a", "1");
  EXPECT_TRUE(snapshot.look().empty());
  fs::last_write_time(folder / "a", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_TRUE(snapshot.look().empty());
  folder.write("a.tmp", "1");
  fs::rename(folder / "a.tmp", folder / "a");
  EXPECT_TRUE(snapshot.look().empty());
}

TEST_F(SnapshotTest, FilesOfEditorsAndOfOthersAreNone) {
  EXPECT_TRUE(snapshot.look().empty());
  for (const char* name : {".a.swp", "4913", "a.cpp~", "#a.cpp#", ".#a.cpp", "node_modules/x/index.cpp"}) {
    folder.write(name, "1");
  }
  EXPECT_TRUE(snapshot.look().empty());
}

TEST_F(SnapshotTest, SingleFilesAreWatchedFromWhenTheyAreNamed) {
  folio::testing::TemporaryFolder other;
  other.write("lib.hpp", "1");
  EXPECT_TRUE(snapshot.look().empty());
  snapshot.watch_files({other / "lib.hpp"});
  EXPECT_TRUE(snapshot.look().empty());
  other.write("lib.hpp", "2");
  EXPECT_THAT(snapshot.look().changed, ElementsAre(other / "lib.hpp"));
  snapshot.watch_files({});
  other.write("lib.hpp", "3");
  EXPECT_TRUE(snapshot.look().empty());
}

TEST(ChangesTest, MergingTellsTheOutcome) {
  Changes changes{.added = {"new"}, .changed = {"old"}, .removed = {"moved"}};
  changes.merge({.added = {"moved"}, .changed = {"new", "old"}, .removed = {"other"}});
  EXPECT_THAT(changes.added, ElementsAre("new"));
  EXPECT_THAT(changes.changed, ElementsAre("old", "moved"));
  EXPECT_THAT(changes.removed, ElementsAre("other"));
  changes.merge({.removed = {"new", "old"}});
  EXPECT_THAT(changes.added, IsEmpty());
  EXPECT_THAT(changes.changed, ElementsAre("moved"));
  EXPECT_THAT(changes.removed, ElementsAre("other", "old"));
}

}  // namespace
