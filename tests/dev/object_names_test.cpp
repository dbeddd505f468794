#include "dev/object_names.hpp"

#include <gtest/gtest.h>

using namespace folio::dev;

namespace {

const Generated kGenerated{.errors = {},
                           .units = {{{"r_a_1", "", ""}, "routes/[a].cpp"}},
                           .private_units = {{{"p_b_2", "", ""}, "src/b.cpp"}, {{"p_c_3", "", ""}, "routes/_c.cpp"}}};

std::vector<Diagnostic> named(const std::string& output) {
  auto found = parse_compiler_output(output, {});
  name_sources(found, kGenerated);
  return found;
}

TEST(ObjectNames, TheFilesOfADuplicateAreNamed) {
  const auto found = named(
      "mold: error: duplicate symbol: obj/p_b_2.o: obj/p_c_3.o: helper()\n"
      "clang++-19: error: linker command failed with exit code 1 (use -v to see invocation)\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "duplicate symbol: src/b.cpp: routes/_c.cpp: helper()");
  EXPECT_EQ(found[0].place.text(), "src/b.cpp");
  ASSERT_EQ(found[0].others.size(), 1U);
  EXPECT_EQ(found[0].others[0].text(), "routes/_c.cpp");
  EXPECT_NE(found[0].help.find("`static`"), std::string::npos);
}

TEST(ObjectNames, WhoNeedsAnUndefinedSymbolIsInTheNotes) {
  const auto found = named(
      "ld.lld: error: undefined symbol: helper()\n>>> referenced by a.cpp:3\n"
      ">>>               obj/r_a_1.o:(GET())\n>>> referenced 1 more times: obj/r_a_1.o\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place.text(), "routes/[a].cpp");
  EXPECT_TRUE(found[0].others.empty());
  EXPECT_EQ(found[0].notes.at(1).message, "              routes/[a].cpp:(GET())");
}

TEST(ObjectNames, APlaceOfItsOwnStays) {
  const auto found = named("routes/x.cpp:1:2: error: no obj/p_b_2.o\nld: error: cannot open obj/other.o\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].place.text(), "/routes/x.cpp:1:2");
  EXPECT_EQ(found[0].message, "no obj/p_b_2.o");
  EXPECT_EQ(found[1].place.file, "");
}

}  // namespace
