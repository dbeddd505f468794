#include "http/conditional.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/http_date.hpp"

namespace folio::http {
namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr std::int64_t modified = now - 3600;
const Validators current{.tag = EntityTag{"\"a1\""}, .modified = modified};

std::string date(std::int64_t seconds) {
  return base::http_date(seconds);
}

// RFC 9110 §8.8.3

TEST(EntityTags, AreParsedWhole) {
  const auto strong = parse_entity_tag("\"xyzzy\"");
  ASSERT_TRUE(strong);
  EXPECT_EQ(strong->opaque, "\"xyzzy\"");
  EXPECT_FALSE(strong->weak);
  const auto weak = parse_entity_tag("W/\"xyzzy\"");
  ASSERT_TRUE(weak && weak->weak);
  EXPECT_TRUE(parse_entity_tag("\"\""));
  EXPECT_TRUE(parse_entity_tag("\"a,b\\\xff\""));
  for (const char* wrong : {"", "xyzzy", "\"a", "\"", "w/\"a\"", "W/", "W/a", "\"a\"b", "\"a b\"", "\"a\"\"",
                            "W/ \"a\"", "\"a\x7f\"", "\"a\" "}) {
    EXPECT_FALSE(parse_entity_tag(wrong)) << wrong;
  }
}

// RFC 9110 §8.8.3.2, its table.
TEST(EntityTags, CompareStronglyAndWeakly) {
  const EntityTag w1{"\"1\"", true};
  const EntityTag w2{"\"2\"", true};
  const EntityTag s1{"\"1\"", false};
  EXPECT_FALSE(matches_strongly(w1, w1));
  EXPECT_TRUE(matches_weakly(w1, w1));
  EXPECT_FALSE(matches_strongly(w1, w2));
  EXPECT_FALSE(matches_weakly(w1, w2));
  EXPECT_FALSE(matches_strongly(w1, s1));
  EXPECT_TRUE(matches_weakly(w1, s1));
  EXPECT_TRUE(matches_strongly(s1, s1));
  EXPECT_TRUE(matches_weakly(s1, s1));
}

// RFC 9110 §13.1.1

TEST(IfMatch, ComparesStrongly) {
  const auto verdict = [](std::string_view field, Method method = Method::Get) {
    return evaluate({.if_match = field}, current, method, now);
  };
  EXPECT_EQ(verdict("\"a1\""), Verdict::Perform);
  EXPECT_EQ(verdict("*"), Verdict::Perform);
  EXPECT_EQ(verdict("\"b\", \"a1\""), Verdict::Perform);
  EXPECT_EQ(verdict("\"b\",\"a,1\""), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict("W/\"a1\""), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict("\"b\"", Method::Put), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict(""), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict("a1"), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate({.if_match = "\"a1\""}, {}, Method::Get, now), Verdict::PreconditionFailed);
}

// RFC 9110 §13.1.2

TEST(IfNoneMatch, ComparesWeakly) {
  const auto verdict = [](std::string_view field, Method method = Method::Get) {
    return evaluate({.if_none_match = field}, current, method, now);
  };
  EXPECT_EQ(verdict("\"a1\""), Verdict::NotModified);
  EXPECT_EQ(verdict("W/\"a1\"", Method::Head), Verdict::NotModified);
  EXPECT_EQ(verdict("*"), Verdict::NotModified);
  EXPECT_EQ(verdict("*", Method::Put), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict("\"b\" , W/\"a1\""), Verdict::NotModified);
  EXPECT_EQ(verdict("\"b\""), Verdict::Perform);
  EXPECT_EQ(verdict("\"xa1\", a1, \"a1"), Verdict::Perform);
  EXPECT_EQ(verdict(""), Verdict::Perform);
}

TEST(IfNoneMatch, PassesOverMalformedMembers) {
  const auto verdict = [](std::string_view field) {
    return evaluate({.if_none_match = field}, current, Method::Get, now);
  };
  EXPECT_EQ(verdict("garbage, \"a1\""), Verdict::NotModified);
  EXPECT_EQ(verdict(",, \t\"a1\" ,"), Verdict::NotModified);
  EXPECT_EQ(verdict("\"a1\"x, \"b\""), Verdict::Perform);
  EXPECT_EQ(verdict("\"a1\" \"a1\""), Verdict::Perform);
  EXPECT_EQ(verdict("*, \"b\""), Verdict::Perform);
}

// RFC 9110 §13.1.3, §13.1.4

TEST(Dates, DecideWithoutTags) {
  const auto since = [](std::int64_t seconds, Method method = Method::Get) {
    const std::string text = date(seconds);
    return evaluate({.if_modified_since = text}, current, method, now);
  };
  EXPECT_EQ(since(modified), Verdict::NotModified);
  EXPECT_EQ(since(modified + 1), Verdict::NotModified);
  EXPECT_EQ(since(modified - 1), Verdict::Perform);
  EXPECT_EQ(since(modified, Method::Post), Verdict::Perform);
  EXPECT_EQ(evaluate({.if_modified_since = "yesterday"}, current, Method::Get, now), Verdict::Perform);

  const auto unmodified = [](std::int64_t seconds, Method method = Method::Get) {
    const std::string text = date(seconds);
    return evaluate({.if_unmodified_since = text}, current, method, now);
  };
  EXPECT_EQ(unmodified(modified), Verdict::Perform);
  EXPECT_EQ(unmodified(modified - 1), Verdict::PreconditionFailed);
  EXPECT_EQ(unmodified(modified - 1, Method::Put), Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate({.if_unmodified_since = "0"}, current, Method::Get, now), Verdict::Perform);
  EXPECT_EQ(evaluate({.if_unmodified_since = date(0)}, {}, Method::Get, now), Verdict::Perform);
}

// RFC 9110 §13.2.2

TEST(Precedence, IsThatOfTheStandard) {
  const std::string old = date(modified - 1);
  const std::string fresh = date(modified);
  EXPECT_EQ(evaluate({.if_match = "\"a1\"", .if_unmodified_since = old}, current, Method::Get, now), Verdict::Perform)
      << "If-Match decides, and not If-Unmodified-Since";
  EXPECT_EQ(evaluate({.if_none_match = "\"b\"", .if_modified_since = fresh}, current, Method::Get, now),
            Verdict::Perform)
      << "If-None-Match decides, and not If-Modified-Since";
  EXPECT_EQ(evaluate({.if_match = "\"b\"", .if_none_match = "\"a1\""}, current, Method::Get, now),
            Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate({.if_match = "\"a1\"", .if_none_match = "\"a1\""}, current, Method::Get, now),
            Verdict::NotModified);
  EXPECT_EQ(evaluate({.if_match = "\"a1\"", .if_modified_since = fresh}, current, Method::Get, now),
            Verdict::NotModified);
  EXPECT_EQ(evaluate({.if_modified_since = fresh, .if_unmodified_since = old}, current, Method::Get, now),
            Verdict::PreconditionFailed);
  EXPECT_EQ(evaluate({}, current, Method::Get, now), Verdict::Perform);
}

// RFC 9110 §13.1.5

TEST(IfRange, TakesStrongValidatorsOnly) {
  const auto applies = [](std::string_view field) { return range_applies({.if_range = field}, current, now); };
  EXPECT_TRUE(range_applies({}, current, now));
  EXPECT_TRUE(applies("\"a1\""));
  EXPECT_FALSE(applies("W/\"a1\""));
  EXPECT_FALSE(applies("\"b\""));
  EXPECT_FALSE(applies("*"));
  EXPECT_FALSE(applies("\"a1\", \"b\""));
  EXPECT_FALSE(applies(""));
  EXPECT_TRUE(applies(date(modified)));
  EXPECT_FALSE(applies(date(modified + 1))) << "exactly, not at least";
  EXPECT_FALSE(applies(date(modified - 1)));
  EXPECT_FALSE(range_applies({.if_range = "\"a1\""}, {.tag = EntityTag{"\"a1\"", true}, .modified = {}}, now));
  EXPECT_FALSE(range_applies({.if_range = date(now)}, {.tag = {}, .modified = now}, now))
      << "it may change again within the second";
}

}  // namespace
}  // namespace folio::http
