// Reading JSON into plain types.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "support.hpp"

using folio::Json;
using folio::JsonError;
using folio::JsonValue;
using folio::test::message;
using folio::test::read;
using folio::test::refuse;

namespace {

struct User {
  std::uint64_t id;
  std::string name;
  std::optional<std::string> email;
};
struct Address {
  std::string city;
  std::vector<double> position;
};
struct Person {
  User user;
  Address address;
  std::vector<User> friends;
};

TEST(JsonRead, Struct) {
  const auto user = read<User>(R"({"id": 7, "name": "Ada", "email": "ada@example.org"})");
  EXPECT_EQ(user.id, 7u);
  EXPECT_EQ(user.name, "Ada");
  EXPECT_EQ(user.email, "ada@example.org");
}

TEST(JsonRead, MembersInAnyOrderAndUnknownOnesPassedOver) {
  const auto user = read<User>(R"({"x":{"id":[1,{"y":null}]},"name":"Ada","z":1e3,"id":7,"":true})");
  EXPECT_EQ(user.id, 7u);
  EXPECT_EQ(user.name, "Ada");
  EXPECT_EQ(user.email, std::nullopt);
}

TEST(JsonRead, NestedStructs) {
  const auto person = read<Person>(
      R"({"user":{"id":1,"name":"a"},"address":{"city":"b","position":[1,2.5]},"friends":[{"id":2,"name":"c"},{"id":3,"name":"d","email":null}]})");
  EXPECT_EQ(person.user.name, "a");
  EXPECT_EQ(person.address.position, (std::vector<double>{1, 2.5}));
  ASSERT_EQ(person.friends.size(), 2u);
  EXPECT_EQ(person.friends[1].name, "d");
}

TEST(JsonRead, EscapedKeysAreTheSameKeys) {
  EXPECT_EQ(read<User>(R"({"\u0069d":7,"n\u0061me":"A"})").id, 7u);
}

struct Keyword {
  std::string class_;
  int new_;
};

TEST(JsonRead, TrailingUnderscoreIsForKeywords) {
  const auto value = read<Keyword>(R"({"class":"a","new":1})");
  EXPECT_EQ(value.class_, "a");
  EXPECT_EQ(message<Keyword>(R"({"class_":"a","new":1})"), "line 1 column 1: field 'class' is missing");
}

TEST(JsonRead, OutIsUntouchedByFailure) {
  User user{9, "before", "x"};
  JsonError error;
  EXPECT_FALSE(folio::read_json(R"({"id":1,"name":2})", user, error));
  EXPECT_EQ(user.id, 9u);
  EXPECT_EQ(user.name, "before");
  ASSERT_TRUE(folio::read_json(R"({"id":1,"name":"after"})", user, error));
  EXPECT_EQ(user.email, std::nullopt) << "nothing of the earlier value is left";
}

// ---- numbers

template <class I>
void expect_exact_range() {
  using Limits = std::numeric_limits<I>;
  EXPECT_EQ(read<I>(std::to_string(Limits::min())), Limits::min());
  EXPECT_EQ(read<I>(std::to_string(Limits::max())), Limits::max());
  const std::string range =
      "expected a whole number from " + std::to_string(Limits::min()) + " to " + std::to_string(Limits::max());
  const std::string below = Limits::min() == 0 ? "-1" : std::to_string(Limits::min());
  std::string next = std::to_string(Limits::max());
  ++next.back();  // no maximum ends in 9
  EXPECT_EQ(message<I>(next), "line 1 column 1: " + range);
  if (Limits::min() == 0) {
    EXPECT_EQ(message<I>("-1"), "line 1 column 1: " + range);
  } else {
    std::string previous = below;
    ++previous.back();
    EXPECT_EQ(message<I>(previous), "line 1 column 1: " + range);
  }
  for (const char* huge :
       {"99999999999999999999", "-99999999999999999999", "1e300", "123456789012345678901234567890"}) {
    EXPECT_EQ(message<I>(huge), "line 1 column 1: " + range) << huge;
  }
  for (const char* fraction : {"1.5", "1.0", "-0.0", "1e2", "1E-2"}) {
    EXPECT_EQ(message<I>(fraction), "line 1 column 1: expected a whole number") << fraction;
  }
  EXPECT_EQ(read<I>("-0"), 0);
  EXPECT_EQ(message<I>("\"1\""), "line 1 column 1: expected a number");
}

TEST(JsonNumbers, IntegersAreExactToTheEndsOfTheirRange) {
  expect_exact_range<std::int8_t>();
  expect_exact_range<std::int16_t>();
  expect_exact_range<std::int32_t>();
  expect_exact_range<std::int64_t>();
  expect_exact_range<std::uint8_t>();
  expect_exact_range<std::uint16_t>();
  expect_exact_range<std::uint32_t>();
  expect_exact_range<std::uint64_t>();
  expect_exact_range<long>();
  expect_exact_range<unsigned long long>();
}

TEST(JsonNumbers, Doubles) {
  EXPECT_EQ(read<double>("0.1"), 0.1);
  EXPECT_EQ(read<double>("1E+2"), 100.0);
  EXPECT_EQ(read<double>("123456789012345678901234567890"), 123456789012345678901234567890.0);
  EXPECT_EQ(read<double>("18446744073709551616"), 18446744073709551616.0);
  EXPECT_EQ(read<double>("-9223372036854775809"), -9223372036854775809.0);
  EXPECT_EQ(read<double>("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(read<double>("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(read<double>("1e-400"), 0.0);
  EXPECT_EQ(read<double>("0e99999999999999999999"), 0.0);
  EXPECT_EQ(read<double>("1e-99999999999999999999"), 0.0);
}

TEST(JsonNumbers, NegativeZeroKeepsItsSign) {
  for (const char* text : {"-0", "-0.0", "-0e5", " -0 "}) EXPECT_TRUE(std::signbit(read<double>(text))) << text;
  const auto list = read<std::vector<double>>("[-0,0,-0.5,-0]");
  EXPECT_TRUE(std::signbit(list[0]) && !std::signbit(list[1]) && std::signbit(list[3]));
  EXPECT_EQ(read<std::string>("\"-0\""), "-0");
  EXPECT_EQ(read<std::vector<std::string>>(R"(["-0,", "a-0", "\"-0"])"),
            (std::vector<std::string>{"-0,", "a-0", "\"-0"}));
}

TEST(JsonNumbers, BeyondADouble) {
  EXPECT_EQ(message<double>("1e400"), "line 1 column 1: the number is out of a double's range");
  EXPECT_EQ(message<double>("-1e309"), "line 1 column 1: the number is out of a double's range");
  EXPECT_EQ(message<double>("1" + std::string(400, '0')), "line 1 column 1: the number is out of a double's range");
  const JsonError error = refuse<std::map<std::string, std::vector<double>>>("{\"a\":[1],\n \"b\":[1, 2, 1e999]}");
  EXPECT_EQ(error.message, "Invalid JSON at line 2 column 13: field 'b[2]': the number is out of a double's range");
  EXPECT_EQ(error.path, "b[2]");
}

TEST(JsonNumbers, Floats) {
  EXPECT_EQ(read<float>("0.1"), 0.1F);
  EXPECT_EQ(read<float>("3.4028235e38"), std::numeric_limits<float>::max());
  EXPECT_EQ(message<float>("1e39"), "line 1 column 1: expected a number from -3.4028235e+38 to 3.4028235e+38");
  EXPECT_EQ(message<float>("true"), "line 1 column 1: expected a number");
}

// ---- strings

TEST(JsonStrings, EscapesAndUnicode) {
  EXPECT_EQ(read<std::string>(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(read<std::string>(R"("\u0041\u00e9\u20AC\ud83d\ude00")"), "Aé€😀");
  EXPECT_EQ(read<std::string>("\"é€😀\x7F\""), "é€😀\x7F");
  EXPECT_EQ(read<std::string>(R"("a\u0000b")"), std::string("a\0b", 3));
  EXPECT_EQ(read<std::string>("\"\u2028\u2029\""), "\u2028\u2029");
  EXPECT_EQ(read<std::string>(R"("\ufffe\uffff\udbff\udfff")"), "\uFFFE\uFFFF\U0010FFFF");
  EXPECT_EQ(read<std::string>("\"\""), "");
}

// ---- optional, unique_ptr, null

struct Nullable {
  std::optional<int> number;
  std::unique_ptr<User> user;
  JsonValue any;
};

TEST(JsonNull, ForWhatCanBeEmpty) {
  const auto none = read<Nullable>(R"({"number":null,"user":null,"any":null})");
  EXPECT_FALSE(none.number);
  EXPECT_FALSE(none.user);
  EXPECT_TRUE(none.any.is_null());
  const auto some = read<Nullable>(R"({"number":1,"user":{"id":1,"name":"a"},"any":[1]})");
  EXPECT_EQ(some.number, 1);
  ASSERT_TRUE(some.user);
  EXPECT_EQ(some.user->name, "a");
  EXPECT_EQ(some.any.size(), 1u);
  EXPECT_EQ(*read<std::shared_ptr<int>>("5"), 5);
  EXPECT_EQ(read<std::shared_ptr<int>>("null"), nullptr);
  const auto missing = read<Nullable>("{}");
  EXPECT_FALSE(missing.number);
  EXPECT_FALSE(missing.user);
}

TEST(JsonNull, RefusedForAllElse) {
  EXPECT_EQ(message<int>("null"), "line 1 column 1: expected a number");
  EXPECT_EQ(message<std::string>("null"), "line 1 column 1: expected a string");
  EXPECT_EQ(message<bool>("null"), "line 1 column 1: expected true or false");
  EXPECT_EQ(message<User>("null"), "line 1 column 1: expected an object");
  EXPECT_EQ(message<std::vector<int>>("null"), "line 1 column 1: expected an array");
  EXPECT_EQ((message<std::map<std::string, int>>("null")), "line 1 column 1: expected an object");
}

// ---- missing fields

struct Defaults {
  int page = 1;
  int count = 0;
  bool done = false;
  double ratio = 0;
  std::string sort = "asc";
  std::optional<int> limit = 5;
  std::vector<int> list;
  std::map<std::string, int> map;
  Address address{.city = "Paris", .position = {}};
  std::array<int, 2> pair = {1, 2};
  std::variant<int, std::string> either = "x";
};

TEST(JsonMissing, DefaultsAreKept) {
  const auto value = read<Defaults>("{}");
  EXPECT_EQ(value.page, 1);
  EXPECT_EQ(value.count, 0);
  EXPECT_FALSE(value.done);
  EXPECT_EQ(value.sort, "asc");
  EXPECT_EQ(value.limit, 5);
  EXPECT_EQ(value.address.city, "Paris");
  EXPECT_EQ(value.pair[1], 2);
  EXPECT_EQ(std::get<1>(value.either), "x");
}

struct Todo {
  std::uint64_t id;
  std::string title;
  bool done = false;
};
enum class Level { low, high };
struct Required {
  int number;
};
struct RequiredBool {
  bool flag;
};
struct RequiredEnum {
  Level level;
};
struct DefaultEnum {
  Level level = Level::low;
};
struct RequiredString {
  std::string text;
};
struct RequiredStruct {
  Address address;
};
struct RequiredArray {
  std::array<int, 2> pair;
};
struct RequiredTuple {
  std::pair<int, std::string> pair;
};
struct RequiredVariant {
  std::variant<int, std::string> either;
};
struct OptionalVariant {
  std::variant<std::monostate, int> either;
};
struct RequiredAfterDefault {
  int a = 0;
  int b;
};

TEST(JsonMissing, RequiredFields) {
  EXPECT_EQ(message<Required>("{}"), "line 1 column 1: field 'number' is missing");
  EXPECT_EQ(message<RequiredBool>("{}"), "line 1 column 1: field 'flag' is missing");
  EXPECT_EQ(message<RequiredEnum>("{}"), "line 1 column 1: field 'level' is missing");
  EXPECT_EQ(message<RequiredString>("{}"), "line 1 column 1: field 'text' is missing");
  EXPECT_EQ(message<RequiredStruct>("{}"), "line 1 column 1: field 'address' is missing");
  EXPECT_EQ(message<RequiredArray>("{}"), "line 1 column 1: field 'pair' is missing");
  EXPECT_EQ(message<RequiredTuple>("{}"), "line 1 column 1: field 'pair' is missing");
  EXPECT_EQ(message<RequiredVariant>("{}"), "line 1 column 1: field 'either' is missing");
  EXPECT_EQ(message<RequiredAfterDefault>("{}"), "line 1 column 1: field 'b' is missing");
  EXPECT_EQ(message<Todo>(R"({"title":"a"})"), "line 1 column 1: field 'id' is missing");
}

TEST(JsonMissing, AnInitialiserIsADefaultEvenWhenItIsZero) {
  EXPECT_FALSE(read<Todo>(R"({"id":1,"title":"a"})").done);
  EXPECT_EQ(read<DefaultEnum>("{}").level, Level::low);
  EXPECT_EQ(read<RequiredAfterDefault>(R"({"b":2})").b, 2);
  EXPECT_EQ(read<std::vector<Todo>>(R"([{"id":1,"title":"a"},{"id":2,"title":"b","done":true}])")[1].done, true);
}

TEST(JsonMissing, AVariantWithNothingInItMayBeMissing) {
  EXPECT_EQ(read<OptionalVariant>("{}").either.index(), 0u);
}

TEST(JsonMissing, NestedFieldsAreNamedByTheirPath) {
  const JsonError error = refuse<Person>("{\n  \"user\": {\"id\": 1}}");
  EXPECT_EQ(error.message, "Invalid JSON at line 2 column 11: field 'user.name' is missing");
  EXPECT_EQ(error.path, "user.name");
  EXPECT_EQ(error.offset, 12u);
  EXPECT_EQ(message<std::vector<User>>(R"([{"id":1,"name":"a"},{"id":2}])"),
            "line 1 column 22: field '[1].name' is missing");
}

// ---- duplicates

TEST(JsonDuplicates, AreRefused) {
  EXPECT_EQ(message<User>(R"({"id":1,"name":"a","id":2})"), "line 1 column 20: field 'id' is given twice");
  EXPECT_EQ(message<User>(R"({"id":1,"name":"a","\u0069d":2})"), "line 1 column 20: field 'id' is given twice");
  EXPECT_EQ((message<std::map<std::string, int>>(R"({"a":1,"b":2,"a":3})")),
            "line 1 column 14: field 'a' is given twice");
  EXPECT_EQ(message<JsonValue>(R"({"x":[{"a":1,"b":2,"a":3}]})"), "line 1 column 20: field 'x[0].a' is given twice");
}

TEST(JsonDuplicates, InLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  EXPECT_EQ(read<JsonValue>(text + "\"last\":1}").size(), 101u);
  EXPECT_EQ(refuse<JsonValue>(text + "\"k7\":1,\"k3\":2}").path, "k7");
}

TEST(JsonDuplicates, OfUnknownMembersArePassedOver) {
  EXPECT_EQ(read<User>(R"({"x":1,"id":1,"x":2,"name":"a"})").id, 1u);
}

// ---- enums

enum class Color { red, green, blue };
enum class Wide : std::int64_t { minus = -3, big = 200 };
enum class Id : std::uint64_t {};
enum Unfixed { north, south };
enum class Many { a, b, c, d, e, f, g, h, i, j, k, l, m };
enum class Single { only };

TEST(JsonEnums, ByName) {
  EXPECT_EQ(read<Color>("\"green\""), Color::green);
  EXPECT_EQ(read<Wide>("\"minus\""), Wide::minus);
  EXPECT_EQ(read<Wide>("\"big\""), Wide::big);
  EXPECT_EQ(read<Unfixed>("\"south\""), south);
  EXPECT_EQ((read<std::map<std::string, std::vector<Color>>>(R"({"a":["red","blue"]})").at("a")[1]), Color::blue);
}

TEST(JsonEnums, UnknownNamesListTheKnown) {
  EXPECT_EQ(message<Color>("\"purple\""), "line 1 column 1: expected one of 'red', 'green', 'blue'");
  EXPECT_EQ(message<Color>("1"), "line 1 column 1: expected one of 'red', 'green', 'blue'");
  EXPECT_EQ(message<Color>("\"Red\""), "line 1 column 1: expected one of 'red', 'green', 'blue'");
  EXPECT_EQ(message<Many>("\"z\""), "line 1 column 1: expected one of 13 names");
  EXPECT_EQ(message<Single>("\"z\""), "line 1 column 1: expected 'only'");
}

TEST(JsonEnums, WithoutEnumeratorsTheyAreNumbers) {
  EXPECT_EQ(read<Id>("18446744073709551615"), Id{18446744073709551615U});
  EXPECT_EQ(message<Id>("\"x\""), "line 1 column 1: expected a number");
}

// ---- containers

TEST(JsonContainers, Lists) {
  EXPECT_EQ(read<std::vector<int>>("[]"), std::vector<int>{});
  EXPECT_EQ(read<std::vector<int>>(" [ 1 , 2 ] "), (std::vector<int>{1, 2}));
  EXPECT_EQ(read<std::vector<bool>>("[true,false,true]"), (std::vector<bool>{true, false, true}));
  EXPECT_EQ(read<std::deque<std::string>>(R"(["a","b"])"), (std::deque<std::string>{"a", "b"}));
  EXPECT_EQ(read<std::list<int>>("[3,4]"), (std::list<int>{3, 4}));
  EXPECT_EQ(read<std::set<int>>("[3,1,3]"), (std::set<int>{1, 3}));
  EXPECT_EQ(read<std::vector<std::vector<int>>>("[[],[1],[2,3]]")[2][1], 3);
}

TEST(JsonContainers, FixedLists) {
  EXPECT_EQ((read<std::array<int, 3>>("[1,2,3]")), (std::array<int, 3>{1, 2, 3}));
  EXPECT_EQ((read<std::array<std::string, 1>>("[\"a\"]")[0]), "a");
  EXPECT_EQ((message<std::array<int, 3>>("[1,2]")), "line 1 column 1: expected an array of 3 items");
  EXPECT_EQ((message<std::array<int, 1>>("[1,2]")), "line 1 column 1: expected an array of 1 item");
  EXPECT_EQ((message<std::array<int, 3>>("{}")), "line 1 column 1: expected an array of 3 items");
  EXPECT_EQ((message<std::array<int, 2>>("[1,\"x\"]")), "line 1 column 4: field '[1]': expected a number");
  EXPECT_EQ((read<std::pair<int, std::string>>(R"([1,"a"])")), (std::pair<int, std::string>{1, "a"}));
  EXPECT_EQ((read<std::tuple<bool, double, Color>>(R"([true,1.5,"blue"])")), (std::tuple{true, 1.5, Color::blue}));
  EXPECT_EQ((message<std::tuple<bool, double>>("[true]")), "line 1 column 1: expected an array of 2 items");
  EXPECT_EQ((message<std::pair<int, int>>("[1,null]")), "line 1 column 4: field '[1]': expected a number");
}

TEST(JsonContainers, Maps) {
  const auto map = read<std::map<std::string, std::vector<int>>>(R"({"b":[1],"a":[],"\n":[2]})");
  EXPECT_EQ(map.size(), 3u);
  EXPECT_EQ(map.at("\n")[0], 2);
  EXPECT_EQ((read<std::unordered_map<std::string, User>>(R"({"x":{"id":1,"name":"n"}})").at("x").name), "n");
  EXPECT_EQ((read<std::map<std::string, int, std::less<>>>("{}").size()), 0u);
}

struct Tree {
  std::string name;
  std::vector<Tree> children;
};
struct Chain {
  int value;
  std::unique_ptr<Chain> next;
};
struct Graph {
  std::map<std::string, Graph> edges;
};

TEST(JsonContainers, RecursiveTypes) {
  const auto tree = read<Tree>(R"({"name":"a","children":[{"name":"b"},{"name":"c","children":[{"name":"d"}]}]})");
  EXPECT_EQ(tree.children[1].children[0].name, "d");
  const auto chain = read<Chain>(R"({"value":1,"next":{"value":2,"next":null}})");
  EXPECT_EQ(chain.next->value, 2);
  EXPECT_EQ(read<Graph>(R"({"edges":{"a":{"edges":{"b":{}}}}})").edges.at("a").edges.size(), 1u);
  EXPECT_EQ(message<Tree>(R"({"name":"a","children":[{"name":"b","children":[{"nam":1}]}]})"),
            "line 1 column 49: field 'children[0].children[0].name' is missing");
}

// ---- variants

struct Circle {
  double radius;
};
struct Square {
  double side;
};
using Shape = std::variant<Circle, Square>;

TEST(JsonVariants, FirstThatFits) {
  EXPECT_EQ((read<std::variant<int, std::string>>("1").index()), 0u);
  EXPECT_EQ((read<std::variant<int, std::string>>("\"1\"").index()), 1u);
  EXPECT_EQ((read<std::variant<int, double>>("1.5").index()), 1u);
  EXPECT_EQ((read<std::variant<double, int>>("1").index()), 0u);
  EXPECT_EQ((read<std::variant<std::monostate, int>>("null").index()), 0u);
  EXPECT_EQ((read<std::variant<std::monostate, int>>("5").index()), 1u);
  EXPECT_EQ((read<std::variant<Color, std::string>>("\"red\"").index()), 0u);
  EXPECT_EQ((read<std::variant<Color, std::string>>("\"pink\"").index()), 1u);
  EXPECT_EQ(std::get<Square>(read<Shape>(R"({"side":2})")).side, 2);
  EXPECT_EQ(read<std::vector<Shape>>(R"([{"side":2},{"radius":1}])")[1].index(), 0u);
}

TEST(JsonVariants, NoneFits) {
  EXPECT_EQ((message<std::variant<int, std::string>>("true")), "line 1 column 1: expected a number or a string");
  EXPECT_EQ((message<std::variant<int, double>>("true")), "line 1 column 1: expected a number");
  EXPECT_EQ(message<Shape>("1"), "line 1 column 1: expected an object");
  EXPECT_EQ(message<Shape>("{}"), "line 1 column 1: field 'radius' is missing");
  EXPECT_EQ(message<Shape>(R"({"side":"x"})"), "line 1 column 9: field 'side': expected a number");
  EXPECT_EQ((message<std::map<std::string, Shape>>(R"({"a":{"side":null}})")),
            "line 1 column 14: field 'a.side': expected a number");
}

// ---- Json<T>

TEST(JsonWrapper, IsMadeFromItsValueAndReadThroughPointers) {
  const Json<User> body = User{1, "Ada", {}};
  EXPECT_EQ(body->name, "Ada");
  EXPECT_EQ((*body).id, 1u);
  Json deduced = User{2, "Bob", {}};
  static_assert(std::is_same_v<decltype(deduced), Json<User>>);
  deduced->name = "Eve";
  const std::string moved = (*std::move(deduced)).name;
  EXPECT_EQ(moved, "Eve");
  EXPECT_EQ(Json<std::vector<int>>()->size(), 0u);
}

// ---- the reader itself

TEST(JsonReader, TextNeedsNoTerminatorAndNoPadding) {
  const std::string text = R"({"id":1,"name":"abc"}garbage)";
  EXPECT_EQ(read<User>(std::string_view(text).substr(0, 21)).name, "abc");
  for (std::size_t size : {1u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 100000u}) {
    auto exact = std::make_unique<char[]>(size + 2);  // a sanitizer sees a byte read too far
    std::fill_n(exact.get(), size + 2, 'x');
    exact[0] = exact[size + 1] = '"';
    EXPECT_EQ(read<std::string>({exact.get(), size + 2}).size(), size);
  }
}

TEST(JsonReader, LargeTextsAfterSmallOnes) {
  std::string large = "[";
  for (int i = 0; i < 300000; ++i) large += "12345,";
  large.back() = ']';
  EXPECT_EQ(read<std::vector<int>>(large).size(), 300000u);
  EXPECT_EQ(read<std::vector<int>>("[1]").size(), 1u);
  EXPECT_EQ(read<std::vector<int>>(large).size(), 300000u);
}

std::string default_name() {
  User user{};
  JsonError error;
  EXPECT_TRUE(folio::read_json(R"({"id":1,"name":"from another text"})", user, error));
  return user.name;
}
struct ReadsWhileItIsMade {
  std::string name = default_name();
  int number;
};

TEST(JsonReader, ATextMayBeReadWhileAnotherIs) {
  const auto list = read<std::vector<ReadsWhileItIsMade>>(R"([{"number":1},{"name":"own","number":2},{"number":3}])");
  EXPECT_EQ(list[0].name, "from another text");
  EXPECT_EQ(list[1].name, "own");
  EXPECT_EQ(list[2].number, 3);
}

TEST(JsonReader, WorksInSeveralThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 500; ++i) {
        const std::string text = R"({"id":)" + std::to_string(t * 1000 + i) + R"(,"name":"n"})";
        User user{};
        JsonError error;
        ASSERT_TRUE(folio::read_json(text, user, error));
        ASSERT_EQ(user.id, static_cast<std::uint64_t>(t * 1000 + i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
