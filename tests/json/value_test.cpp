// JsonValue: made, looked through, changed, parsed and dumped.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

using folio::Json;
using folio::JsonError;
using folio::JsonValue;
using folio::test::read;
using Kind = folio::JsonValue::Kind;

namespace {

TEST(JsonValueMade, FromScalars) {
  EXPECT_EQ(JsonValue().kind(), Kind::Null);
  EXPECT_EQ(JsonValue(nullptr).kind(), Kind::Null);
  EXPECT_EQ(JsonValue(true).kind(), Kind::Boolean);
  EXPECT_EQ(JsonValue(1).kind(), Kind::Int64);
  EXPECT_EQ(JsonValue(1U).kind(), Kind::Int64);
  EXPECT_EQ(JsonValue(std::int8_t{-1}).as_int64(), -1);
  EXPECT_EQ(JsonValue(std::size_t{5}).as_int64(), 5);
  EXPECT_EQ(JsonValue(std::numeric_limits<std::uint64_t>::max()).kind(), Kind::Uint64);
  EXPECT_EQ(JsonValue(1.5).kind(), Kind::Double);
  EXPECT_EQ(JsonValue(1.5F).as_double(), 1.5);
  EXPECT_EQ(JsonValue("a").as_string(), "a");
  EXPECT_EQ(JsonValue(std::string("b")).as_string(), "b");
  EXPECT_EQ(JsonValue(std::string_view("c")).as_string(), "c");
  EXPECT_TRUE(JsonValue(static_cast<const char*>(nullptr)).is_null());
}

TEST(JsonValueMade, FromBraces) {
  const JsonValue value = {{"error", "text"},
                           {"n", 1},
                           {"user", {{"name", "Ada"}, {"tags", JsonValue::array({"a", 2, nullptr, {{"deep", true}}})}}},
                           {"empty", {}}};
  EXPECT_EQ(value.dump(),
            R"({"error":"text","n":1,"user":{"name":"Ada","tags":["a",2,null,{"deep":true}]},"empty":null})");
  const JsonValue one{{"a", "b"}};
  EXPECT_EQ(one.dump(), R"({"a":"b"})");
  const JsonValue none{};
  EXPECT_TRUE(none.is_null());
  EXPECT_EQ(JsonValue::array({{{"a", 1}}, JsonValue::array({1})}).dump(), R"([{"a":1},[1]])");
  EXPECT_EQ(JsonValue({{"a", 1}, {"b", 2}, {"a", 3}}).dump(), R"({"a":3,"b":2})");
}

TEST(JsonValueMade, BracesAroundAValueCopyIt) {
  const JsonValue list = JsonValue::array({1});
  const JsonValue copy{list};
  EXPECT_EQ(copy, list);
}

TEST(JsonValueMade, FromAVector) {
  EXPECT_EQ(JsonValue(std::vector<JsonValue>{1, "a"}).dump(), "[1,\"a\"]");
}

TEST(JsonValueRead, LookupsAreTotal) {
  const JsonValue value = {{"user", {{"id", 7}, {"names", JsonValue::array({"a", "b"})}}}};
  EXPECT_EQ(value["user"]["id"].as_int64(), 7);
  EXPECT_EQ(value["user"]["names"][1].as_string(), "b");
  EXPECT_TRUE(value["user"]["names"][2].is_null());
  EXPECT_TRUE(value["nobody"]["id"][0]["x"].is_null());
  EXPECT_TRUE(value[0].is_null());
  EXPECT_EQ(value.find("nobody"), nullptr);
  ASSERT_NE(value.find("user"), nullptr);
  EXPECT_TRUE(value.contains("user"));
  EXPECT_EQ(value.find("user")->size(), 2u);
  EXPECT_EQ(JsonValue("x").find("x"), nullptr);
}

TEST(JsonValueRead, OtherKindsReadAsTheDefault) {
  const JsonValue text = "5";
  EXPECT_EQ(text.as_int64(), 0);
  EXPECT_EQ(text.as_int64(9), 9);
  EXPECT_EQ(text.as_uint64(9), 9u);
  EXPECT_EQ(text.as_double(2.5), 2.5);
  EXPECT_TRUE(text.as_bool(true));
  EXPECT_EQ(JsonValue(5).as_string("none"), "none");
  EXPECT_EQ(text.size(), 0u);
  EXPECT_TRUE(text.items().empty());
  EXPECT_TRUE(text.members().empty());
}

TEST(JsonValueRead, NumbersConvertWhenNothingIsLost) {
  EXPECT_EQ(JsonValue(3.0).as_int64(), 3);
  EXPECT_EQ(JsonValue(3.5).as_int64(-1), -1);
  EXPECT_EQ(JsonValue(-1).as_uint64(9), 9u);
  EXPECT_EQ(JsonValue(-1.0).as_uint64(9), 9u);
  EXPECT_EQ(JsonValue(9223372036854775808U).as_int64(-1), -1);
  EXPECT_EQ(JsonValue(9223372036854775808U).as_double(), 9223372036854775808.0);
  EXPECT_EQ(JsonValue(9223372036854775808.0).as_int64(-1), -1);
  EXPECT_EQ(JsonValue(9223372036854775808.0).as_uint64(), 9223372036854775808U);
  EXPECT_EQ(JsonValue(-9223372036854775808.0).as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(JsonValue(18446744073709551616.0).as_uint64(1), 1u);
  EXPECT_EQ(JsonValue(std::nan("")).as_int64(4), 4);
}

TEST(JsonValueChanged, SetPushErase) {
  JsonValue value;
  value.set("b", 1).set("a", JsonValue::array()).set("b", 2);
  value.find("a")->push_back("x").push_back({{"y", 1}});
  EXPECT_EQ(value.dump(), R"({"b":2,"a":["x",{"y":1}]})");
  EXPECT_TRUE(value.erase("b"));
  EXPECT_FALSE(value.erase("b"));
  EXPECT_EQ(value.dump(), R"({"a":["x",{"y":1}]})");
  value.push_back(1);
  EXPECT_EQ(value.dump(), "[1]");
  EXPECT_FALSE(value.erase("a"));
}

TEST(JsonValueChanged, CopiesAreDeepAndMovesLeaveAValue) {
  JsonValue value = {{"a", JsonValue::array({1, 2})}};
  const JsonValue copy = value;
  value.find("a")->push_back(3);
  EXPECT_EQ(copy.dump(), R"({"a":[1,2]})");
  JsonValue moved = std::move(value);
  EXPECT_EQ(moved.dump(), R"({"a":[1,2,3]})");
  moved = *moved.find("a");
  EXPECT_EQ(moved.dump(), "[1,2,3]");
  JsonValue nested = JsonValue::array({JsonValue::array({"deep"})});
  nested = std::move(*const_cast<JsonValue*>(&nested.items()[0]));
  EXPECT_EQ(nested.dump(), "[\"deep\"]");
  JsonValue& self = nested;
  nested = self;
  EXPECT_EQ(nested.dump(), "[\"deep\"]");
}

TEST(JsonValueEquality, ByValue) {
  EXPECT_EQ(JsonValue(1), JsonValue(1.0));
  EXPECT_EQ(JsonValue(1U), JsonValue(1));
  EXPECT_NE(JsonValue(1), JsonValue(1.5));
  EXPECT_NE(JsonValue(9007199254740993), JsonValue(9007199254740992.0));
  EXPECT_EQ(JsonValue(18446744073709549568U), JsonValue(18446744073709549568.0));
  EXPECT_NE(JsonValue(1), JsonValue("1"));
  EXPECT_NE(JsonValue(0), JsonValue(false));
  EXPECT_NE(JsonValue(0), JsonValue());
  EXPECT_EQ(JsonValue({{"a", 1}, {"b", 2}}), JsonValue({{"b", 2}, {"a", 1}}));
  EXPECT_NE(JsonValue({{"a", 1}, {"b", 2}}), JsonValue({{"b", 2}, {"c", 1}}));
  EXPECT_NE(JsonValue({{"a", 1}}), JsonValue({{"a", 1}, {"b", 2}}));
  EXPECT_EQ(JsonValue::array({1, "a", nullptr}), JsonValue::array({1.0, "a", {}}));
  EXPECT_NE(JsonValue::array({1, 2}), JsonValue::array({2, 1}));
  EXPECT_EQ(JsonValue(true), true);
  EXPECT_EQ(JsonValue("a"), "a");
}

TEST(JsonValueParse, KindsOfNumbers) {
  EXPECT_EQ(read<JsonValue>("9223372036854775807").kind(), Kind::Int64);
  EXPECT_EQ(read<JsonValue>("9223372036854775808").kind(), Kind::Uint64);
  EXPECT_EQ(read<JsonValue>("18446744073709551615").kind(), Kind::Uint64);
  EXPECT_EQ(read<JsonValue>("18446744073709551616").kind(), Kind::Double);
  EXPECT_EQ(read<JsonValue>("-9223372036854775809").kind(), Kind::Double);
  EXPECT_EQ(read<JsonValue>("1.0").kind(), Kind::Double);
  EXPECT_TRUE(std::signbit(read<JsonValue>("-0").as_double()));
}

TEST(JsonValueParse, KeepsTheOrderOfMembers) {
  const auto value = read<JsonValue>(R"({"z":1,"a":{"y":[],"x":{}},"m":null})");
  EXPECT_EQ(value.dump(), R"({"z":1,"a":{"y":[],"x":{}},"m":null})");
  EXPECT_EQ(value.members()[0].name, "z");
}

TEST(JsonValueParse, ValueOrError) {
  EXPECT_EQ(JsonValue::parse("[1,2]")->size(), 2u);
  JsonError error;
  EXPECT_FALSE(JsonValue::parse("[1,", &error));
  EXPECT_EQ(error.message, "Invalid JSON at line 1 column 1: the array that begins here is not closed");
  EXPECT_FALSE(JsonValue::parse("{"));
  Json<JsonValue> body = *JsonValue::parse("{\"a\":1}");
  EXPECT_EQ((*body)["a"].as_int64(), 1);
}

Json<JsonValue> status() {
  return {{"status", "ok"}, {"load", {{"cpu", 0.5}}}};
}

TEST(JsonValueMade, AsTheResultOfAHandler) {
  EXPECT_EQ(status()->dump(), R"({"status":"ok","load":{"cpu":0.5}})");
  const Json<JsonValue> copy{status()};
  EXPECT_EQ(*copy, *status());
}

TEST(JsonValueDump, Indented) {
  const JsonValue value = {
      {"a", JsonValue::array({1, {{"b", nullptr}}})}, {"c", JsonValue::array()}, {"d", JsonValue::object()}};
  EXPECT_EQ(value.dump(2),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}");
  EXPECT_EQ(read<JsonValue>(value.dump(3)), value);
}

}  // namespace
