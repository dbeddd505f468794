#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dev/ninja_file.hpp"
#include "dev/ninja_output.hpp"

using namespace folio::dev;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

TEST(NinjaFile, EscapesForTheShellAndForNinja) {
  EXPECT_EQ(shell_argument("-O2"), "-O2");
  EXPECT_EQ(shell_argument("a b"), "'a b'");
  EXPECT_EQ(shell_argument("it's [id].cpp"), "'it'\\''s [id].cpp'");
  EXPECT_EQ(shell_argument(""), "''");
  EXPECT_EQ(ninja_path("a b:c$d[e]"), "a$ b$:c$$d[e]");
}

TEST(NinjaFile, HasOneCompileAndOneLinkARoute) {
  const Toolchain tools{.compiler = "/opt/my c++",
                        .shared_library = "/b/libfolio.so",
                        .includes = {"/s/include"},
                        .route_cxxflags = {"-std=c++23", "-DX='$Y'"}};
  const auto text = ninja_for_routes({.toolchain = tools,
                                      .app_root = "/app",
                                      .units = {{"r_a", "/app/.folio/x/gen/r_a.cpp", "/app/routes/[id] x"},
                                                {"r_b", "/app/.folio/x/gen/r_b.cpp", "/app/routes"}}});
  EXPECT_THAT(text, HasSubstr("cxx = '/opt/my c++'\n"));
  EXPECT_THAT(text, HasSubstr("'-DX='\\''$$Y'\\'''"));
  EXPECT_THAT(text, HasSubstr("build obj/r_a.o: compile /app/.folio/x/gen/r_a.cpp | prelude.pch\n"));
  EXPECT_THAT(text, HasSubstr("  folder = '/app/routes/[id] x'\n"));
  EXPECT_THAT(text, HasSubstr("build so/r_b.so: link obj/r_b.o | /b/libfolio.so\n"));
  EXPECT_THAT(text, HasSubstr("-DFOLIO_SHARED_ROUTE"));
}

TEST(NinjaFile, AnAppIsOneBinaryOfUnitsThatShareThePrelude) {
  const Toolchain tools{.compiler = "/opt/c++", .app_cxxflags = {"-O2"}, .app_libraries = {"-luv"}};
  const auto text = ninja_for_app({.toolchain = tools,
                                   .app_root = "/app",
                                   .units = {{"r_a", "/app/.folio/x/gen/r_a.cpp", "/app/routes"},
                                             {"folio_main", "/app/.folio/x/main.cpp", "/app/routes"}}});
  EXPECT_THAT(text, HasSubstr("build prelude.pch: prelude prelude.hpp | compiler\n"));
  EXPECT_THAT(text, HasSubstr("build obj/r_a.o: compile /app/.folio/x/gen/r_a.cpp | prelude.pch\n"));
  EXPECT_THAT(text, HasSubstr("build app: link obj/r_a.o obj/folio_main.o |\n"));
  EXPECT_THAT(text, Not(HasSubstr("-DFOLIO_SHARED_ROUTE")));
}

TEST(NinjaFile, PackagesGoToEveryCompileAndLink) {
  const Toolchain tools{.compiler = "/opt/c++",
                        .shared_library = "/b/libfolio.so",
                        .includes = {"/s/include"},
                        .route_cxxflags = {"-O0"},
                        .route_ldflags = {"-shared"},
                        .app_cxxflags = {"-O2"},
                        .app_ldflags = {"-s"},
                        .app_libraries = {"-luv"}};
  const BuildPlan plan{.toolchain = tools,
                       .app_root = "/app",
                       .units = {{"r_a", "/app/.folio/x/gen/r_a.cpp", "/app/routes"}},
                       .packages = {.cxxflags = {"-I/usr/include/x y", "-DX=$(id)"}, .libraries = {"-L/x", "-lx"}}};
  const std::string compile = " -I/s/include -I/app '-I/usr/include/x y' '-DX=$$(id)'";
  const auto routes = ninja_for_routes(plan);
  EXPECT_THAT(routes, HasSubstr(compile + " -DFOLIO_SHARED_ROUTE\n")) << "in $flags, which the prelude has as well";
  EXPECT_THAT(routes, HasSubstr("command = $cxx -shared -o $out $in -L/x -lx /b/libfolio.so\n"));
  const auto app = ninja_for_app(plan);
  EXPECT_THAT(app, HasSubstr(compile + "\n"));
  EXPECT_THAT(app, HasSubstr("command = $cxx -s -o $out $in -L/x -lx -luv\n"));
}

TEST(NinjaFile, PrivateSourcesAreOneObjectThatRoutesAreLinkedWith) {
  const Toolchain tools{.compiler = "/opt/c++",
                        .nm = "/opt/nm",
                        .shared_library = "/b/libfolio.so",
                        .route_cxxflags = {"-fvisibility=hidden"},
                        .route_ldflags = {"-shared"}};
  BuildPlan plan{
      .toolchain = tools,
      .app_root = "/app",
      .units = {{"r_a", "/app/.folio/x/gen/r_a.cpp", "/app/routes"}},
      .private_units = {{"p_a", "/app/src/a b.cpp", "/app/src"}, {"p_b", "/app/routes/_b.cpp", "/app/routes"}},
      .sources = "/app/src"};
  const auto text = ninja_for_routes(plan);
  EXPECT_THAT(text, HasSubstr("build obj/p_a.o: compile_private /app/src/a$ b.cpp | prelude.pch\n"));
  EXPECT_THAT(text, HasSubstr("build so/folio_private.so: link_private obj/p_a.o obj/p_b.o | /b/libfolio.so\n"));
  EXPECT_THAT(text, HasSubstr("'-Wl,-soname,$$ORIGIN/folio_private.so' -o $out $in /b/libfolio.so\n"));
  EXPECT_THAT(text, HasSubstr("build so/folio_private.names: names so/folio_private.so\n"));
  EXPECT_THAT(text, HasSubstr("build so/r_a.so: link obj/r_a.o | /b/libfolio.so so/folio_private.names\n"));
  EXPECT_THAT(text, HasSubstr("-o $out $in -Wl,--push-state,--as-needed so/folio_private.so -Wl,--pop-state"));
  EXPECT_THAT(text, HasSubstr("$flags -iquote $folder -iquote /app/src "));
  EXPECT_THAT(text, HasSubstr("$flags -fvisibility=default -iquote $folder -iquote /app/src "));

  const auto app = ninja_for_app(plan);
  EXPECT_THAT(app, HasSubstr("build app: link obj/p_a.o obj/p_b.o obj/r_a.o |\n"));
  EXPECT_THAT(app, HasSubstr(" -iquote /app/src "));
  EXPECT_THAT(app, Not(HasSubstr("folio_private")));
}

TEST(NinjaFile, AnAppWithoutPrivateSourcesHasNothingOfThem) {
  const Toolchain tools{.compiler = "/opt/c++", .nm = "/opt/nm", .shared_library = "/b/libfolio.so"};
  const BuildPlan plan{
      .toolchain = tools, .app_root = "/app", .units = {{"r_a", "/app/.folio/x/gen/r_a.cpp", "/app/routes"}}};
  const auto text = ninja_for_routes(plan);
  EXPECT_THAT(text, Not(HasSubstr("private")));
  EXPECT_THAT(text, HasSubstr("command = $cxx -o $out $in /b/libfolio.so\n"));
  EXPECT_THAT(text, HasSubstr("command = $cxx $flags -iquote $folder -include-pch prelude.pch "));
}

TEST(NinjaFile, AnAppCarriesItsRuntimeUnlessALibraryBringsTheSharedOne) {
  const Toolchain tools{.compiler = "/opt/c++", .app_own_runtime = {"-static-libstdc++"}, .app_libraries = {"-luv"}};
  BuildPlan plan{.toolchain = tools, .app_root = "/app", .units = {}};
  EXPECT_THAT(ninja_for_app(plan), HasSubstr("command = $cxx -static-libstdc++ -o $out $in -luv && "
                                             "{ ! ldd $out | grep -q libstdc++ || $cxx -o $out $in -luv; }\n"));
  plan.packages.libraries = {"-lx"};
  EXPECT_THAT(ninja_for_app(plan), HasSubstr("command = $cxx -o $out $in -lx -luv\n"))
      << "a package may load what is C++ later";
}

TEST(NinjaOutput, IsCutIntoSteps) {
  const auto steps = parse_ninja_output(
      "ninja: Entering directory `x'\n[folio] prelude\n[folio] compile r_a\na.cpp:1:1: warning: w\n"
      "[folio] compile r_b\nFAILED: obj/r_b.o \n/usr/bin/clang++ error: not this\nb.cpp:1:1: error: e\n1 error "
      "generated.\n"
      "[folio] link r_a\nninja: build stopped: cannot make progress due to previous errors.\n");
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[0].kind, NinjaStep::Kind::Prelude);
  EXPECT_EQ(steps[1].unit, "r_a");
  EXPECT_FALSE(steps[1].failed);
  EXPECT_EQ(steps[1].output, "a.cpp:1:1: warning: w\n");
  EXPECT_TRUE(steps[2].failed);
  EXPECT_EQ(steps[2].output, "b.cpp:1:1: error: e\n1 error generated.\n");
  EXPECT_EQ(steps[3].kind, NinjaStep::Kind::Link);
}

TEST(NinjaOutput, NinjasOwnComplaintIsAFailure) {
  const auto steps =
      parse_ninja_output("ninja: error: 'x.cpp', needed by 'x.o', missing and no known rule to make it\n");
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_TRUE(steps[0].failed);
  EXPECT_THAT(steps[0].output, HasSubstr("missing"));
  EXPECT_TRUE(parse_ninja_output("ninja: no work to do.\n").empty());
}

TEST(NinjaOutput, TimesAreOfTheLastRun) {
  const auto times =
      parse_ninja_log("# ninja log v5\n0\t900\t1\tobj/a.o\tff\n3\t355\t1\tobj/a.o\tff\n355\t395\t1\tso/a.so\tff\nx\n");
  EXPECT_EQ(times.size(), 2U);
  EXPECT_EQ(times.at("obj/a.o"), 352ms);
  EXPECT_EQ(times.at("so/a.so"), 40ms);
}

TEST(NinjaOutput, DependenciesAreNamedOnce) {
  EXPECT_THAT(parse_ninja_deps(
                  "obj/a.o: #deps 2, deps mtime 1 (VALID)\n    /x y.hpp\n    /a.hpp\n\nobj/b.o: #deps 1\n    /a.hpp\n"),
              ElementsAre("/a.hpp", "/x y.hpp"));
}

}  // namespace
