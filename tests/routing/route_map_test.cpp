// What follows from a set of file names: kinds, scopes, problems. The texts of the problems are pinned by the goldens
// of the code generator.
#include "routing/route_map.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "routing/explain.hpp"
#include "routing/matcher.hpp"
#include "routing/suggest.hpp"

namespace folio::routing {
namespace {

RouteMap map_of(const std::vector<std::string>& names) {
  std::vector<SourceFile> files;
  for (const std::string& name : names) files.push_back({name, classify(name).kind});
  return build(files);
}

std::string problems(const std::vector<std::string>& names) {
  std::string text;
  for (const Problem& problem : map_of(names).problems) {
    text += (text.empty() ? "" : "; ") + problem.code;
    for (const std::uint32_t file : problem.files) text += " " + names[file];
  }
  return text;
}

std::string role(std::string_view file) {
  const Classification is = classify(file);
  constexpr std::array<std::string_view, 5> kKinds{"route", "middleware", "error", "not found", "matcher"};
  switch (is.role) {
    case Role::Ignored:
      return "ignored";
    case Role::Private:
      return "private";
    case Role::Misspelt:
      return std::string(is.suggested) + "?";
    case Role::Unit:
      break;
  }
  return std::string(kKinds[static_cast<std::size_t>(is.kind)]);
}

TEST(Classify, GoesByTheName) {
  EXPECT_EQ(role("index.cpp"), "route");
  EXPECT_EQ(role("a/[b].cpp"), "route");
  EXPECT_EQ(role(".well-known/x.cpp"), "route");
  EXPECT_EQ(role("_middleware.cpp"), "middleware");
  EXPECT_EQ(role("a/(b)/_error.cpp"), "error");
  EXPECT_EQ(role("a/_404.cpp"), "not found");
  EXPECT_EQ(role("_matchers/lang.cpp"), "matcher");
  for (const char* file : {"_helpers.cpp", "_lib/x.cpp", "a/_lib/b/index.cpp", "_matchers/_x.cpp", "_matchers/a/b.cpp",
                           "a/_matchers/b.cpp", "_lib/_middleware.cpp", "_x_test.cpp", "_mirror.cpp", "_200.cpp"}) {
    EXPECT_EQ(role(file), "private") << file;
  }
  for (const char* file : {".hidden.cpp", ".git/x.cpp", "a/.b/c.cpp", "notes.txt", "x.hpp", "a.cc", ".cpp", "cpp",
                           "_matchers/x.hpp", ".#index.cpp", "index.cpp~"}) {
    EXPECT_EQ(role(file), "ignored") << file;
  }
  for (const char* file :
       {"_midleware.cpp", "_Middleware.cpp", "_middlewares.cpp", "__middleware.cpp", "_middle-ware.cpp",
        "_middleware.cc", "_middleware.cxx", "a/_middelware.cpp", "_MIDDLEWARE.CPP"}) {
    EXPECT_EQ(role(file), "_middleware.cpp?") << file;
  }
  for (const char* file : {"_errors.cpp", "_Error.cpp", "_eror.cpp", "_error.cc", "_500.cpp", "_403.cpp"}) {
    EXPECT_EQ(role(file), "_error.cpp?") << file;
  }
  for (const char* file : {"_not_found.cpp", "_NotFound.cpp", "_404.cc", "_4o4.cpp"}) {
    EXPECT_EQ(role(file), "_404.cpp?") << file;
  }
}

TEST(Problems, NameTheirFiles) {
  EXPECT_EQ(problems({"a.cpp", "b.cpp"}), "");
  EXPECT_EQ(problems({"users/[id].cpp", "(admin)/users/[slug].cpp"}), "R001 users/[id].cpp (admin)/users/[slug].cpp");
  EXPECT_EQ(problems({"users.cpp", "users/index.cpp"}), "R002 users.cpp users/index.cpp");
  EXPECT_EQ(problems({"[id].cpp", "[id]/index.cpp"}), "R002 [id].cpp [id]/index.cpp");
  EXPECT_EQ(problems({"index.cpp", "(a)/index.cpp"}), "R001 index.cpp (a)/index.cpp");
  EXPECT_EQ(problems({"blog/[[page]].cpp", "blog.cpp"}), "R003 blog.cpp blog/[[page]].cpp");
  EXPECT_EQ(problems({"blog/[[page]].cpp", "blog/[x].cpp"}), "R003 blog/[[page]].cpp blog/[x].cpp");
  EXPECT_EQ(problems({"[[a]]/[[b]].cpp"}), "R003 [[a]]/[[b]].cpp");
  EXPECT_EQ(problems({"docs/index.cpp", "docs/[[...p]].cpp", "docs/[...p].cpp"}), "");
  EXPECT_EQ(problems({"[...a].cpp", "[...b].cpp"}), "R001 [...a].cpp [...b].cpp");
  EXPECT_EQ(problems({"[a=itn].cpp"}), "R006 [a=itn].cpp");
  EXPECT_EQ(problems({"[a=lang].cpp", "_matchers/lang.cpp"}), "");
  EXPECT_EQ(problems({"A.cpp", "a.cpp", "B/x.cpp", "b/y.cpp"}), "R009 A.cpp a.cpp");
  EXPECT_EQ(problems({"[a=int].cpp", "[b=uint].cpp"}), "R013 [a=int].cpp [b=uint].cpp");
  EXPECT_EQ(problems({"[a=int].cpp", "[b=int].cpp"}), "R001 [a=int].cpp [b=int].cpp");
  EXPECT_EQ(problems({"[a=int].cpp", "[b].cpp", "[c=uuid].cpp"}), "");
  EXPECT_EQ(problems({"[a-b]/x.cpp", "[a-b]/y.cpp", "[a-b]/_middleware.cpp"}),
            "R005 [a-b]/_middleware.cpp [a-b]/x.cpp [a-b]/y.cpp");
}

TEST(Scopes, RunFromTheOuterFolderToTheInner) {
  const RouteMap map = map_of({"_middleware.cpp", "a/_middleware.cpp", "a/(g)/_middleware.cpp", "a/(g)/x.cpp",
                               "_404.cpp", "a/_error.cpp", "b.cpp"});
  ASSERT_EQ(map.routes.size(), 2U);
  const Scope& x = map.scopes[map.routes[0].scope];
  EXPECT_EQ(x.middleware, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(x.not_found, 4U);
  EXPECT_EQ(x.error, 5U);
  const Scope& b = map.scopes[map.routes[1].scope];
  EXPECT_EQ(b.middleware, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(b.error, kNone);
  EXPECT_EQ(map.scope_of[5], map.scope_of[1]);
}

TEST(Scopes, OfNoFilesIsTheRootAlone) {
  const RouteMap map = build({});
  ASSERT_EQ(map.scopes.size(), 1U);
  ASSERT_EQ(map.folders.size(), 1U);
  const Router router(map);
  MatchResult result;
  EXPECT_FALSE(router.match("/", result));
  EXPECT_EQ(result.status, MatchStatus::Miss);
}

TEST(Folders, OfOnePathFallBackToWhatTheyShare) {
  const RouteMap map = map_of({"(a)/users/x.cpp", "(b)/users/y.cpp", "(a)/z/w.cpp"});
  for (const LiteralFolder& folder : map.folders) {
    if (folder.path == std::vector<std::string>{"users"}) EXPECT_EQ(folder.folder, "");
    if (folder.path == std::vector<std::string>{"z"}) EXPECT_EQ(folder.folder, "(a)/z");
    if (folder.path.empty()) EXPECT_EQ(folder.folder, "");
  }
}

TEST(Parameters, AreThoseOfTheWholeName) {
  const auto parameters = parameters_of({"[[lang]]/users/[id=uint]/[...rest].cpp", Kind::Route});
  ASSERT_EQ(parameters.size(), 3U);
  EXPECT_EQ(parameters[0].name, "lang");
  EXPECT_TRUE(parameters[0].optional);
  EXPECT_EQ(parameters[1].matcher, "uint");
  EXPECT_EQ(parameters[2].kind, SegmentKind::CatchAll);
  EXPECT_EQ(parameters_of({"[a]/_middleware.cpp", Kind::Middleware}).size(), 1U);
  EXPECT_TRUE(parameters_of({"_matchers/a.cpp", Kind::Matcher}).empty());
}

TEST(Matchers, AcceptWhatTheirNamesSay) {
  for (const char* text : {"0", "7", "-7", "007", "9223372036854775807", "-9223372036854775808", "-0"}) {
    EXPECT_TRUE(match_int(text)) << text;
  }
  for (const char* text : {"", "-", "+7", "7a", " 7", "7.0", "--7", "9223372036854775808", "0x7"}) {
    EXPECT_FALSE(match_int(text)) << text;
  }
  EXPECT_TRUE(match_uint("18446744073709551615"));
  for (const char* text : {"", "-1", "+1", "1 ", "18446744073709551616"}) EXPECT_FALSE(match_uint(text)) << text;
  EXPECT_TRUE(match_uuid("f81d4fae-7dec-11d0-a765-00A0C91E6BF6"));
  for (const char* text : {"", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bfg",
                           "f81d4fae-7dec-11d0-a765-00a0c91e6bf66", "{81d4fae-7dec-11d0-a765-00a0c91e6bf}"}) {
    EXPECT_FALSE(match_uuid(text)) << text;
  }
  EXPECT_TRUE(match_hex("00fFaA9"));
  for (const char* text : {"", "0x1", "g", "a-b"}) EXPECT_FALSE(match_hex(text)) << text;
  for (const char* text : {"a", "hello-world", "2024-in-review", "0"}) EXPECT_TRUE(match_slug(text)) << text;
  for (const char* text : {"", "-", "-a", "a-", "a--b", "A", "a_b", "é", "a b"}) EXPECT_FALSE(match_slug(text)) << text;
}

// R013 rests on this table: for every pair there is a text that both accept, or they are said to be apart.
TEST(Matchers, OverlapAsTheTableSays) {
  const std::vector<std::string_view> texts{"7", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"};
  for (const NamedMatcher& a : kBuiltInMatchers) {
    for (const NamedMatcher& b : kBuiltInMatchers) {
      bool shared = false;
      for (const std::string_view text : texts) shared = shared || (a.function(text) && b.function(text));
      EXPECT_EQ(may_overlap(a.name, b.name), shared) << a.name << " " << b.name;
    }
  }
  EXPECT_TRUE(may_overlap("own", "uuid"));
}

TEST(Suggest, TakesTheNearest) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("itn", "int"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  const std::vector<std::string_view> known{"int", "uint", "uuid", "hex", "slug"};
  EXPECT_EQ(nearest("itn", known), "int");
  EXPECT_EQ(nearest("uid", known), "uuid");
  EXPECT_EQ(nearest("slugg", known), "slug");
  EXPECT_EQ(nearest("colour", known), "");
}

std::string reasons(const std::vector<std::string>& names, std::string_view path) {
  const RouteMap map = map_of(names);
  const Explanation explanation = explain(map, path);
  std::string text;
  if (explanation.route != SIZE_MAX) text = names[map.routes[explanation.route].file];
  for (const std::string& condition : explanation.conditions) text += " if " + condition;
  for (const Rejected& one : explanation.others) {
    text += "\n" + names[map.routes[one.route].file] + ": " + one.reason;
  }
  return text;
}

TEST(Explain, GivesAReasonForEachOther) {
  EXPECT_EQ(
      reasons({"users/[id=uint].cpp", "users/[name].cpp", "users/me.cpp", "users/ME.cpp", "users/[id=uint]/posts.cpp",
               "[...rest].cpp", "about.cpp", "users/index.cpp", "USERS/x.cpp", "users/v[n].cpp"},
              "/users/7"),
      "users/[id=uint].cpp\n"
      "users/[name].cpp: less specific at segment 2: `[id=uint]` comes before `[name]`\n"
      "[...rest].cpp: less specific at segment 1: `users` comes before `[...rest]`\n"
      "users/[id=uint]/posts.cpp: the path ends before `posts`\n"
      "users/ME.cpp: segment 2 is \"7\", not \"ME\"\n"
      "users/index.cpp: the path goes on behind segment 1\n"
      "users/me.cpp: segment 2 is \"7\", not \"me\"\n"
      "users/v[n].cpp: segment 2, \"7\", does not fit `v[n]`\n"
      "USERS/x.cpp: segment 1 is \"users\", not \"USERS\": upper and lower case differ");
  EXPECT_EQ(reasons({"[id=uint].cpp"}, "/x"), "\n[id=uint].cpp: the matcher `uint` refuses \"x\" at segment 1");
  EXPECT_EQ(reasons({"docs/index.cpp", "docs/[[...p]].cpp"}, "/docs"),
            "docs/index.cpp\ndocs/[[...p]].cpp: less specific: the end of the path comes before an empty `[[...p]]`");
  EXPECT_EQ(reasons({"[l=lang].cpp", "_matchers/lang.cpp"}, "/de"), "[l=lang].cpp if `lang` accepts \"de\"");
}

}  // namespace
}  // namespace folio::routing
