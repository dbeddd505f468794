// The real pkg-config, over packages of our own.
#include "dev/packages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "temporary_folder.hpp"

using folio::dev::AppFolder;
using folio::dev::Diagnostic;
using folio::dev::find_packages;
using folio::dev::Packages;
using folio::dev::split_flags;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

namespace {

class PackagesTest : public ::testing::Test {
 protected:
  PackagesTest() {
    folder.write("app/routes/index.cpp", "");
    std::string error;
    EXPECT_TRUE(find_app(folder / "app", app, error)) << error;
    ::setenv("PKG_CONFIG_PATH", (folder / "pc").c_str(), 1);
  }
  ~PackagesTest() override { ::unsetenv("PKG_CONFIG_PATH"); }

  void install(const std::string& name, const std::string& version, const std::string& flags) {
    folder.write("pc/" + name + ".pc", "Name: " + name + "\nDescription: x\nVersion: " + version + "\n" + flags + "\n");
  }
  Packages find(const std::string& list) {
    folder.write("app/folio.toml", "[build]\npackages = [" + list + "]\n");
    errors.clear();
    return find_packages(app, errors);
  }

  folio::testing::TemporaryFolder folder;
  AppFolder app;
  std::vector<Diagnostic> errors;
};

TEST(SplitFlags, TakesQuotesAndBackslashesAway) {
  EXPECT_THAT(split_flags("-I/a\\ b -DX=\\\"y\\\"  -DZ='1 \\2' -lm\n"),
              ElementsAre("-I/a b", "-DX=\"y\"", "-DZ=1 \\2", "-lm"));
  EXPECT_THAT(split_flags(" \n"), IsEmpty());
}

TEST_F(PackagesTest, GiveTheirFlags) {
  install("folio-one", "1.2", "Cflags: -I/one -DONE='a b'\nLibs: -L/one -lone");
  install("folio-two", "3.4", "Requires: folio-one\nLibs: -ltwo");
  const auto packages = find("'folio-two >= 3'");
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(packages.cxxflags, ElementsAre("-I/one", "-DONE=a b"));
  EXPECT_THAT(packages.libraries, UnorderedElementsAre("-ltwo", "-L/one", "-lone"));
  EXPECT_EQ(packages.versions, "3.4\n");
  EXPECT_THAT(packages.files, Contains(folder / "pc/folio-two.pc"));
}

TEST_F(PackagesTest, OfAnAppWithoutThemAreNone) {
  EXPECT_THAT(find_packages(app, errors).files, IsEmpty());
  EXPECT_THAT(errors, IsEmpty());
}

TEST_F(PackagesTest, ThatAreMissingAreErrorsWithTheirPlace) {
  install("folio-one", "1.2", "Libs: -lone");
  const auto packages = find("'folio-one', 'folio-none', 'folio-one >= 2'");
  EXPECT_THAT(packages.libraries, IsEmpty());
  EXPECT_THAT(packages.files, Contains(folder / "pc/folio-none.pc")) << "where it may appear";
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].message, "pkg-config finds no package 'folio-none'");
  EXPECT_EQ(errors[0].place.text(), "folio.toml:2:26");
  EXPECT_THAT(errors[0].help, HasSubstr("apt-get install libfolio-none-dev"));
  ASSERT_THAT(errors[0].notes, SizeIs(1));
  EXPECT_THAT(errors[0].notes[0].message, HasSubstr("folio-none.pc"));
  EXPECT_FALSE(errors[0].frame.empty());
  EXPECT_EQ(errors[1].message, "pkg-config finds no package 'folio-one >= 2'");
  EXPECT_THAT(errors[1].notes[0].message, HasSubstr("1.2")) << "in pkg-config's own words";
}

TEST_F(PackagesTest, WithoutPkgConfigAreAnError) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  find("'folio-one'");
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_THAT(errors[0].help, HasSubstr("apt-get install pkg-config"));
}

}  // namespace
