#include "dev/app_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dev/toolchain.hpp"
#include "temporary_folder.hpp"

using folio::dev::AppFolder;
using folio::dev::find_app;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class AppFolderTest : public ::testing::Test {
 protected:
  folio::testing::TemporaryFolder folder;
  AppFolder app;
  std::string error;
};

TEST_F(AppFolderTest, HoldsRoutes) {
  folder.write("routes/index.cpp", "");
  folder.write("example/ws/chat.cpp", "");
  ASSERT_TRUE(find_app(folder.path() + "/.", app, error)) << error;
  EXPECT_EQ(app.root, folder.path());
  EXPECT_EQ(app.routes, folder / "routes");
  EXPECT_EQ(app.sources, folder / "src");
  EXPECT_EQ(app.prefix, "routes");
  EXPECT_EQ(app.base, folder.path());
  EXPECT_EQ(app.name_of(folder / "routes/a.cpp"), "routes/a.cpp");
  EXPECT_EQ(app.name_of("/usr/a.hpp"), "/usr/a.hpp");
  EXPECT_TRUE(app.is_public(folder / "public/a.css"));
  EXPECT_FALSE(app.is_public(folder / "publication/a.css"));
}

TEST_F(AppFolderTest, OrIsARoutesFolderItself) {
  folder.write("example/ws/chat.cpp", "");
  ASSERT_TRUE(find_app(folder / "example", app, error)) << error;
  EXPECT_EQ(app.root, folder / "example");
  EXPECT_EQ(app.routes, app.root);
  EXPECT_EQ(app.sources, "") << "example/src/ is a folder of routes";
  EXPECT_EQ(app.prefix, "example");
  EXPECT_EQ(app.base, folder.path());
  EXPECT_EQ(app.name_of(folder / "example/ws/chat.cpp"), "example/ws/chat.cpp");
  EXPECT_EQ(app.name, "example");
}

TEST_F(AppFolderTest, ErrorsSayHowToMendThem) {
  EXPECT_FALSE(find_app(folder / "nowhere", app, error));
  EXPECT_THAT(error, HasSubstr("there is no folder"));
  folder.write("file", "");
  EXPECT_FALSE(find_app(folder / "file", app, error));
  EXPECT_THAT(error, HasSubstr("is no folder"));
  folder.write("empty/.git/x.cpp", "");
  EXPECT_FALSE(find_app(folder / "empty", app, error));
  EXPECT_THAT(error, HasSubstr("folio new"));
}

TEST_F(AppFolderTest, WatchesOnlyWhatIsTheUsers) {
  folder.write("routes/index.cpp", "");
  ASSERT_TRUE(find_app(folder.path(), app, error));
  EXPECT_TRUE(is_watched_folder(app, folder / "routes/users"));
  EXPECT_TRUE(is_watched_folder(app, folder / "routes/.well-known"));
  EXPECT_TRUE(is_watched_folder(app, folder / "routes/build"));
  EXPECT_FALSE(is_watched_folder(app, folder / "build"));
  EXPECT_FALSE(is_watched_folder(app, folder / ".folio"));
  EXPECT_FALSE(is_watched_folder(app, folder / "public/node_modules"));
}

TEST(Toolchain, IsReadFromKeysAndLists) {
  folio::dev::Toolchain tools;
  std::string error;
  const std::string text =
      "# comment\nVERSION=1\nSOURCE_DIR=/s\nBINARY_DIR=/b\nCXX=/c++\nNINJA=/ninja\nSHARED_LIBRARY=/l.so\n"
      "INCLUDES=/i j\nROUTE_CXXFLAGS=-a\nROUTE_CXXFLAGS=-D X=1\nUNKNOWN=1\n";
  ASSERT_TRUE(folio::dev::parse_toolchain(text, tools, error)) << error;
  EXPECT_THAT(tools.includes, ElementsAre("/i j"));
  EXPECT_THAT(tools.route_cxxflags, ElementsAre("-a", "-D X=1"));
  EXPECT_FALSE(folio::dev::parse_toolchain("VERSION=1\n", tools, error));
  EXPECT_EQ(error, "the key SOURCE_DIR is missing");
}

TEST_F(AppFolderTest, FilesAreWrittenOnlyWhenTheyChange) {
  ASSERT_TRUE(folio::dev::write_file(folder / "f", "one"));
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(folder / "f", old);
  const auto time = std::filesystem::last_write_time(folder / "f");
  ASSERT_TRUE(folio::dev::write_file(folder / "f", "one"));
  EXPECT_EQ(std::filesystem::last_write_time(folder / "f"), time);
  ASSERT_TRUE(folio::dev::write_file(folder / "f", "two"));
  EXPECT_EQ(folder.read("f"), "two");
  EXPECT_FALSE(folio::dev::write_file(folder / "none/f", "x"));
}

}  // namespace
