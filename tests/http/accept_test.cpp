#include "http/accept.hpp"

#include <gtest/gtest.h>

namespace folio::http {
namespace {

// RFC 9110 §12.5.1, the example and its table.
TEST(MediaQuality, PrefersTheMostSpecificRange) {
  constexpr auto accept =
      "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
  EXPECT_EQ(media_quality(accept, "text/plain"), 700);
  EXPECT_EQ(media_quality(accept, "text/html"), 300);
  EXPECT_EQ(media_quality(accept, "image/jpeg"), 500);
}

TEST(MediaQuality, OfNoFieldIsFull) {
  EXPECT_EQ(media_quality("", "text/html"), 1000);
  EXPECT_EQ(media_quality("  ", "text/html"), 1000);
}

TEST(MediaQuality, OfTypesThatAreNotNamed) {
  EXPECT_EQ(media_quality("application/json", "text/html"), 0);
  EXPECT_EQ(media_quality("text/*", "text/html"), 1000);
  EXPECT_EQ(media_quality("textx/*", "text/html"), 0);
  EXPECT_EQ(media_quality("*/html", "text/html"), 0);
}

TEST(MediaQuality, ExcludesWithZero) {
  EXPECT_EQ(media_quality("text/html;q=0, */*", "text/html"), 0);
  EXPECT_EQ(media_quality("*/*, text/html;q=0.000", "text/html"), 0);
}

// RFC 9110 §12.4.2
TEST(MediaQuality, ReadsWeights) {
  EXPECT_EQ(media_quality("text/html;q=0.001", "text/html"), 1);
  EXPECT_EQ(media_quality("text/html; Q=1.000", "text/html"), 1000);
  EXPECT_EQ(media_quality("text/html ; q=0.25", "text/html"), 250);
  EXPECT_EQ(media_quality("text/html;q=1.", "text/html"), 1000);
  EXPECT_EQ(media_quality("text/html;q=0.5;ext=1", "text/html"), 500);
  EXPECT_EQ(media_quality("text/html;charset=utf-8;q=0.5", "text/html"), 500);
}

TEST(MediaQuality, PassesOverMalformedMembers) {
  for (const char* weight : {"", "2", "1.001", "0.0001", ".5", "-1", "x", "00"}) {
    EXPECT_EQ(media_quality(std::string("text/html;q=") + weight + ", */*;q=0.1", "text/html"), 100) << weight;
  }
  EXPECT_EQ(media_quality(",, text/html ,", "text/html"), 1000);
  EXPECT_EQ(media_quality("text", "text/html"), 0);
}

TEST(MediaQuality, IsNotFooledByQuotedStrings) {
  EXPECT_EQ(media_quality("a/b;x=\",text/html,\\\",\", text/html;q=0.2", "text/html"), 200);
  EXPECT_EQ(media_quality("a/b;x=\"unclosed, text/html", "text/html"), 0);
  EXPECT_EQ(media_quality("a/b;x=\"\\", "text/html"), 0);
}

TEST(MediaQuality, IgnoresCase) {
  EXPECT_EQ(media_quality("Text/HTML;q=0.4", "text/html"), 400);
}

TEST(PreferHtmlOrJson, KnowsBrowsersAndClients) {
  using enum MediaPreference;
  constexpr auto chrome =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
      "application/signed-exchange;v=b3;q=0.7";
  EXPECT_EQ(prefer_html_or_json(chrome, Json), Html);
  EXPECT_EQ(prefer_html_or_json("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Json), Html);
  EXPECT_EQ(prefer_html_or_json("application/json, text/plain, */*;q=0.9", Html), Json);
  EXPECT_EQ(prefer_html_or_json("application/json", Html), Json);
  EXPECT_EQ(prefer_html_or_json("application/problem+json", Html), Json);
  EXPECT_EQ(prefer_html_or_json("application/json, text/html;q=0.9", Html), Json);
  EXPECT_EQ(prefer_html_or_json("application/json;q=0.5, text/html;q=0.9", Json), Html);
}

TEST(PreferHtmlOrJson, FallsBackOnATie) {
  using enum MediaPreference;
  for (const char* accept : {"", "*/*", "image/png", "text/html, application/json"}) {
    EXPECT_EQ(prefer_html_or_json(accept, Html), Html) << accept;
    EXPECT_EQ(prefer_html_or_json(accept, Json), Json) << accept;
  }
}

}  // namespace
}  // namespace folio::http
