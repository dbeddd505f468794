// Whatever is written reads back the same: random values, with seeds that do not change.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "support.hpp"

using folio::JsonError;
using folio::JsonValue;
using folio::to_json;
using folio::test::read;

namespace {

class Random {
 public:
  std::uint64_t bits() { return engine_(); }
  std::size_t below(std::size_t end) { return engine_() % end; }
  bool coin() { return below(2) == 0; }

  double number() {
    double value = std::bit_cast<double>(bits());
    if (!std::isfinite(value)) value = 0;
    return below(4) == 0 ? static_cast<double>(static_cast<std::int64_t>(bits()) >> below(64)) : value;
  }

  // Text of all that needs care: quotes, controls, every length of UTF-8.
  std::string text() {
    static const std::vector<std::string> pieces = {"a",
                                                    "\"",
                                                    "\\",
                                                    "\n",
                                                    std::string(1, '\0'),
                                                    "\x1F",
                                                    "\x7F",
                                                    "é",
                                                    "€",
                                                    "😀",
                                                    "\u2028",
                                                    "abcdefghijklmnop",
                                                    "\U0010FFFF",
                                                    "/",
                                                    "</script>",
                                                    "{",
                                                    "]",
                                                    ":",
                                                    ",",
                                                    " ",
                                                    "\uFFFD"};
    std::string out;
    for (std::size_t n = below(12); n > 0; --n) out += pieces[below(pieces.size())];
    return out;
  }

  JsonValue value(int depth = 0) {
    switch (below(depth < 5 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return coin();
      case 2:
        return static_cast<std::int64_t>(bits()) >> below(64);
      case 3:
        return bits() >> below(64);
      case 4:
        return number();
      case 5:
        return text();
      case 6: {
        JsonValue array = JsonValue::array();
        for (std::size_t n = below(6); n > 0; --n) array.push_back(value(depth + 1));
        return array;
      }
      default: {
        JsonValue object = JsonValue::object();
        for (std::size_t n = below(6); n > 0; --n) object.set(text(), value(depth + 1));
        return object;
      }
    }
  }

 private:
  std::mt19937_64 engine_{20240607};
};

TEST(JsonProperty, ValuesRoundTrip) {
  Random random;
  for (int i = 0; i < 3000; ++i) {
    const JsonValue value = random.value();
    const std::string text = value.dump(static_cast<int>(random.below(3)));
    ASSERT_EQ(read<JsonValue>(text), value) << text;
    ASSERT_EQ(read<JsonValue>(text).dump(), value.dump());
  }
}

TEST(JsonProperty, DoublesRoundTripBitForBit) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    const double value = random.number();
    ASSERT_EQ(std::bit_cast<std::uint64_t>(read<double>(to_json(value))), std::bit_cast<std::uint64_t>(value))
        << to_json(value);
  }
}

TEST(JsonProperty, FloatsRoundTripBitForBit) {
  Random random;
  for (int i = 0; i < 20000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random.bits()));
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(read<float>(to_json(value))), std::bit_cast<std::uint32_t>(value))
        << to_json(value);
  }
}

template <class I>
void expect_integers_round_trip() {
  Random random;
  for (int i = 0; i < 3000; ++i) {
    const I value = static_cast<I>(random.bits() >> random.below(64));
    ASSERT_EQ(read<I>(to_json(value)), value);
  }
}

TEST(JsonProperty, IntegersRoundTrip) {
  expect_integers_round_trip<std::int8_t>();
  expect_integers_round_trip<std::uint16_t>();
  expect_integers_round_trip<std::int32_t>();
  expect_integers_round_trip<std::int64_t>();
  expect_integers_round_trip<std::uint64_t>();
}

enum class Suit { clubs, diamonds, hearts, spades };

struct Leaf {
  double weight;
  std::string label;
  bool operator==(const Leaf&) const = default;
};
struct Branch {
  std::int64_t id;
  std::optional<std::uint64_t> parent;
  std::vector<Leaf> leaves;
  std::map<std::string, Suit> suits;
  std::variant<bool, double, std::string> either;
  std::vector<Branch> children;
  bool operator==(const Branch&) const = default;
};

Branch random_branch(Random& random, int depth) {
  Branch branch{};
  branch.id = static_cast<std::int64_t>(random.bits());
  if (random.coin()) branch.parent = random.bits();
  for (std::size_t n = random.below(3); n > 0; --n) branch.leaves.push_back({random.number(), random.text()});
  for (std::size_t n = random.below(3); n > 0; --n) branch.suits[random.text()] = static_cast<Suit>(random.below(4));
  if (random.coin()) branch.either = random.text();
  for (std::size_t n = depth < 4 ? random.below(4) : 0; n > 0; --n) {
    branch.children.push_back(random_branch(random, depth + 1));
  }
  return branch;
}

TEST(JsonProperty, StructsRoundTrip) {
  Random random;
  for (int i = 0; i < 300; ++i) {
    const Branch branch = random_branch(random, 0);
    ASSERT_EQ(read<Branch>(to_json(branch)), branch) << to_json(branch);
  }
}

// Bytes of any kind, in a string: what is written is JSON, and writing it again changes nothing.
TEST(JsonProperty, AnyBytesAreWrittenAsValidJson) {
  Random random;
  for (int i = 0; i < 5000; ++i) {
    std::string bytes;
    for (std::size_t n = random.below(40); n > 0; --n) bytes.push_back(static_cast<char>(random.bits()));
    const std::string once = to_json(bytes);
    ASSERT_EQ(to_json(read<std::string>(once)), once);
  }
}

// Valid text with bytes changed, dropped and doubled: never a crash, always a place when it is refused, and what is
// taken reads the same when written.
TEST(JsonProperty, DamagedTextIsRefusedAtAPlaceOrReadsAsItIsWritten) {
  Random random;
  constexpr std::string_view interesting = "{}[]\",:\\u0d8e-+.tfn \n\x80\xED\xFF";
  for (int i = 0; i < 20000; ++i) {
    std::string text = random.value().dump();
    for (std::size_t n = 1 + random.below(3); n > 0 && !text.empty(); --n) {
      const std::size_t at = random.below(text.size());
      switch (random.below(3)) {
        case 0:
          text[at] = interesting[random.below(interesting.size())];
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, interesting[random.below(interesting.size())]);
      }
    }
    JsonValue value;
    JsonError error;
    if (folio::read_json(text, value, error)) {
      ASSERT_EQ(read<JsonValue>(value.dump()), value) << text;
      continue;
    }
    ASSERT_EQ(error.message.find("cannot be read"), std::string::npos) << text;
    ASSERT_GE(error.line, 1u);
    ASSERT_GE(error.column, 1u);
    ASSERT_LE(error.offset, text.size());
  }
}

}  // namespace
