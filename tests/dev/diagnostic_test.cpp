#include "dev/diagnostic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.hpp"

using folio::dev::Diagnostic;
using folio::dev::Paint;
using folio::dev::parse_compiler_output;
using folio::dev::render_text;
using folio::dev::Severity;
using folio::dev::SourceRoots;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

const SourceRoots kRoots{.app = "/app", .base = "/app", .framework = "/app/framework", .generated = "/app/.folio/host"};

TEST(CompilerOutput, AnErrorHasPlaceAndMessage) {
  const auto found =
      parse_compiler_output("routes/users/[id].cpp:12:7: error: expected ';' after return statement\n", kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::Error);
  EXPECT_EQ(found[0].message, "expected ';' after return statement");
  EXPECT_EQ(found[0].place.text(), "routes/users/[id].cpp:12:7");
  EXPECT_EQ(found[0].code, "");
}

TEST(CompilerOutput, AMessageMayQuoteTheWordsOfOthers) {
  const auto found = parse_compiler_output("routes/a.cpp:3:1: warning: deprecated: error: use b: note: c\n", kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::Warning);
  EXPECT_EQ(found[0].message, "deprecated: error: use b: note: c");
  EXPECT_EQ(found[0].place.line, 3U);
}

TEST(CompilerOutput, AbsolutePathsBelowTheAppAreShownRelativeToIt) {
  const auto found =
      parse_compiler_output("/app/routes/_lib/../_lib/x.hpp:1:2: fatal error: 'y' file not found\n", kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place.file, "routes/_lib/x.hpp");
}

TEST(CompilerOutput, FilesOfTheFrameworkAreNotTheUsers) {
  const auto found = parse_compiler_output(
      "/app/framework/include/folio/x.hpp:1:2: error: no\nroutes/a.cpp:7:7: note: in instantiation requested here\n",
      kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place.text(), "routes/a.cpp:7:7");
}

TEST(CompilerOutput, ARoutesFolderIsNamedByItsOwnName) {
  const SourceRoots roots{.app = "/apps/example", .base = "/apps", .framework = {}, .generated = {}};
  const auto found = parse_compiler_output("/apps/example/x.hpp:1:2: error: a\n/apps/y.hpp:1:2: error: b\n", roots);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].place.file, "example/x.hpp");
  EXPECT_EQ(found[1].place.file, "/apps/y.hpp");
}

TEST(CompilerOutput, AWarningKeepsItsFlag) {
  const auto found =
      parse_compiler_output("routes/a.cpp:4:9: warning: unused variable 'x' [-Wunused-variable]\n", kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].severity, Severity::Warning);
  EXPECT_EQ(found[0].code, "-Wunused-variable");
  EXPECT_EQ(found[0].message, "unused variable 'x'");
}

TEST(CompilerOutput, ColoursAreDropped) {
  const auto found =
      parse_compiler_output("\x1b[1mroutes/a.cpp:4:9: \x1b[0m\x1b[0;1;31merror: \x1b[0m\x1b[1mno\x1b[0m\n", kRoots);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "no");
  EXPECT_EQ(found[0].place.text(), "routes/a.cpp:4:9");
}

TEST(CompilerOutput, NotesBelongToTheirError) {
  const auto found = parse_compiler_output(
      "routes/a.cpp:4:9: error: no matching function for call to 'f'\n"
      "routes/a.cpp:1:5: note: candidate function not viable\n"
      "2 errors generated.\n",
      kRoots);
  ASSERT_EQ(found.size(), 1U);
  ASSERT_EQ(found[0].notes.size(), 1U);
  EXPECT_EQ(found[0].notes[0].message, "candidate function not viable");
  EXPECT_EQ(found[0].notes[0].place.text(), "routes/a.cpp:1:5");
}

TEST(CompilerOutput, AnErrorInALibraryIsMovedToTheUsersLine) {
  const std::string output =
      "In file included from routes/a.cpp:1:\n"
      "/usr/lib/gcc/x/../include/c++/12/bits/ops.h:45:23: error: invalid operands to binary expression\n"
      "/usr/lib/gcc/x/algo.h:356:9: note: in instantiation of function template specialization 'g' requested here\n"
      "routes/b.hpp:2:1: note: declared here\n"
      "routes/a.cpp:7:7: note: in instantiation of function template specialization 'std::sort' requested here\n";
  const auto found = parse_compiler_output(output + output, kRoots);
  ASSERT_EQ(found.size(), 1U) << "the same mistake twice is one";
  EXPECT_EQ(found[0].place.text(), "routes/a.cpp:7:7");
  EXPECT_EQ(found[0].notes.back().place.file, "/usr/lib/gcc/include/c++/12/bits/ops.h");
  EXPECT_THAT(render_text(found, Paint::Plain), HasSubstr("the error is in here (/usr/lib/gcc/include/"));
}

TEST(CompilerOutput, LinkersSayWhatIsMissing) {
  const auto mold = parse_compiler_output(
      "mold: error: undefined symbol: helper()\n>>> referenced by a.cpp\n>>>               obj/a.o:(GET())\n"
      "clang++-19: error: linker command failed with exit code 1 (use -v to see invocation)\n",
      kRoots);
  ASSERT_EQ(mold.size(), 1U);
  EXPECT_EQ(mold[0].message, "undefined symbol: helper()");
  EXPECT_EQ(mold[0].notes.size(), 2U);

  const auto lld =
      parse_compiler_output("ld.lld-19: error: undefined symbol: helper()\n>>> referenced by a.cpp:1\n", kRoots);
  ASSERT_EQ(lld.size(), 1U);
  EXPECT_EQ(lld[0].message, "undefined symbol: helper()");

  const auto gnu = parse_compiler_output(
      "/usr/bin/ld: obj/a.o: in function `main':\na.cpp:(.text+0x5): undefined reference to `helper()'\n"
      "clang++-19: error: linker command failed with exit code 1 (use -v to see invocation)\n",
      kRoots);
  ASSERT_EQ(gnu.size(), 1U);
  EXPECT_EQ(gnu[0].message, "undefined reference to `helper()'");

  const auto alone = parse_compiler_output("clang++-19: error: linker command failed with exit code 1\n", kRoots);
  EXPECT_EQ(alone.size(), 1U) << "better than nothing";
}

TEST(CompilerOutput, TellsOfPackagesWhereALibraryMayBeMissing) {
  const auto symbols = parse_compiler_output(
      "ld.lld-19: error: undefined symbol: sqlite3_open\n>>> referenced by a.cpp:1\n"
      "ld.lld-19: error: undefined symbol: sqlite3_close\n>>> referenced by a.cpp:1\n",
      kRoots);
  ASSERT_EQ(symbols.size(), 2U);
  EXPECT_THAT(symbols[0].help, HasSubstr("[build] packages"));
  EXPECT_THAT(symbols[0].help, HasSubstr("a private source")) << "it may as well be the app's own";
  EXPECT_EQ(symbols[1].help, "") << "once";

  const auto own = parse_compiler_output(
      "mold: error: undefined symbol: folio_app::r_a_5df44737::helper()\n>>> referenced by r_a_5df44737.cpp\n", kRoots);
  ASSERT_EQ(own.size(), 1U);
  EXPECT_THAT(own[0].help, HasSubstr("declare it in a header"));

  const auto header = parse_compiler_output("routes/a.cpp:2:10: fatal error: 'sqlite3.h' file not found\n", kRoots);
  ASSERT_EQ(header.size(), 1U);
  EXPECT_THAT(header[0].help, HasSubstr("[build] packages"));

  const auto other = parse_compiler_output("routes/a.cpp:2:10: error: expected ';'\n", kRoots);
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].help, "");
}

TEST(CompilerOutput, AnAssertionSaysItsOwnSentence) {
  const auto found = parse_compiler_output(
      "routes/a.cpp:5:1: error: static assertion failed due to requirement 'undeclared().empty()': GET asks for "
      "Path<\"slug\">, but the file name 'a.cpp' declares no parameter\n"
      "include/route_unit.hpp:9:3: note: expanded from macro 'FOLIO_CHECK_HANDLER'\n"
      "routes/a.cpp:7:1: error: static assertion failed: too small\n"
      "routes/a.cpp:8:1: error: static assertion failed\n",
      kRoots);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].message, "GET asks for Path<\"slug\">, but the file name 'a.cpp' declares no parameter");
  EXPECT_TRUE(found[0].notes.empty());
  EXPECT_EQ(found[1].message, "too small");
  EXPECT_EQ(found[2].message, "static assertion failed");
}

TEST(CompilerOutput, ProseIsNoError) {
  EXPECT_TRUE(parse_compiler_output("there was an error: of sorts\n\nIn file included from x:1:\n", kRoots).empty());
  EXPECT_TRUE(parse_compiler_output("", kRoots).empty());
}

TEST(CompilerOutput, EveryPrefixOfAnOutputIsTaken) {
  const std::string output =
      "routes/a.cpp:4:9: error: no [-Wx]\n>>> y\nmold: error: z\nq: undefined reference to `v'\n\x1b[";
  for (std::size_t length = 0; length <= output.size(); ++length) {
    static_cast<void>(parse_compiler_output(output.substr(0, length), kRoots));
  }
}

class FrameTest : public ::testing::Test {
 protected:
  Diagnostic at(std::size_t line, std::size_t column) {
    Diagnostic diagnostic;
    diagnostic.message = "m";
    diagnostic.place = {"a.cpp", line, column};
    add_code_frame(diagnostic, folder.path());
    return diagnostic;
  }
  folio::testing::TemporaryFolder folder;
};

TEST_F(FrameTest, ShowsTheLinesAroundAndMarksOne) {
  folder.write("a.cpp", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n");
  const auto found = at(5, 2);
  ASSERT_EQ(found.frame.size(), 6U);
  EXPECT_EQ(found.frame.front().number, 2U);
  EXPECT_EQ(found.frame.back().text, "seven");
  EXPECT_TRUE(found.frame[3].marked);
  EXPECT_EQ(found.caret, 2U);
}

TEST_F(FrameTest, CountsTheCaretInCharacters) {
  folder.write("a.cpp", "\tint h\xc3\xa4h = x;\r\n");
  const auto found = at(1, 13);  // the x, in bytes: tab, "int ", "häh" of four bytes, " = "
  ASSERT_EQ(found.frame.size(), 1U);
  EXPECT_EQ(found.frame[0].text, "  int h\xc3\xa4h = x;");
  EXPECT_EQ(found.caret, 13U);
}

TEST_F(FrameTest, IsEmptyWhereThereIsNoLine) {
  folder.write("a.cpp", "one\n");
  EXPECT_TRUE(at(9, 1).frame.empty());
  EXPECT_TRUE(at(0, 0).frame.empty());
}

TEST_F(FrameTest, IsDrawnOnTheTerminal) {
  folder.write("a.cpp", "int f() {\n  return 5\n}\n");
  auto first = at(2, 11);
  first.message = "expected ';'";
  auto second = at(1, 1);
  second.message = "other";
  EXPECT_EQ(render_text({second, first}, Paint::Plain).find("error: other"), 0U);
  EXPECT_EQ(render_text({first, second}, Paint::Plain),
            "error: expected ';'\n"
            "  --> a.cpp:2:11\n"
            "     |\n"
            "   1 | int f() {\n"
            " > 2 |   return 5\n"
            "     |           ^\n"
            "   3 | }\n"
            "     |\n"
            "\n"
            "  error a.cpp:1:1 other\n");
  EXPECT_THAT(render_text({first}, Paint::Colour), HasSubstr("\x1b["));
  EXPECT_THAT(render_text({first}, Paint::Plain), Not(HasSubstr("\x1b[")));
}

}  // namespace
