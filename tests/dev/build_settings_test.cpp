#include "dev/build_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using folio::dev::Diagnostic;
using folio::dev::read_build_settings;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

std::vector<std::string> packages_of(std::string_view text) {
  std::vector<Diagnostic> errors;
  std::vector<std::string> packages;
  for (const auto& package : read_build_settings(text, "folio.toml", errors).packages) {
    packages.push_back(package.text());
  }
  EXPECT_THAT(errors, IsEmpty()) << text;
  return packages;
}

// "place message" of each.
std::vector<std::string> faults_of(std::string_view text) {
  std::vector<Diagnostic> errors;
  static_cast<void>(read_build_settings(text, "folio.toml", errors));
  std::vector<std::string> faults;
  for (const auto& error : errors) faults.push_back(error.place.text() + " " + error.message);
  return faults;
}

TEST(BuildSettings, NameTheAppsPackages) {
  EXPECT_THAT(packages_of(""), IsEmpty());
  EXPECT_THAT(packages_of("port = 8080\n[http]\nmax_body = 1\n"), IsEmpty()) << "all else is the server's";
  EXPECT_THAT(packages_of("[build]\n"), IsEmpty());
  EXPECT_THAT(packages_of("[build]\npackages = [\"sqlite3\", \"gtkmm-3.0\", \"libxml++-2.6\"]\n"),
              ElementsAre("sqlite3", "gtkmm-3.0", "libxml++-2.6"));
}

TEST(BuildSettings, APackageMayHaveACondition) {
  EXPECT_THAT(packages_of("[build]\npackages = [\"sqlite3 >= 3.40\", \"hiredis!=1.0\", \"libpq  <  15~rc1\"]\n"),
              ElementsAre("sqlite3 >= 3.40", "hiredis != 1.0", "libpq < 15~rc1"));
}

TEST(BuildSettings, FaultsHaveTheirPlace) {
  EXPECT_THAT(faults_of("[build]\npackage = []\n"), ElementsAre("folio.toml:2:1 there is no setting 'build.package'"));
  EXPECT_THAT(faults_of("build = 1\n"), ElementsAre("folio.toml:1:9 build must be a section"));
  EXPECT_THAT(faults_of("[build]\npackages = \"sqlite3\"\n"),
              ElementsAre("folio.toml:2:12 build.packages must be a list of texts"));
  EXPECT_THAT(faults_of("[build]\npackages = [\n  \"sqlite3\",\n  7,\n]\n"),
              ElementsAre("folio.toml:4:3 a package must be a text in quotes"));
  const auto broken = faults_of("[build\n");
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_TRUE(broken[0].starts_with("folio.toml:1:7 not TOML: ")) << broken[0];
}

TEST(BuildSettings, NothingButANameAndAConditionIsAPackage) {
  for (const std::string text : {"", " ", "--cflags", "a b", "a;b", "$(id)", "a >=", "a >= -1", "a => 1", "a >= 1 b",
                                 "a\nb", "/usr/lib/x.pc", "a >= 1; id"}) {
    std::vector<Diagnostic> errors;
    const auto settings = read_build_settings("[build]\npackages = ['''" + text + "''']\n", "folio.toml", errors);
    EXPECT_THAT(settings.packages, IsEmpty()) << text;
    EXPECT_EQ(errors.size(), 1U) << text;
  }
}

}  // namespace
