// The grammar of file names, and which of two patterns is the more specific one.
#include "routing/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace folio::routing {
namespace {

std::string path(std::string_view file) {
  const ParsedName parsed = parse_route(file);
  for (const Fault& fault : parsed.faults) return fault.code + ": " + fault.message + " (" + fault.help + ")";
  std::string text;
  for (const Pattern& pattern : expand(parsed.pattern)) text += (text.empty() ? "" : " ") + to_string(pattern);
  return text;
}

std::string fault(std::string_view file) {
  const ParsedName parsed = parse_route(file);
  return parsed.faults.empty() ? "" : parsed.faults.front().code;
}

TEST(FileNames, GivePaths) {
  EXPECT_EQ(path("index.cpp"), "/");
  EXPECT_EQ(path("users.cpp"), "/users");
  EXPECT_EQ(path("users/index.cpp"), "/users");
  EXPECT_EQ(path("index/index.cpp"), "/index");
  EXPECT_EQ(path("users/[id].cpp"), "/users/:id");
  EXPECT_EQ(path("users/[id=uint].cpp"), "/users/:id");
  EXPECT_EQ(path("v[version].json.cpp"), "/v:version.json");
  EXPECT_EQ(path("docs/[...path].cpp"), "/docs/*path");
  EXPECT_EQ(path("docs/[[...path]].cpp"), "/docs/*path?");
  EXPECT_EQ(path("docs/[...path]/(g)/index.cpp"), "/docs/*path");
  EXPECT_EQ(path("blog/[[page]].cpp"), "/blog /blog/:page");
  EXPECT_EQ(path("[[lang]]/about.cpp"), "/about /:lang/about");
  EXPECT_EQ(path("[[a]]/x/[[b]].cpp"), "/x /x/:b /:a/x /:a/x/:b");
  EXPECT_EQ(path("(admin)/users.cpp"), "/users");
  EXPECT_EQ(path("(a)/(b)/index.cpp"), "/");
  EXPECT_EQ(path(".well-known/x.cpp"), "/.well-known/x");
  EXPECT_EQ(path("[x+2e]env.cpp"), "/.env");
  EXPECT_EQ(path("a[x+20]b[x+3A].cpp"), "/a%20b%3A");
  EXPECT_EQ(path("file.cpp.cpp"), "/file.cpp");
  EXPECT_EQ(path("ü/日本.cpp"), "/ü/日本");
  EXPECT_EQ(path("a(b)c.cpp"), "/a(b)c");
  EXPECT_EQ(path("a+b=c&d,e@f!g~h{i}.cpp"), "/a+b=c&d,e@f!g~h%7Bi%7D");
}

TEST(FileNames, HexEscapesAreDecoded) {
  const ParsedName parsed = parse_route("[x+5b]x[x+5D][n][x+2f].cpp");
  ASSERT_TRUE(parsed.faults.empty());
  ASSERT_EQ(parsed.pattern.segments.size(), 1U);
  EXPECT_EQ(parsed.pattern.segments[0].text, "[x]");
  EXPECT_EQ(parsed.pattern.segments[0].suffix, "/");
  EXPECT_EQ(parsed.pattern.segments[0].name, "n");
}

TEST(FileNames, WithFaultsSaySo) {
  for (const char* file : {"[...a]/b.cpp", "a[...b].cpp", "[[...a]]b.cpp", "[...a]/[...b].cpp"}) {
    EXPECT_EQ(fault(file), "R004") << file;
  }
  for (const char* file :
       {"[].cpp", "[[]].cpp", "[...].cpp", "[a b].cpp", "[a-b].cpp", "[1a].cpp", "[int].cpp", "[co_await].cpp",
        "[a]/[a].cpp", "[a][b].cpp", "[a]-[b].cpp", "a[[b]].cpp", "[é].cpp", "[=int].cpp", "[not_eq].cpp"}) {
    const std::string expected = std::string_view(file) == "[a b].cpp" ? "R012" : "R005";
    EXPECT_EQ(fault(file), expected) << file;
  }
  for (const char* file : {"[a=].cpp", "[...a=int].cpp"}) EXPECT_EQ(fault(file), "R006") << file;
  for (const char* file : {"[a.cpp", "a].cpp", "[a[b]].cpp", "[[a].cpp", "[a]].cpp", "(a).cpp", "()/a.cpp",
                           "(a[b])/c.cpp", "[x+].cpp", "[x+2].cpp", "[x+2ee].cpp", "[x+gg].cpp", "[x+00].cpp",
                           "\xff.cpp", "a\xc3.cpp", "\xed\xa0\x80.cpp", "\xc0\xaf.cpp"}) {
    EXPECT_EQ(fault(file), "R012") << file;
  }
  for (const char c : std::string(";#%$\"'\\:*?<>| \t\n\x01\x7f")) {
    EXPECT_EQ(fault("a" + std::string(1, c) + "b.cpp"), "R012") << c;
    EXPECT_EQ(fault("a" + std::string(1, c) + "b/index.cpp"), "R012") << c;
  }
}

TEST(FileNames, HaveLimits) {
  std::string file;
  for (int i = 0; i < 17; ++i) file += "[p" + std::to_string(i) + "]/";
  EXPECT_EQ(fault(file + "index.cpp"), "R005");
  EXPECT_EQ(fault("[[a]]/1/[[b]]/2/[[c]]/3/[[d]]/4/[[e]].cpp"), "R003");
  EXPECT_EQ(fault("[[a]]/1/[[b]]/2/[[c]]/3/[[d]].cpp"), "");
}

TEST(FileNames, OfFoldersAreReadTheSame) {
  EXPECT_EQ(to_string(parse_folder("(a)/users/[id]").pattern), "/users/:id");
  EXPECT_EQ(to_string(parse_folder("").pattern), "/");
  EXPECT_EQ(parse_folder("[a-b]").faults.size(), 1U);
}

Pattern pattern(std::string_view file) {
  return parse_route(file).pattern;
}

std::string order(std::string_view first, std::string_view second) {
  const Comparison there = compare(pattern(first), pattern(second));
  const Comparison back = compare(pattern(second), pattern(first));
  EXPECT_EQ(there.segment, back.segment);
  EXPECT_EQ(there.winner == Precedence::Tie, back.winner == Precedence::Tie);
  EXPECT_FALSE(there.winner != Precedence::Tie && there.winner == back.winner);
  const char* const names[] = {"first", "second", "tie"};
  return names[static_cast<std::size_t>(there.winner)] + std::string(" ") + std::to_string(there.segment);
}

TEST(Precedence, OfOneSegment) {
  const char* const ranked[] = {"abc.cpp",  "ab[p].cpp",  "a[p=int]c.cpp", "a[p]c.cpp", "a[p=int].cpp",
                                "a[p].cpp", "[p]bc.cpp",  "[p=int]c.cpp",  "[p]c.cpp",  "[p=int].cpp",
                                "[p].cpp",  "[...p].cpp", "[[...p]].cpp"};
  for (std::size_t i = 0; i < std::size(ranked); ++i) {
    for (std::size_t j = i + 1; j < std::size(ranked); ++j) {
      EXPECT_EQ(order(ranked[i], ranked[j]), "first 0") << ranked[i] << " " << ranked[j];
    }
  }
}

TEST(Precedence, IsDecidedByTheFirstDifference) {
  EXPECT_EQ(order("a/[p].cpp", "[q]/b.cpp"), "first 0");
  EXPECT_EQ(order("a/[p]/c.cpp", "a/b/[q].cpp"), "second 1");
  EXPECT_EQ(order("docs/index.cpp", "docs/[[...p]].cpp"), "first 1");
  EXPECT_EQ(order("[p=int]/[q].cpp", "[p=hex]/a.cpp"), "tie 0");
  EXPECT_EQ(order("[p].cpp", "[q].cpp"), "tie 1");
}

TEST(Overlap, IsWhetherAPathMaySatisfyBoth) {
  const auto both = [](std::string_view a, std::string_view b) {
    EXPECT_EQ(may_overlap(pattern(a), pattern(b)), may_overlap(pattern(b), pattern(a)));
    return may_overlap(pattern(a), pattern(b));
  };
  EXPECT_TRUE(both("a/[p].cpp", "[q]/b.cpp"));
  EXPECT_FALSE(both("a/[p].cpp", "b/[p].cpp"));
  EXPECT_FALSE(both("a.cpp", "a/b.cpp"));
  EXPECT_TRUE(both("a.cpp", "a/[[...p]].cpp"));
  EXPECT_FALSE(both("a.cpp", "a/[...p].cpp"));
  EXPECT_TRUE(both("[...p].cpp", "x/y/[z].cpp"));
  EXPECT_FALSE(both("[p=int].cpp", "abc.cpp"));
  EXPECT_TRUE(both("[p=int].cpp", "42.cpp"));
  EXPECT_FALSE(both("[p=int]/x.cpp", "[p=hex]/y.cpp"));
  EXPECT_FALSE(both("a[p].cpp", "b[p].cpp"));
  EXPECT_TRUE(both("a[p].cpp", "[p]b.cpp"));
  EXPECT_FALSE(both("[p=uuid].cpp", "[p=int].cpp"));
  EXPECT_TRUE(both("[p=own].cpp", "[p=int].cpp"));
}

}  // namespace
}  // namespace folio::routing
