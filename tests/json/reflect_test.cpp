// Names and members of aggregates and enums without a macro.
#include <folio/reflect.hpp>

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace reflect = folio::reflect;

namespace {

template <class T>
std::vector<std::string> names_of() {
  return {reflect::member_names<T>.begin(), reflect::member_names<T>.end()};
}

template <class E>
std::string enumerators_of() {
  std::string text;
  for (const reflect::Enumerator& one : reflect::enumerators<E>().all()) {
    if (!text.empty()) text += ' ';
    text.append(one.name).append("=").append(std::to_string(one.value));
  }
  return text;
}

using Names = std::vector<std::string>;

struct Empty {};
struct One {
  int only;
};
struct Plain {
  int id;
  double score;
  bool active;
  std::string name;
  const char* text;
};
struct Containers {
  std::optional<std::string> optional;
  std::vector<int> list;
  std::array<int, 3> three;
  std::map<std::string, int> map;
  std::variant<int, std::string> either;
  std::unique_ptr<Plain> pointer;
  std::tuple<int, double> tuple;
  Plain nested;
};
struct Recursive {
  std::vector<Recursive> children;
};
struct FirstIsOptional {
  std::optional<int> first;
  std::optional<std::string> second;
};
struct Keywords {
  int class_;
  int _;
  int two__;
  int value;
};
template <class A, class B>
struct Pair {
  A a;
  B b;
};

TEST(ReflectMembers, NamesOfPlainStruct) {
  EXPECT_EQ(names_of<Plain>(), (Names{"id", "score", "active", "name", "text"}));
  EXPECT_EQ(reflect::member_count<Plain>, 5u);
}

TEST(ReflectMembers, EmptyAndSingle) {
  EXPECT_EQ(names_of<Empty>(), Names{});
  EXPECT_EQ(names_of<One>(), Names{"only"});
  EXPECT_EQ(names_of<Recursive>(), Names{"children"});
}

TEST(ReflectMembers, ContainersAreOneMemberEach) {
  EXPECT_EQ(names_of<Containers>(),
            (Names{"optional", "list", "three", "map", "either", "pointer", "tuple", "nested"}));
  EXPECT_EQ(names_of<FirstIsOptional>(), (Names{"first", "second"}));
}

TEST(ReflectMembers, OneTrailingUnderscoreIsDropped) {
  EXPECT_EQ(names_of<Keywords>(), (Names{"class", "_", "two_", "value"}));
}

struct Collision {
  int a_;
  int a;
  int b_;
};

TEST(ReflectMembers, TheUnderscoreStaysWhenTheNameIsTaken) {
  EXPECT_EQ(names_of<Collision>(), (Names{"a_", "a", "b"}));
}

TEST(ReflectMembers, TemplatesAndLocalTypes) {
  EXPECT_EQ((names_of<Pair<int, std::map<std::string, Pair<int, int>>>>()), (Names{"a", "b"}));
  struct Local {
    int x;
    std::string y;
  };
  EXPECT_EQ(names_of<Local>(), (Names{"x", "y"}));
}

struct Sixteen {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
};
struct SixtyFour {
  int a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24,
      a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46, a47,
      a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63;
};

TEST(ReflectMembers, ManyMembers) {
  EXPECT_EQ(names_of<Sixteen>().front(), "a");
  EXPECT_EQ(names_of<Sixteen>().back(), "p");
  ASSERT_EQ(names_of<SixtyFour>().size(), 64u);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(names_of<SixtyFour>()[static_cast<std::size_t>(i)], "a" + std::to_string(i));
}

TEST(ReflectMembers, AddressesAreThoseOfTheMembers) {
  const Plain plain{};
  const auto members = reflect::members_of(plain);
  EXPECT_EQ(members.at[0], &plain.id);
  EXPECT_EQ(members.at[3], &plain.name);
}

TEST(ReflectMembers, VisitsInOrderAndMayChange) {
  Plain plain{7, 1.5, true, "Ada", nullptr};
  std::string seen;
  reflect::for_each_member(plain, [&](std::string_view name, auto& member) {
    seen.append(name).append(" ");
    member = {};
  });
  EXPECT_EQ(seen, "id score active name text ");
  EXPECT_EQ(plain.id, 0);
  EXPECT_EQ(plain.name, "");
  const Plain constant{3, 0, false, "", nullptr};
  reflect::for_each_member(constant, [&](std::string_view, const auto&) { seen.push_back('.'); });
  EXPECT_TRUE(seen.ends_with("....."));
}

enum class Color { red, green, blue };
enum Unfixed { one, two, nine = 9 };
enum class Sparse : std::uint8_t { low = 1, high = 255 };
enum class Signed : std::int8_t { below = -16, zero = 0, above = 127 };
enum class Keyword { delete_, default_ };
enum class Id : std::uint64_t {};
enum class Far { away = 1000, near = 3 };
enum Negative { minus = -1, plus = 1 };
enum class Flag : bool { off, on };
struct Owner {
  enum class Kind { cat, dog };
};

TEST(ReflectEnums, Names) {
  EXPECT_EQ(enumerators_of<Color>(), "red=0 green=1 blue=2");
  EXPECT_EQ(enumerators_of<Unfixed>(), "one=0 two=1 nine=9");
  EXPECT_EQ(enumerators_of<Sparse>(), "low=1 high=255");
  EXPECT_EQ(enumerators_of<Signed>(), "below=-16 zero=0 above=127");
  EXPECT_EQ(enumerators_of<Owner::Kind>(), "cat=0 dog=1");
  EXPECT_EQ(enumerators_of<Negative>(), "minus=-1 plus=1");
  EXPECT_EQ(enumerators_of<Flag>(), "off=0 on=1");
}

TEST(ReflectEnums, KeywordsLoseTheirUnderscore) {
  EXPECT_EQ(enumerators_of<Keyword>(), "delete=0 default=1");
}

TEST(ReflectEnums, OutOfReach) {
  EXPECT_EQ(enumerators_of<Id>(), "");
  EXPECT_EQ(enumerators_of<Far>(), "near=3");
}

TEST(ReflectEnums, Find) {
  const reflect::Enumerators& colors = reflect::enumerators<Color>();
  ASSERT_NE(colors.find("green"), nullptr);
  EXPECT_EQ(colors.find("green")->value, 1);
  EXPECT_EQ(colors.find("gree"), nullptr);
  ASSERT_NE(colors.find(2), nullptr);
  EXPECT_EQ(colors.find(2)->name, "blue");
  EXPECT_EQ(colors.find(3), nullptr);
}

}  // namespace
