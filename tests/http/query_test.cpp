#include "http/query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace folio::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> decoded(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  QueryReader reader(text);
  while (const auto pair = reader.next())
    pairs.emplace_back(decode_form_text(pair->name), decode_form_text(pair->value));
  return pairs;
}

// WHATWG URL §5.1
TEST(QueryReader, SplitsAtAmpersandsAndTheFirstEquals) {
  EXPECT_THAT(decoded("a=1&b=2"), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(decoded("a=1=2"), ElementsAre(Pair("a", "1=2")));
  EXPECT_THAT(decoded("a&b="), ElementsAre(Pair("a", ""), Pair("b", "")));
  EXPECT_THAT(decoded("=v&="), ElementsAre(Pair("", "v"), Pair("", "")));
  EXPECT_THAT(decoded("&&a=1&&"), ElementsAre(Pair("a", "1")));
  EXPECT_THAT(decoded("a=1;b=2"), ElementsAre(Pair("a", "1;b=2")));
  EXPECT_THAT(decoded("a=1&a=2"), ElementsAre(Pair("a", "1"), Pair("a", "2")));
  EXPECT_THAT(decoded(""), IsEmpty());
  EXPECT_THAT(decoded("&"), IsEmpty());
}

TEST(QueryReader, DecodesPlusAndEscapes) {
  EXPECT_THAT(decoded("a+b=c+d"), ElementsAre(Pair("a b", "c d")));
  EXPECT_THAT(decoded("%61=%C3%a4%2B%26%3D"), ElementsAre(Pair("a", "\xc3\xa4+&=")));
  EXPECT_THAT(decoded("a=%00"), ElementsAre(Pair("a", std::string(1, '\0'))));
}

TEST(QueryReader, KeepsMalformedEscapes) {
  EXPECT_THAT(decoded("a=%"), ElementsAre(Pair("a", "%")));
  EXPECT_THAT(decoded("a=%2"), ElementsAre(Pair("a", "%2")));
  EXPECT_THAT(decoded("a=%zz+%41"), ElementsAre(Pair("a", "%zz A")));
  EXPECT_THAT(decoded("a=%%34"), ElementsAre(Pair("a", "%4")));
}

TEST(QueryValue, IsTheFirstOfThatName) {
  EXPECT_EQ(query_value("a=1&b=2&a=3", "a"), "1");
  EXPECT_EQ(query_value("a=1&b=2", "b"), "2");
  EXPECT_EQ(query_value("a", "a"), "");
  EXPECT_EQ(query_value("first+name=x", "first name"), "x");
  EXPECT_EQ(query_value("%66=x", "f"), "x");
  EXPECT_EQ(query_value("A=1", "a"), std::nullopt);
  EXPECT_EQ(query_value("ab=1", "a"), std::nullopt);
  EXPECT_EQ(query_value("", "a"), std::nullopt);
}

TEST(FormText, ComparesDecoded) {
  EXPECT_TRUE(form_text_equals("a", "a"));
  EXPECT_TRUE(form_text_equals("%61+", "a "));
  EXPECT_FALSE(form_text_equals("a", "ab"));
  EXPECT_FALSE(form_text_equals("%61", "%61"));
}

}  // namespace
}  // namespace folio::http
