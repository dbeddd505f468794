// The router as a server sees it: a set of file names, a path, the answer.
#include "routing/router.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "routing/route_map.hpp"

namespace folio::routing {
namespace {

bool is_language(std::string_view segment) {
  return segment == "de" || segment == "en";
}

class Site {
 public:
  explicit Site(std::vector<std::string> names) {
    for (std::string& name : names) {
      const Classification is = classify(name);
      EXPECT_EQ(is.role, Role::Unit) << name;
      files_.push_back({std::move(name), is.kind});
    }
    map_ = build(files_);
    for (const Problem& problem : map_.problems) ADD_FAILURE() << problem.code << ": " << problem.message;
    const NamedMatcher own[] = {{"lang", is_language}};
    router_.emplace(map_, own);
  }

  // "users/[id].cpp id=7", "-> users.cpp", "404 in …", "400".
  std::string get(std::string_view path) const {
    MatchResult result;
    const bool matched = router_->match(path, result);
    EXPECT_EQ(matched, result.status == MatchStatus::Match);
    EXPECT_NE(result.scope, nullptr);
    if (result.status == MatchStatus::BadPath) return "400";
    if (result.status == MatchStatus::Miss) return "404" + scope(*result.scope);
    std::string text = (matched ? "" : "-> ") + files_[result.file].file;
    for (const Capture& one : result.captures()) text += " " + std::string(one.name) + "=" + std::string(one.value);
    return text;
  }

  std::string scope_at(std::string_view path) const {
    MatchResult result;
    router_->match(path, result);
    return scope(*result.scope);
  }

  const Router& router() const { return *router_; }

 private:
  std::string scope(const Scope& scope) const {
    std::string text;
    for (const std::uint32_t at : scope.middleware) text += " " + files_[at].file;
    if (scope.not_found != kNone) text += " " + files_[scope.not_found].file;
    if (scope.error != kNone) text += " " + files_[scope.error].file;
    return text;
  }

  std::vector<SourceFile> files_;
  RouteMap map_;
  std::optional<Router> router_;
};

TEST(Paths, FollowFromFileNames) {
  const Site site({"index.cpp", "users/index.cpp", "users/[id].cpp", "v[version].json.cpp", "docs/[...path].cpp",
                   "wiki/[[...path]].cpp", "blog/[[page]].cpp", "(admin)/panel.cpp", ".well-known/x.cpp",
                   "[x+2e]env.cpp", "robots.txt.cpp"});
  EXPECT_EQ(site.get("/"), "index.cpp");
  EXPECT_EQ(site.get("/users"), "users/index.cpp");
  EXPECT_EQ(site.get("/users/7"), "users/[id].cpp id=7");
  EXPECT_EQ(site.get("/v2.json"), "v[version].json.cpp version=2");
  EXPECT_EQ(site.get("/v.json"), "404");
  EXPECT_EQ(site.get("/docs"), "404");
  EXPECT_EQ(site.get("/docs/a"), "docs/[...path].cpp path=a");
  EXPECT_EQ(site.get("/docs/a/b/c"), "docs/[...path].cpp path=a/b/c");
  EXPECT_EQ(site.get("/wiki"), "wiki/[[...path]].cpp path=");
  EXPECT_EQ(site.get("/wiki/a/b"), "wiki/[[...path]].cpp path=a/b");
  EXPECT_EQ(site.get("/blog"), "blog/[[page]].cpp");
  EXPECT_EQ(site.get("/blog/2"), "blog/[[page]].cpp page=2");
  EXPECT_EQ(site.get("/panel"), "(admin)/panel.cpp");
  EXPECT_EQ(site.get("/.well-known/x"), ".well-known/x.cpp");
  EXPECT_EQ(site.get("/.env"), "[x+2e]env.cpp");
  EXPECT_EQ(site.get("/robots.txt"), "robots.txt.cpp");
}

TEST(Precedence, ComparesSegmentBySegment) {
  const Site site({"a/[...rest].cpp", "a/[[...rest]].cpp", "a/[p].cpp", "a/[p=int].cpp", "a/x[p].cpp", "a/xy[p].cpp",
                   "a/xy[p]z.cpp", "a/xy[p=hex]z.cpp", "a/xyz.cpp", "[any]/xyz/deep.cpp", "a/[p]/deep.cpp"});
  EXPECT_EQ(site.get("/a/xyz"), "a/xyz.cpp");
  EXPECT_EQ(site.get("/a/xyaz"), "a/xy[p=hex]z.cpp p=a");
  EXPECT_EQ(site.get("/a/xyqz"), "a/xy[p]z.cpp p=q");
  EXPECT_EQ(site.get("/a/xyq"), "a/xy[p].cpp p=q");
  EXPECT_EQ(site.get("/a/xq"), "a/x[p].cpp p=q");
  EXPECT_EQ(site.get("/a/7"), "a/[p=int].cpp p=7");
  EXPECT_EQ(site.get("/a/q"), "a/[p].cpp p=q");
  EXPECT_EQ(site.get("/a/q/r"), "a/[...rest].cpp rest=q/r");
  EXPECT_EQ(site.get("/a"), "a/[[...rest]].cpp rest=");
  // The first difference decides: `a` beats `[any]`, however literal the rest.
  EXPECT_EQ(site.get("/a/xyz/deep"), "a/[p]/deep.cpp p=xyz");
  EXPECT_EQ(site.get("/b/xyz/deep"), "[any]/xyz/deep.cpp any=b");
}

TEST(Precedence, EndOfPathBeatsAnEmptyCatchAll) {
  const Site site({"docs/index.cpp", "docs/[[...path]].cpp"});
  EXPECT_EQ(site.get("/docs"), "docs/index.cpp");
  EXPECT_EQ(site.get("/docs/x"), "docs/[[...path]].cpp path=x");
}

TEST(Precedence, OptionalCatchAllAtTheRoot) {
  const Site site({"[[...path]].cpp"});
  EXPECT_EQ(site.get("/"), "[[...path]].cpp path=");
  EXPECT_EQ(site.get("/a/b"), "[[...path]].cpp path=a/b");
}

TEST(Backtracking, IsFull) {
  const Site site({"a/b/c/d.cpp", "a/[x]/c/e.cpp", "[w]/b/[y]/f.cpp", "[w]/[x]/[y]/[z].cpp", "[...rest].cpp"});
  EXPECT_EQ(site.get("/a/b/c/d"), "a/b/c/d.cpp");
  EXPECT_EQ(site.get("/a/b/c/e"), "a/[x]/c/e.cpp x=b");
  EXPECT_EQ(site.get("/a/b/c/f"), "[w]/b/[y]/f.cpp w=a y=c");
  EXPECT_EQ(site.get("/a/b/c/g"), "[w]/[x]/[y]/[z].cpp w=a x=b y=c z=g");
  EXPECT_EQ(site.get("/a/b/c"), "[...rest].cpp rest=a/b/c");
  EXPECT_EQ(site.get("/a/b/c/d/e"), "[...rest].cpp rest=a/b/c/d/e");
}

TEST(Matchers, BuiltInAndOwn) {
  const Site site({"_matchers/lang.cpp", "[l=lang]/index.cpp", "n/[id=uint].cpp", "n/[id=uuid].cpp", "n/[name].cpp"});
  EXPECT_EQ(site.get("/de"), "[l=lang]/index.cpp l=de");
  EXPECT_EQ(site.get("/fr"), "404");
  EXPECT_EQ(site.get("/n/42"), "n/[id=uint].cpp id=42");
  EXPECT_EQ(site.get("/n/-42"), "n/[name].cpp name=-42");
  EXPECT_EQ(site.get("/n/%34%32"), "n/[id=uint].cpp id=42");
  EXPECT_EQ(site.get("/n/f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            "n/[id=uuid].cpp id=f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

TEST(Escapes, KeepEncodedSlashesInside) {
  const Site site({"files/[name].cpp", "all/[...path].cpp", "ü.cpp", "h[x+25]41.cpp", "s[x+2f]t.cpp"});
  EXPECT_EQ(site.get("/files/a%2Fb"), "files/[name].cpp name=a/b");
  EXPECT_EQ(site.get("/files/a%252Fb"), "files/[name].cpp name=a%2Fb");
  EXPECT_EQ(site.get("/files/a+b"), "files/[name].cpp name=a+b");
  EXPECT_EQ(site.get("/f%69les/%41"), "files/[name].cpp name=A");
  EXPECT_EQ(site.get("/all/a%20b/c"), "all/[...path].cpp path=a b/c");
  EXPECT_EQ(site.get("/all/a%2fb/c"), "all/[...path].cpp path=a/b/c");
  EXPECT_EQ(site.get("/%C3%BC"), "ü.cpp");
  EXPECT_EQ(site.get("/ü"), "ü.cpp");
  EXPECT_EQ(site.get("/h%2541"), "h[x+25]41.cpp");
  EXPECT_EQ(site.get("/hA"), "404");
  EXPECT_EQ(site.get("/s%2ft"), "s[x+2f]t.cpp");
  EXPECT_EQ(site.get("/s/t"), "404");
}

TEST(Escapes, MalformedOnesAndNulAreBadPaths) {
  const Site site({"[name].cpp", "a/[...rest].cpp"});
  for (const char* path : {"/%", "/%4", "/%zz", "/a%", "/a/%g1/b", "/a/b%0", "/%00", "/a/x%00y", "/a/%2", "/%/"}) {
    EXPECT_EQ(site.get(path), "400") << path;
  }
  EXPECT_EQ(site.get(std::string_view("/a\0b", 4)), "400");
}

TEST(TrailingSlash, RedirectsWhereTheBarePathMatches) {
  const Site site({"index.cpp", "users/[id].cpp", "docs/[...path].cpp", "about.cpp", "wiki/[[...path]].cpp"});
  EXPECT_EQ(site.get("/about/"), "-> about.cpp");
  EXPECT_EQ(site.get("/users/7/"), "-> users/[id].cpp id=7");
  EXPECT_EQ(site.get("/users/%37/"), "-> users/[id].cpp id=7");
  EXPECT_EQ(site.get("/docs/a/b/"), "-> docs/[...path].cpp path=a/b");
  EXPECT_EQ(site.get("/docs/"), "404");
  EXPECT_EQ(site.get("/wiki/"), "-> wiki/[[...path]].cpp path=");
  EXPECT_EQ(site.get("/nothing/"), "404");
  EXPECT_EQ(site.get("//"), "-> index.cpp");
}

TEST(EmptySegments, DoNotMatch) {
  const Site site({"[a].cpp", "[a]/[b].cpp", "docs/[...path].cpp", "x/y.cpp"});
  for (const char* path :
       {"//a", "/a//b", "/x//y", "/docs//a", "/docs/a//b", "/a//", "///", "//evil.example/", "/docs/a//"}) {
    EXPECT_EQ(site.get(path), "404") << path;
  }
}

TEST(DotSegments, AreNoValues) {
  const Site site({"[a].cpp", "docs/[...path].cpp", "v[a].cpp", "index.cpp"});
  for (const char* path : {"/.", "/..", "/%2e", "/%2E%2e", "/docs/../x", "/docs/a/%2e%2e", "/docs/."}) {
    EXPECT_EQ(site.get(path), "404") << path;
  }
  EXPECT_EQ(site.get("/..."), "[a].cpp a=...");
  EXPECT_EQ(site.get("/docs/.a/b.."), "docs/[...path].cpp path=.a/b..");
}

TEST(Miss, BelongsToTheFolderWithTheLongestLiteralPrefix) {
  const Site site({"_middleware.cpp", "_404.cpp", "_error.cpp", "users/_middleware.cpp", "users/admin/_404.cpp",
                   "users/[id]/_404.cpp", "users/[id]/posts.cpp", "(shop)/_middleware.cpp", "(shop)/cart/_404.cpp",
                   "(shop)/cart/buy.cpp", "users/list.cpp"});
  EXPECT_EQ(site.scope_at("/zzz"), " _middleware.cpp _404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/users/zzz"), " _middleware.cpp users/_middleware.cpp _404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/users/list/zzz"), " _middleware.cpp users/_middleware.cpp _404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/users/admin/zzz"),
            " _middleware.cpp users/_middleware.cpp users/admin/_404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/users/%61dmin/zzz"),
            " _middleware.cpp users/_middleware.cpp users/admin/_404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/users/7/zzz"), " _middleware.cpp users/_middleware.cpp _404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("/cart/zzz"), " _middleware.cpp (shop)/_middleware.cpp (shop)/cart/_404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at("*"), " _middleware.cpp _404.cpp _error.cpp");
  EXPECT_EQ(site.scope_at(""), " _middleware.cpp _404.cpp _error.cpp");
}

TEST(Scope, IsThatOfTheFilesPlaceInTheTree) {
  const Site site({"_middleware.cpp", "users.cpp", "users/_middleware.cpp", "users/[id].cpp", "(a)/_middleware.cpp",
                   "(a)/users/x.cpp", "users/_error.cpp"});
  EXPECT_EQ(site.scope_at("/users"), " _middleware.cpp");
  EXPECT_EQ(site.scope_at("/users/7"), " _middleware.cpp users/_middleware.cpp users/_error.cpp");
  EXPECT_EQ(site.scope_at("/users/x"), " _middleware.cpp (a)/_middleware.cpp");
}

TEST(Captures, SixteenFit) {
  std::string file;
  std::string path;
  for (int i = 0; i < 16; ++i) {
    file += (i == 0 ? "[p" : "/[p") + std::to_string(i) + "]";
    path += "/" + std::to_string(i);
  }
  const Site site({file + ".cpp"});
  MatchResult result;
  ASSERT_TRUE(site.router().match(path, result));
  ASSERT_EQ(result.captures().size(), 16U);
  EXPECT_EQ(result.capture("p15"), "15");
  EXPECT_EQ(result.capture("q"), std::nullopt);
}

TEST(Captures, NamesAreTheFilesOwn) {
  const Site site({"users/[id]/posts.cpp", "users/[name]/likes.cpp"});
  EXPECT_EQ(site.get("/users/7/posts"), "users/[id]/posts.cpp id=7");
  EXPECT_EQ(site.get("/users/7/likes"), "users/[name]/likes.cpp name=7");
}

TEST(Captures, SurviveAMoveAndTheNextMatch) {
  const Site site({"[a]/[b].cpp", "c.cpp"});
  const std::string path = "/%41/x";
  MatchResult first;
  ASSERT_TRUE(site.router().match(path, first));
  MatchResult second = std::move(first);
  EXPECT_EQ(second.capture("a"), "A");
  EXPECT_EQ(second.capture("b"), "x");
  EXPECT_TRUE(site.router().match("/c", second));
  EXPECT_TRUE(second.captures().empty());
  EXPECT_TRUE(site.router().match("/%42/%43", second));
  EXPECT_EQ(second.capture("b"), "C");
}

TEST(Threads, MatchAtTheSameTime) {
  const Site site({"a/[x].cpp", "[...rest].cpp", "b.cpp"});
  std::vector<std::jthread> threads;
  std::array<int, 4> wrong{};
  for (int& count : wrong) {
    threads.emplace_back([&site, &count] {
      MatchResult result;
      for (int i = 0; i < 2000; ++i) {
        const std::string path = "/a/%41" + std::to_string(i);
        if (!site.router().match(path, result) || result.capture("x") != "A" + std::to_string(i)) ++count;
        if (!site.router().match("/b", result) || !result.captures().empty()) ++count;
      }
    });
  }
  threads.clear();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace folio::routing
