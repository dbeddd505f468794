#include "dev/private_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dev/generate.hpp"
#include "temporary_folder.hpp"

using namespace folio::dev;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

namespace {

class PrivateSourcesTest : public ::testing::Test {
 protected:
  // By the names that people know.
  std::vector<std::string> found(const std::string& app_folder) {
    std::string error;
    EXPECT_TRUE(find_app(app_folder, app, error)) << error;
    std::vector<std::string> names;
    for (const auto& file : find_private_sources(app)) names.push_back(app.name_of(file));
    return names;
  }

  folio::testing::TemporaryFolder folder;
  AppFolder app;
};

TEST_F(PrivateSourcesTest, AreThoseOfPrivateNamesAndOfSrc) {
  for (const char* file : {"routes/_a.cpp", "routes/_lib/b.cpp", "routes/users/_lib/deep/c.cpp", "routes/(g)/_d.cpp",
                           "routes/_matchers/_e.cpp", "src/_a.cpp", "src/a b.cpp", "src/db/index.cpp"}) {
    folder.write(file, "");
  }
  for (const char* other : {"routes/a.cpp", "routes/_middleware.cpp", "routes/users/_error.cpp", "routes/_404.cpp",
                            "routes/_matchers/lang.cpp", "routes/_midleware.cpp", "routes/_500.cpp", "routes/_a.hpp",
                            "routes/_lib/b.inc", "src/db.hpp", "public/_x.cpp", "tests/_t.cpp", "other/x.cpp"}) {
    folder.write(other, "");
  }
  EXPECT_THAT(found(folder.path()),
              ElementsAre("routes/(g)/_d.cpp", "routes/_a.cpp", "routes/_lib/b.cpp", "routes/_matchers/_e.cpp",
                          "routes/users/_lib/deep/c.cpp", "src/_a.cpp", "src/a b.cpp", "src/db/index.cpp"));
}

TEST_F(PrivateSourcesTest, NotWhatToolsPutThereOrADotPutsAside) {
  folder.write("routes/index.cpp", "");
  for (const char* file : {"routes/_lib/.aside.cpp", "routes/_lib/.git/x.cpp", "routes/_lib/node_modules/x.cpp",
                           "routes/._x.cpp", "src/.aside.cpp", "src/.cache/x.cpp"}) {
    folder.write(file, "");
  }
  EXPECT_THAT(found(folder.path()), IsEmpty());
}

TEST_F(PrivateSourcesTest, OfARoutesFolderThatIsTheAppAreBelowIt) {
  folder.write("site/index.cpp", "");
  folder.write("site/_a.cpp", "");
  folder.write("site/src/page.cpp", "");
  folder.write("site/public/_lib/x.cpp", "");
  folder.write("src/other.cpp", "");
  EXPECT_THAT(found(folder / "site"), ElementsAre("site/_a.cpp"));
}

TEST_F(PrivateSourcesTest, HaveObjectsOfTheirOwnWhateverTheirNames) {
  for (const char* file : {"routes/src/a.cpp", "routes/_a.cpp", "src/_a.cpp", "src/a b.cpp", "src/a_b.cpp"}) {
    folder.write(file, "std::string GET() { return {}; }\n");
  }
  std::string error;
  ASSERT_TRUE(find_app(folder.path(), app, error)) << error;
  folio::codegen::Outcome outcome;
  const auto generated = generate_app(app, folder / "out", outcome);
  EXPECT_THAT(generated.errors, IsEmpty());
  EXPECT_EQ(generated.sources, folder / "src");
  std::set<std::string> names;
  for (const auto* units : {&generated.units, &generated.private_units}) {
    for (const auto& unit : *units) names.insert(unit.build.name);
  }
  EXPECT_EQ(names.size(), 5U) << ::testing::PrintToString(names);
  EXPECT_EQ(generated.private_units.size(), 4U);
  EXPECT_EQ(generated.private_units[1].file, "src/_a.cpp");
  EXPECT_EQ(generated.private_units[1].build.folder, folder / "src");
}

TEST_F(PrivateSourcesTest, AMisspeltMiddlewareIsNone) {
  folder.write("routes/index.cpp", "#include <folio/folio.hpp>\nstd::string GET() { return {}; }\n");
  folder.write("routes/_midleware.cpp", "");
  std::string error;
  ASSERT_TRUE(find_app(folder.path(), app, error)) << error;
  folio::codegen::Outcome outcome;
  const auto generated = generate_app(app, folder / "out", outcome);
  ASSERT_EQ(generated.errors.size(), 1U);
  EXPECT_EQ(generated.errors[0].code, "R011");
  EXPECT_THAT(generated.private_units, IsEmpty());
  EXPECT_EQ(generated.sources, "") << "there is no src/";
}

}  // namespace
