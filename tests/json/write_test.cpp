// Writing plain types as JSON.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "support.hpp"

using folio::append_json;
using folio::JsonValue;
using folio::to_json;
using folio::to_json_value;

namespace {

enum class Color { red, green, delete_ };
enum class Id : std::uint64_t {};
enum class Letter : char { a = 'a' };

struct Inner {
  int x;
  std::optional<std::string> note;
};
struct Empty {};
struct Everything {
  bool yes;
  std::int8_t small;
  std::uint64_t large;
  double ratio;
  float third;
  std::string text;
  std::string_view view;
  const char* literal;
  Color color;
  Id id;
  std::optional<int> none;
  std::unique_ptr<Inner> pointer;
  std::vector<Inner> list;
  std::array<int, 2> pair;
  std::tuple<int, std::string> tuple;
  std::map<std::string, double> map;
  std::variant<int, std::string> either;
  JsonValue any;
  int class_;
};

TEST(JsonWrite, Everything) {
  Everything value{true,  -128,     18446744073709551615U,
                   0.1,   1.0F / 3, "a",
                   "b",   "c",      Color::green,
                   Id{7}, {},       {},
                   {},    {1, 2},   {3, "d"},
                   {},    "e",      {},
                   4};
  value.pointer = std::make_unique<Inner>(Inner{1, "n"});
  value.list.push_back({2, {}});
  value.map["k"] = 1e300;
  value.any = {{"z", JsonValue::array({1, nullptr})}};
  EXPECT_EQ(to_json(value),
            R"({"yes":true,"small":-128,"large":18446744073709551615,"ratio":0.1,"third":0.33333334,"text":"a",)"
            R"("view":"b","literal":"c","color":"green","id":7,"none":null,"pointer":{"x":1,"note":"n"},)"
            R"("list":[{"x":2,"note":null}],"pair":[1,2],"tuple":[3,"d"],"map":{"k":1e+300},"either":"e",)"
            R"("any":{"z":[1,null]},"class":4})");
}

TEST(JsonWrite, Scalars) {
  EXPECT_EQ(to_json(true), "true");
  EXPECT_EQ(to_json(-1), "-1");
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::uint8_t{255}), "255");
  EXPECT_EQ(to_json("text"), "\"text\"");
  EXPECT_EQ(to_json(std::string("text")), "\"text\"");
  EXPECT_EQ(to_json(std::string_view("text")), "\"text\"");
  EXPECT_EQ(to_json(nullptr), "null");
  EXPECT_EQ(to_json(std::optional<int>()), "null");
  EXPECT_EQ(to_json(std::vector<const char*>{"a", nullptr}), "[\"a\",null]");
}

TEST(JsonWrite, Doubles) {
  EXPECT_EQ(to_json(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(to_json(1.0), "1");
  EXPECT_EQ(to_json(-0.0), "-0.0");
  EXPECT_EQ(to_json(-0.0F), "-0.0");
  EXPECT_EQ(to_json(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(to_json(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(to_json(0.1F), "0.1");
  EXPECT_EQ(to_json(std::nan("")), "null");
  EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(to_json(-std::numeric_limits<float>::infinity()), "null");
}

TEST(JsonWrite, EmptyThings) {
  EXPECT_EQ(to_json(Empty{}), "{}");
  EXPECT_EQ(to_json(std::vector<int>{}), "[]");
  EXPECT_EQ((to_json(std::map<std::string, int>{})), "{}");
  EXPECT_EQ((to_json(std::array<int, 0>{})), "[]");
  EXPECT_EQ(to_json(std::tuple<>{}), "[]");
  EXPECT_EQ(to_json(JsonValue::array()), "[]");
  EXPECT_EQ(to_json(JsonValue::object()), "{}");
  EXPECT_EQ(to_json(""), "\"\"");
}

TEST(JsonWrite, Containers) {
  EXPECT_EQ(to_json(std::vector<bool>{true, false}), "[true,false]");
  EXPECT_EQ(to_json(std::set<std::string>{"b", "a"}), "[\"a\",\"b\"]");
  EXPECT_EQ((to_json(std::pair{1, 2.5})), "[1,2.5]");
  EXPECT_EQ((to_json(std::map<std::string, std::vector<int>>{{"a\"b", {1}}, {"c", {}}})), R"({"a\"b":[1],"c":[]})");
  EXPECT_EQ((to_json(std::unordered_map<std::string, int>{{"a", 1}})), R"({"a":1})");
  EXPECT_EQ((to_json(std::vector<std::variant<std::monostate, int, Inner>>{{}, 1, Inner{2, {}}})),
            R"([null,1,{"x":2,"note":null}])");
  EXPECT_EQ((to_json(std::vector<std::unique_ptr<int>>(1))), "[null]");
}

TEST(JsonWrite, Enums) {
  EXPECT_EQ(to_json(Color::delete_), "\"delete\"");
  EXPECT_EQ(to_json(Color{77}), "77") << "no name: the number, so that nothing is lost";
  EXPECT_EQ(to_json(Id{5}), "5");
  EXPECT_EQ(to_json(Letter::a), "\"a\"");
  EXPECT_EQ(to_json(Letter{'b'}), "98");
}

// RFC 8259 §7: "the characters that MUST be escaped: quotation mark, reverse solidus, and the control characters
// (U+0000 through U+001F)"
TEST(JsonEscapes, WhatMustBe) {
  EXPECT_EQ(to_json("\"\\/"), R"("\"\\/")");
  EXPECT_EQ(to_json("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(to_json(std::string("\0\x01\x1F\x7F", 4)), "\"\\u0000\\u0001\\u001f\x7F\"");
  EXPECT_EQ(to_json("é€😀\u2028\u2029</script>"), "\"é€😀\u2028\u2029</script>\"");
}

TEST(JsonEscapes, WhereverTheyStand) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      for (const auto& [byte, escape] : std::map<std::string, std::string>{{"\"", "\\\""},
                                                                           {"\\", "\\\\"},
                                                                           {"\x1F", "\\u001f"},
                                                                           {"\x80", "\xEF\xBF\xBD"},
                                                                           {"\xFF", "\xEF\xBF\xBD"}}) {
        text[at] = byte[0];
        EXPECT_EQ(to_json(text), "\"" + std::string(at, 'x') + escape + std::string(size - at - 1, 'x') + "\"");
      }
      for (char plain : {' ', '!', '#', '[', ']', '~', '\x7F'}) {
        text[at] = plain;
        EXPECT_EQ(to_json(text), "\"" + text + "\"");
      }
    }
  }
}

TEST(JsonEscapes, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(to_json("a\xFF\x62"), "\"a\uFFFDb\"");
  EXPECT_EQ(to_json("\xC3"), "\"\uFFFD\"");
  EXPECT_EQ(to_json("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(to_json("\xF0\x9F\x98"), "\"\uFFFD\uFFFD\uFFFD\"");
  EXPECT_EQ(to_json("\xC0\x80é"), "\"\uFFFD\uFFFDé\"");
  EXPECT_EQ((to_json(std::map<std::string, int>{{"\xFF", 1}})), "{\"\uFFFD\":1}");
}

TEST(JsonWrite, AppendsToWhatIsThere) {
  std::string out = "data: ";
  append_json(out, Inner{1, {}});
  append_json(out, "x");
  EXPECT_EQ(out, "data: {\"x\":1,\"note\":null}\"x\"");
}

TEST(JsonWrite, BracesMakeAValue) {
  EXPECT_EQ(to_json({{"error", "not found"}, {"code", 7}}), R"({"error":"not found","code":7})");
}

TEST(JsonWrite, AsAValue) {
  const JsonValue value = {{"list", to_json_value(std::vector<Inner>{{1, "a"}})}, {"n", to_json_value(2.5)}};
  EXPECT_EQ(value.dump(), R"({"list":[{"x":1,"note":"a"}],"n":2.5})");
}

}  // namespace
