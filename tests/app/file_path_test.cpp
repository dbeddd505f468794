#include "app/file_path.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace folio::app {
namespace {

std::string encoded(std::string_view path) {
  return file_path(path, PathText::Encoded).value_or("refused");
}
std::string plain(std::string_view path) {
  return file_path(path, PathText::Plain).value_or("refused");
}

TEST(FilePath, IsBelowTheFolder) {
  EXPECT_EQ(encoded("/"), "");
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("/a.css"), "a.css");
  EXPECT_EQ(encoded("/docs/a%20b/c.html"), "docs/a b/c.html");
  EXPECT_EQ(encoded("/docs/"), "docs/");
  EXPECT_EQ(encoded("/%E2%82%AC.txt"), "\xE2\x82\xAC.txt");
  EXPECT_EQ(encoded("/a..b/c..."), "a..b/c...");
  EXPECT_EQ(plain("docs/a b%20.html"), "docs/a b%20.html");
}

TEST(FilePath, DoesNotClimb) {
  for (const char* path :
       {"/..", "/../a", "/a/..", "/a/../b", "/.", "/a/./b", "/%2e%2e/a", "/%2E%2E", "/.%2e/a", "/%2e", "/..%2fa",
        "/a%2fb", "/a%2F..%2Fb", "/..%5ca", "/a%5cb", "/a\\b", "/...", "/....//"}) {
    EXPECT_EQ(encoded(path), "refused") << path;
  }
  for (const char* path : {"..", "../a", "a/../b", "/a", "a//b", "a\\b"}) EXPECT_EQ(plain(path), "refused") << path;
}

TEST(FilePath, HasNoEmptySegmentsNulsOrBrokenEscapes) {
  for (const char* path : {"//", "//a", "/a//b", "/a//", "/a%00", "/a%00.html", "/%", "/%4", "/%zz"}) {
    EXPECT_EQ(encoded(path), "refused") << path;
  }
  EXPECT_EQ(plain(std::string_view("a\0b", 3)), "refused");
}

TEST(FilePath, DoesNotNameWhatIsHidden) {
  EXPECT_EQ(encoded("/.env"), "refused");
  EXPECT_EQ(encoded("/docs/.git/config"), "refused");
  EXPECT_EQ(encoded("/%2eenv"), "refused");
  EXPECT_EQ(encoded("/.well-known/security.txt"), ".well-known/security.txt");
  EXPECT_EQ(encoded("/docs/.well-known/a"), "refused");
  EXPECT_EQ(encoded("/.well-known/.secret"), "refused");
}

TEST(ContentHash, IsWhatBundlersWrite) {
  for (const char* name : {"app.3f9a1c2b.js", "assets/index-3f9a1c2b.css", "app.3f9a1c2b.min.js", "app.3f9a1c2b.js.map",
                           "a.0123456789abcdef0123456789abcdef.png", "main-legacy.3f9a1c2b.js"}) {
    EXPECT_TRUE(has_content_hash(name)) << name;
  }
  for (const char* name :
       {"app.js", "app.3f9a1c2.js", "report-20240131.pdf", "jquery-3.7.1.js", "app.deadbeef.js", "3f9a1c2b",
        "3f9a1c2b.js", "app.3F9A1C2B.js", "app.3f9a1c2g.js", "3f9a1c2b.d/app.js", "app.3f9a1c2b", ""}) {
    EXPECT_FALSE(has_content_hash(name)) << name;
  }
}

}  // namespace
}  // namespace folio::app
