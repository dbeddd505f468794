// The builder with a real compiler and ninja, over a framework of three lines.
#include "dev/builder.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "dev/build_folder.hpp"
#include "net/loop.hpp"
#include "temporary_folder.hpp"

using namespace std::chrono_literals;
using folio::dev::AppFolder;
using folio::dev::Builder;
using folio::dev::BuildFolder;
using folio::dev::BuildResult;
using folio::dev::Generated;
using folio::dev::RebuiltUnit;
using folio::dev::Toolchain;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

namespace {

class BuilderTest : public ::testing::Test {
 protected:
  BuilderTest() {
    framework.write("include/folio/prelude.hpp",
                    "#pragma once\n#define EXPORT extern \"C\" __attribute__((visibility(\"default\")))\n");
    framework.write("empty.cpp", "int folio_library;\n");
    tools = {.version = "1",
             .source_folder = framework.path(),
             .build_folder = framework.path(),
             .compiler = "clang++-19",
             .ninja = "ninja",
             .shared_library = framework / "libfolio.so",
             .includes = {framework / "include"},
             .route_cxxflags = {"-std=c++23", "-O0", "-fPIC", "-fvisibility=hidden", "-Wall"},
             .route_ldflags = {"-shared", "-fPIC", "-Wl,-z,defs"}};
    make_library();
    app.write("routes/a.cpp", "EXPORT int value() { return 1; }\n");
    app.write("routes/users/[id].cpp", "#include \"_x.hpp\"\nEXPORT int value() { return X; }\n");
    app.write("routes/users/_x.hpp", "#define X 7\n");
    std::string error;
    EXPECT_TRUE(find_app(app.path(), folders, error)) << error;
    EXPECT_TRUE(build_folder.open(app.path(), "test", error)) << error;
  }

  void make_library() {
    const std::string command =
        "clang++-19 -shared -fPIC -o '" + (framework / "libfolio.so") + "' '" + (framework / "empty.cpp") + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }

  Generated generate() {
    ++generations;
    Generated generated;
    generated.errors = errors;
    for (const auto& [name, file] : units) {
      generated.units.push_back({{name, app / file, fs::path(app / file).parent_path().string()}, file});
    }
    for (const auto& [name, file] : private_units) {
      generated.private_units.push_back({{name, app / file, fs::path(app / file).parent_path().string()}, file});
    }
    if (fs::is_directory(app / "src")) generated.sources = app / "src";
    return generated;
  }

  void make_builder() {
    builder.emplace(loop.raw(), tools, folders, build_folder.path(),
                    Builder::Callbacks{[this] { return generate(); },
                                       [this](BuildResult given) {
                                         result = std::move(given);
                                         ++reports;
                                         if (!wait_for_dependencies) loop.stop();
                                       },
                                       [this](std::vector<std::string> files) {
                                         dependencies = std::move(files);
                                         if (wait_for_dependencies) loop.stop();
                                       }});
  }

  const BuildResult& build() {
    if (!builder) make_builder();
    builder->start();
    loop.run();
    return result;
  }

  static int value_of(const std::string& object) {
    void* handle = ::dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return -1;
    auto* function = reinterpret_cast<int (*)()>(::dlsym(handle, "value"));
    return function == nullptr ? -1 : function();
  }

  static std::vector<std::string> files_of(const std::vector<RebuiltUnit>& units) {
    std::vector<std::string> files;
    for (const auto& unit : units) files.push_back(unit.file);
    return files;
  }

  folio::testing::TemporaryFolder framework;
  folio::testing::TemporaryFolder app;
  Toolchain tools;
  AppFolder folders;
  BuildFolder build_folder;
  std::vector<std::pair<std::string, std::string>> units{{"r_a", "routes/a.cpp"},
                                                         {"r_users_id", "routes/users/[id].cpp"}};
  std::vector<std::pair<std::string, std::string>> private_units;
  std::vector<folio::dev::Diagnostic> errors;
  folio::net::Loop loop;
  std::optional<Builder> builder;
  BuildResult result;
  std::vector<std::string> dependencies;
  bool wait_for_dependencies = false;
  int reports = 0;
  int generations = 0;
};

TEST_F(BuilderTest, MakesOneObjectARoute) {
  build();
  ASSERT_TRUE(result.ok) << render_text(result.diagnostics, folio::dev::Paint::Plain);
  ASSERT_THAT(result.objects, SizeIs(2));
  EXPECT_EQ(value_of(result.objects[0]), 1);
  EXPECT_EQ(value_of(result.objects[1]), 7);
  EXPECT_THAT(files_of(result.rebuilt), UnorderedElementsAre("routes/a.cpp", "routes/users/[id].cpp"));
  EXPECT_GT(result.rebuilt[0].compile, 0ms);
  EXPECT_EQ(app.read(".folio/.gitignore"), "*\n");
}

TEST_F(BuilderTest, BuildsOnlyWhatChangedUnderANewName) {
  const auto first = build().objects;
  app.write("routes/a.cpp", "EXPORT int value() { return 2; }\n");
  build();
  ASSERT_TRUE(result.ok);
  EXPECT_THAT(files_of(result.rebuilt), ElementsAre("routes/a.cpp"));
  EXPECT_NE(result.objects[0], first[0]);
  EXPECT_EQ(result.objects[1], first[1]);
  EXPECT_EQ(value_of(result.objects[0]), 2);
  EXPECT_EQ(value_of(first[0]), 1) << "what is mapped is never overwritten";

  app.write("routes/a.cpp", "EXPORT int value() { return 1; }\n");
  EXPECT_EQ(build().objects, first) << "the same content has the same name";
}

TEST_F(BuilderTest, AHeaderOfARouteIsItsDependency) {
  wait_for_dependencies = true;
  build();
  EXPECT_THAT(dependencies, Contains(app / "routes/users/_x.hpp"));
  EXPECT_THAT(dependencies, Contains(framework / "include/folio/prelude.hpp"));
  app.write("routes/users/_x.hpp", "#define X 8\n");
  build();
  EXPECT_THAT(files_of(result.rebuilt), ElementsAre("routes/users/[id].cpp"));
  EXPECT_EQ(value_of(result.objects[1]), 8);
}

TEST_F(BuilderTest, NothingChangedIsNothingRebuilt) {
  build();
  build();
  EXPECT_TRUE(result.ok);
  EXPECT_THAT(result.rebuilt, IsEmpty());
}

TEST_F(BuilderTest, ErrorsOfAllRoutesAreTold) {
  app.write("routes/a.cpp", "EXPORT int value() { return x; }\n");
  app.write("routes/users/_x.hpp", "#define X y\n");
  build();
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.objects, IsEmpty());
  ASSERT_EQ(count_errors(result.diagnostics), 2U);
  std::vector<std::string> places;
  for (const auto& each : result.diagnostics) places.push_back(each.place.text());
  EXPECT_THAT(places, UnorderedElementsAre("routes/a.cpp:1:29", "routes/users/[id].cpp:2:29"));
  EXPECT_FALSE(result.diagnostics[0].frame.empty());

  app.write("routes/a.cpp", "EXPORT int value() { return 3; }\n");
  app.write("routes/users/_x.hpp", "#define X 4\n");
  build();
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(value_of(result.objects[0]), 3);
}

TEST_F(BuilderTest, AnUndefinedFunctionNamesItsRoute) {
  app.write("routes/a.cpp", "int other();\nEXPORT int value() { return other(); }\n");
  build();
  EXPECT_FALSE(result.ok);
  ASSERT_EQ(count_errors(result.diagnostics), 1U);
  EXPECT_EQ(result.diagnostics[0].place.file, "routes/a.cpp");
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr("other()"));
}

TEST_F(BuilderTest, WarningsDoNotFail) {
  app.write("routes/a.cpp", "EXPORT int value() { int unused = 1; return 2; }\n");
  build();
  EXPECT_TRUE(result.ok);
  ASSERT_THAT(result.diagnostics, SizeIs(1));
  EXPECT_EQ(result.diagnostics[0].severity, folio::dev::Severity::Warning);
}

TEST_F(BuilderTest, TheGeneratorsErrorsEndTheBuild) {
  folio::dev::Diagnostic error;
  error.code = "R001";
  error.message = "twice";
  errors = {error};
  build();
  EXPECT_FALSE(result.ok);
  ASSERT_THAT(result.diagnostics, SizeIs(1));
  EXPECT_EQ(result.diagnostics[0].code, "R001");
}

TEST_F(BuilderTest, ARouteThatIsGoneLeavesNothing) {
  build();
  fs::remove(app / "routes/a.cpp");
  units.erase(units.begin());
  build();
  ASSERT_TRUE(result.ok);
  EXPECT_THAT(result.objects, SizeIs(1));
  EXPECT_FALSE(fs::exists(build_folder / "so/r_a.so"));
}

// Two routes that count by one private source, and one that does not use it.
class PrivateSourcesBuilderTest : public BuilderTest {
 protected:
  PrivateSourcesBuilderTest() {
    app.write("src/count.hpp", "#pragma once\nint count();\nextern int step;\n");
    write_count("0");
    const std::string counts = "#include \"count.hpp\"\nEXPORT int value() { return count(); }\n";
    app.write("routes/a.cpp", counts);
    app.write("routes/b.cpp", counts);
    units = {{"r_a", "routes/a.cpp"}, {"r_b", "routes/b.cpp"}, {"r_users_id", "routes/users/[id].cpp"}};
    private_units = {{"p_count", "routes/_count.cpp"}, {"p_step", "src/step.cpp"}};
    app.write("src/step.cpp", "#include \"count.hpp\"\nint step = 1;\n");
    tools.nm = "nm";
  }

  void write_count(const std::string& start) {
    app.write("routes/_count.cpp",
              "#include \"count.hpp\"\nint count() { static int value = " + start + "; return value += step; }\n");
  }
};

TEST_F(PrivateSourcesBuilderTest, HaveOneStateForAllRoutes) {
  build();
  ASSERT_TRUE(result.ok) << render_text(result.diagnostics, folio::dev::Paint::Plain);
  ASSERT_THAT(result.objects, SizeIs(3)) << "of routes alone";
  EXPECT_EQ(result.sharing, 2U);
  EXPECT_EQ(value_of(result.objects[0]), 1);
  EXPECT_EQ(value_of(result.objects[1]), 2);
  EXPECT_EQ(value_of(result.objects[0]), 3);
}

TEST_F(PrivateSourcesBuilderTest, AnEditMakesAnotherStateAndLeavesTheOldOne) {
  for (const char* nm : {"nm", ""}) {
    tools.nm = nm;
    write_count(*nm == '\0' ? "1000" : "0");
    const auto first = build().objects;
    ASSERT_TRUE(result.ok) << render_text(result.diagnostics, folio::dev::Paint::Plain);
    const int before = value_of(first[0]);
    write_count(*nm == '\0' ? "1100" : "100");
    build();
    ASSERT_TRUE(result.ok);
    EXPECT_NE(result.objects[0], first[0]);
    EXPECT_EQ(result.objects[2], first[2]) << "it does not use them";
    EXPECT_EQ(value_of(result.objects[0]), before + 100);
    EXPECT_EQ(value_of(result.objects[1]), before + 101);
    EXPECT_EQ(value_of(first[1]), before + 1) << "the old generation keeps its own";
  }
}

TEST_F(PrivateSourcesBuilderTest, AnEditOfABodyLinksNoRouteAnew) {
  build();
  const auto made = fs::last_write_time(build_folder / "so/r_a.so");
  write_count("100");
  build();
  ASSERT_TRUE(result.ok);
  EXPECT_THAT(files_of(result.rebuilt), ElementsAre("routes/_count.cpp"));
  EXPECT_EQ(fs::last_write_time(build_folder / "so/r_a.so"), made);
  EXPECT_EQ(value_of(result.objects[0]), 101);
}

TEST_F(PrivateSourcesBuilderTest, ANameThatGoesIsMissedByTheRoutesThatUseIt) {
  build();
  app.write("routes/_count.cpp", "int other() { return 1; }\n");
  build();
  EXPECT_FALSE(result.ok);
  ASSERT_THAT(result.diagnostics, Not(IsEmpty()));
  std::vector<std::string> files;
  for (const auto& each : result.diagnostics) files.push_back(each.place.file);
  EXPECT_THAT(files, UnorderedElementsAre("routes/a.cpp", "routes/b.cpp"));
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr("count()"));
  write_count("0");
  EXPECT_TRUE(build().ok);
}

TEST_F(PrivateSourcesBuilderTest, AnErrorNamesItsFileAndLine) {
  app.write("src/step.cpp", "#include \"count.hpp\"\nint step = x;\n");
  build();
  EXPECT_FALSE(result.ok);
  ASSERT_THAT(result.diagnostics, SizeIs(1));
  EXPECT_EQ(result.diagnostics[0].place.text(), "src/step.cpp:2:12");
  EXPECT_FALSE(result.diagnostics[0].frame.empty());
}

TEST_F(PrivateSourcesBuilderTest, OneThatIsGoneLeavesNothing) {
  build();
  private_units.clear();
  units.erase(units.begin(), units.begin() + 2);
  build();
  ASSERT_TRUE(result.ok) << render_text(result.diagnostics, folio::dev::Paint::Plain);
  EXPECT_FALSE(fs::exists(build_folder / "obj/p_count.o"));
  EXPECT_FALSE(fs::exists(build_folder / "so/folio_private.so"));
  EXPECT_FALSE(fs::exists(build_folder / "so/folio_private.names"));
  builder->forget_old_objects();
  EXPECT_THAT(result.objects, SizeIs(1));
  EXPECT_TRUE(fs::exists(result.objects[0]));
  EXPECT_EQ(std::distance(fs::directory_iterator(build_folder / "live"), {}), 1);
}

TEST_F(PrivateSourcesBuilderTest, WhatIsInUseIsNotForgotten) {
  build();
  write_count("100");
  build();
  builder->forget_old_objects();
  EXPECT_EQ(value_of(result.objects[0]), 101);
  EXPECT_EQ(std::distance(fs::directory_iterator(build_folder / "live"), {}), 2) << "one folder, and one route";
}

TEST_F(BuilderTest, AStaleBuildIsCancelledAndReportsNothing) {
  make_builder();
  builder->start();
  builder->start();
  app.write("routes/a.cpp", "EXPORT int value() { return 9; }\n");
  builder->start();
  loop.run();
  EXPECT_EQ(reports, 1);
  EXPECT_EQ(generations, 2) << "twice told while the first still ran is once";
  ASSERT_TRUE(result.ok);
  EXPECT_EQ(value_of(result.objects[0]), 9);
  EXPECT_FALSE(builder->building());
}

TEST_F(BuilderTest, ACancelledBuildReportsNothing) {
  make_builder();
  builder->start();
  builder->cancel();
  folio::net::Alarm later(loop.raw(), [&] {
    if (!builder->building()) return loop.stop();
    later.set(10ms);
  });
  later.set(10ms);
  loop.run();
  EXPECT_EQ(reports, 0);
}

TEST_F(BuilderTest, TellsWhenTheFrameworkIsAnother) {
  build();
  EXPECT_FALSE(result.framework_changed);
  framework.write("empty.cpp", "int folio_library, another;\n");
  make_library();
  build();
  EXPECT_TRUE(result.framework_changed);
  build();
  EXPECT_FALSE(result.framework_changed);
}

TEST_F(BuilderTest, OldObjectsCanBeForgotten) {
  const auto first = build().objects;
  app.write("routes/a.cpp", "EXPORT int value() { return 2; }\n");
  const auto second = build().objects;
  builder->forget_old_objects();
  EXPECT_FALSE(fs::exists(first[0]));
  for (const auto& object : second) EXPECT_TRUE(fs::exists(object));
}

TEST_F(BuilderTest, AnotherCompilerCompilesEverythingAnew) {
  framework.write("compiler", "#!/bin/sh\nexec clang++-19 \"$@\"\n");
  fs::permissions(framework / "compiler", fs::perms::owner_all);
  tools.compiler = framework / "compiler";
  build();
  build();
  EXPECT_THAT(result.rebuilt, IsEmpty());
  framework.write("compiler", "#!/bin/sh\n\nexec clang++-19 \"$@\"\n");
  build();
  EXPECT_THAT(result.rebuilt, SizeIs(2));
}

TEST_F(BuilderTest, AMissingNinjaIsAnError) {
  tools.ninja = "folio-no-ninja";
  build();
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.diagnostics[0].message, HasSubstr("folio-no-ninja"));
}

TEST(BuildFolderTest, TwoAtWorkHaveTwoFolders) {
  folio::testing::TemporaryFolder app;
  std::string error;
  BuildFolder first;
  BuildFolder second;
  ASSERT_TRUE(first.open(app.path(), "host", error));
  ASSERT_TRUE(second.open(app.path(), "host", error));
  EXPECT_EQ(first.path(), app / ".folio/host");
  EXPECT_EQ(second.path(), app / ".folio/host-2");
  first = BuildFolder();
  BuildFolder third;
  ASSERT_TRUE(third.open(app.path(), "host", error));
  EXPECT_EQ(third.path(), app / ".folio/host");
}

}  // namespace
