#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace folio::base {
namespace {

using namespace std::string_view_literals;

// A second reading of RFC 3629, by value rather than by table: decode, then judge the number.
// Gives the length of the longest prefix of `text` that some valid text begins with.
std::size_t reference_viable_prefix(std::string_view text, bool& complete) {
  std::size_t at = 0;
  complete = true;
  while (at < text.size()) {
    const auto first = static_cast<unsigned char>(text[at]);
    int length = 0;
    std::uint32_t value = 0;
    if (first < 0x80) {
      length = 1;
      value = first;
    } else if (first >= 0xC0 && first < 0xE0) {
      length = 2;
      value = first & 0x1F;
    } else if (first >= 0xE0 && first < 0xF0) {
      length = 3;
      value = first & 0x0F;
    } else if (first >= 0xF0 && first < 0xF8) {
      length = 4;
      value = first & 0x07;
    } else {
      complete = false;
      return at;
    }
    // Whether code points exist that begin with the bytes seen so far: a range of values, against what is allowed.
    const auto viable = [&](std::uint32_t prefix, int missing) {
      const std::uint32_t low = prefix << (6 * missing);
      const std::uint32_t high = low | ((std::uint32_t{1} << (6 * missing)) - 1);
      const std::uint32_t minimum = length == 1 ? 0 : length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
      const auto meets = [&](std::uint32_t from, std::uint32_t to) {
        return std::max(low, std::max(from, minimum)) <= std::min(high, to);
      };
      return meets(0, 0xD7FF) || meets(0xE000, 0x10FFFF);
    };
    if (!viable(value, length - 1)) {
      complete = false;
      return at;
    }
    int taken = 1;
    for (; taken < length; ++taken) {
      if (at + taken == text.size()) {
        complete = false;
        return text.size();
      }
      const auto next = static_cast<unsigned char>(text[at + taken]);
      if ((next & 0xC0) != 0x80 || !viable(value << 6 | (next & 0x3F), length - 1 - taken)) {
        complete = false;
        return at + taken;
      }
      value = value << 6 | (next & 0x3F);
    }
    at += static_cast<std::size_t>(length);
  }
  return at;
}

// Judges `text` whole, byte by byte, and over every split in two; all must agree with the reference, and byte by byte
// the refusal must come with the very byte that deserves it.
void check(std::string_view text) {
  bool complete = false;
  const std::size_t viable = reference_viable_prefix(text, complete);
  const bool valid = viable == text.size() && complete;
  SCOPED_TRACE(::testing::PrintToString(std::string(text)));

  EXPECT_EQ(is_valid_utf8(text), valid);

  Utf8Validator bytewise;
  std::size_t accepted = 0;
  while (accepted < text.size() && bytewise.feed(text.substr(accepted, 1))) ++accepted;
  EXPECT_EQ(accepted, viable);
  if (viable == text.size()) {
    EXPECT_EQ(bytewise.complete(), complete);
  } else {
    EXPECT_FALSE(bytewise.feed("a"));
    EXPECT_FALSE(bytewise.feed(""));
    EXPECT_FALSE(bytewise.complete());
  }

  for (std::size_t split = 0; split <= text.size(); ++split) {
    Utf8Validator halves;
    EXPECT_EQ(halves.feed(text.substr(0, split)), viable >= split);
    EXPECT_EQ(halves.feed(text.substr(split)), viable == text.size());
    EXPECT_EQ(halves.complete(), valid);
  }
}

std::string encode(std::uint32_t value, int length) {
  std::string bytes;
  if (length == 1) return {static_cast<char>(value)};
  static constexpr unsigned marks[] = {0, 0, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC};
  bytes.push_back(static_cast<char>(marks[length] | value >> (6 * (length - 1))));
  for (int i = length - 2; i >= 0; --i) bytes.push_back(static_cast<char>(0x80 | (value >> (6 * i) & 0x3F)));
  return bytes;
}

TEST(Utf8, AcceptsWholeTexts) {
  for (const std::string_view text :
       {""sv, "a"sv, "\0"sv, "Hello, world"sv, "κόσμε"sv, "日本語テキスト"sv, "👋🏽 grüß dich"sv,
        "\xEF\xBB\xBF with a byte order mark"sv, "\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD"sv, "\xF4\x8F\xBF\xBF"sv,
        "a\u0300\u0301"sv, "Ã©"sv}) {
    EXPECT_TRUE(is_valid_utf8(text));
    check(text);
  }
}

// The cases that Markus Kuhn's stress test made classic.
TEST(Utf8, BoundaryCodePoints) {
  struct Case {
    std::uint32_t value;
    int length;
    bool valid;
  };
  for (const Case& each : {Case{0x00, 1, true},
                           {0x7F, 1, true},
                           {0x80, 2, true},
                           {0x7FF, 2, true},
                           {0x800, 3, true},
                           {0xD7FF, 3, true},
                           {0xD800, 3, false},
                           {0xDB7F, 3, false},
                           {0xDB80, 3, false},
                           {0xDBFF, 3, false},
                           {0xDC00, 3, false},
                           {0xDF80, 3, false},
                           {0xDFFF, 3, false},
                           {0xE000, 3, true},
                           {0xFFFD, 3, true},
                           {0xFFFE, 3, true},
                           {0xFFFF, 3, true},
                           {0x10000, 4, true},
                           {0x10FFFF, 4, true},
                           {0x110000, 4, false},
                           {0x1FFFFF, 4, false},
                           {0x200000, 5, false},
                           {0x3FFFFFF, 5, false},
                           {0x4000000, 6, false},
                           {0x7FFFFFFF, 6, false},
                           // Overlong forms.
                           {0x2F, 2, false},
                           {0x2F, 3, false},
                           {0x2F, 4, false},
                           {0x2F, 5, false},
                           {0x2F, 6, false},
                           {0x7F, 2, false},
                           {0x7FF, 3, false},
                           {0xFFFF, 4, false},
                           {0x1FFFFF, 5, false},
                           {0x3FFFFFF, 6, false},
                           {0x00, 2, false},
                           {0x00, 3, false},
                           {0x00, 4, false},
                           {0x00, 5, false},
                           {0x00, 6, false}}) {
    const std::string bytes = encode(each.value, each.length);
    SCOPED_TRACE(each.value);
    EXPECT_EQ(is_valid_utf8(bytes), each.valid);
    check(bytes);
    check("before " + bytes + " after it, more than a word of text");
  }
}

TEST(Utf8, SurrogatePairsAreNoCodePoints) {
  for (const std::uint32_t high : {0xD800U, 0xDB7FU, 0xDB80U, 0xDBFFU}) {
    for (const std::uint32_t low : {0xDC00U, 0xDFFFU}) {
      const std::string pair = encode(high, 3) + encode(low, 3);
      EXPECT_FALSE(is_valid_utf8(pair));
      check(pair);
    }
  }
}

TEST(Utf8, LoneContinuations) {
  std::string all;
  for (int byte = 0x80; byte <= 0xBF; ++byte) {
    const std::string lone(1, static_cast<char>(byte));
    EXPECT_FALSE(is_valid_utf8(lone));
    check(lone);
    check("text" + lone);
    all += lone;
  }
  check(all);
}

TEST(Utf8, LonelyFirstBytes) {
  for (int byte = 0xC0; byte <= 0xFF; ++byte) {
    const std::string first(1, static_cast<char>(byte));
    EXPECT_FALSE(is_valid_utf8(first));
    check(first);
    EXPECT_FALSE(is_valid_utf8(first + " "));
    check(first + " ");
    check("0123456789abcdef" + first);
  }
}

TEST(Utf8, SequencesWithTheLastByteMissing) {
  std::string together;
  for (const std::string& whole : {encode(0x80, 2), encode(0x7FF, 2), encode(0x800, 3), encode(0xFFFF, 3),
                                   encode(0x10000, 4), encode(0x10FFFF, 4)}) {
    const std::string cut = whole.substr(0, whole.size() - 1);
    EXPECT_FALSE(is_valid_utf8(cut));
    check(cut);
    check(cut + "x");
    together += cut;
  }
  check(together);
}

TEST(Utf8, ImpossibleBytes) {
  for (const std::string_view bytes : {"\xFE"sv, "\xFF"sv, "\xFE\xFE\xFF\xFF"sv, "\xF5\x80\x80\x80"sv}) {
    EXPECT_FALSE(is_valid_utf8(bytes));
    check(bytes);
  }
}

TEST(Utf8, FailsInsideACodePoint) {
  // F4 90 can be followed by nothing that makes it a code point; the refusal comes before the two bytes that are
  // missing.
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed("\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xF4"));
  EXPECT_FALSE(validator.feed("\x90"));
}

TEST(Utf8, EveryPairOfBytes) {
  std::string pair(2, '\0');
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      pair[0] = static_cast<char>(first);
      pair[1] = static_cast<char>(second);
      bool complete = false;
      const bool valid = reference_viable_prefix(pair, complete) == 2 && complete;
      ASSERT_EQ(is_valid_utf8(pair), valid) << first << ' ' << second;
    }
  }
}

TEST(Utf8, EveryCodePoint) {
  for (std::uint32_t value = 0; value <= 0x10FFFF; ++value) {
    const int length = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    ASSERT_EQ(is_valid_utf8(encode(value, length)), value < 0xD800 || value > 0xDFFF) << value;
  }
}

// One wrong byte at every place of ASCII texts of every length up to some vectors: no word-wise path skips it.
TEST(Utf8, OneBadByteAnywhere) {
  for (std::size_t size = 1; size <= 140; ++size) {
    std::string text(size, 'x');
    ASSERT_TRUE(is_valid_utf8(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      ASSERT_FALSE(is_valid_utf8(text)) << size << ' ' << at;
      text[at] = '\xC3';
      ASSERT_FALSE(is_valid_utf8(text)) << size << ' ' << at;
      if (at + 1 < size) {
        text[at + 1] = '\xA9';
        ASSERT_TRUE(is_valid_utf8(text)) << size << ' ' << at;
        text[at + 1] = 'x';
      }
      text[at] = 'x';
    }
  }
}

TEST(Utf8, RandomTextsAgreeWithTheReference) {
  std::mt19937 random(20111211);
  const std::vector<std::string> pieces = {"a",
                                           "plain ASCII, some",
                                           "é",
                                           "\xC3",
                                           "\xE2\x82",
                                           "€",
                                           "\xF0\x9F\x98",
                                           "😀",
                                           "\xED\xA0\x80",
                                           "\xBF",
                                           "\xF4\x90",
                                           "\xE0\x9F",
                                           "0123456789abcdef",
                                           "\xED\x9F\xBF",
                                           "\xC0\x80",
                                           "\xF0\x8F"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t count = random() % 6;
    // Faults are rare enough that long texts are valid about as often as not.
    for (std::size_t i = 0; i < count; ++i) {
      text += random() % 4 == 0 ? pieces[random() % pieces.size()] : pieces[std::vector{0, 1, 2, 5, 7}[random() % 5]];
    }
    check(text);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Utf8, ResetBeginsAnew) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed("\xFF"));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.complete());
  EXPECT_TRUE(validator.feed("fine"));
  EXPECT_TRUE(validator.feed("\xE2\x82"));
  EXPECT_FALSE(validator.complete());
  validator.reset();
  EXPECT_TRUE(validator.feed("fine"));
  EXPECT_TRUE(validator.complete());
}

TEST(Utf8, TruncateCutsBetweenCodePoints) {
  EXPECT_EQ(truncate_utf8("abc", 5), "abc");
  EXPECT_EQ(truncate_utf8("abc", 3), "abc");
  EXPECT_EQ(truncate_utf8("abc", 2), "ab");
  EXPECT_EQ(truncate_utf8("", 0), "");
  EXPECT_EQ(truncate_utf8("a€", 4), "a€");
  EXPECT_EQ(truncate_utf8("a€", 3), "a");
  EXPECT_EQ(truncate_utf8("a€", 2), "a");
  EXPECT_EQ(truncate_utf8("a€", 1), "a");
  EXPECT_EQ(truncate_utf8("€", 2), "");
  EXPECT_EQ(truncate_utf8("😀😀", 7), "😀");
}

TEST(Utf8, Replace_EachBrokenPieceByOneCharacter) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("plain \xC3\xA4"), "plain \xC3\xA4");
  EXPECT_EQ(replace_invalid_utf8("\xFF"), mark);
  EXPECT_EQ(replace_invalid_utf8("a\xC3"), "a" + mark);
  EXPECT_EQ(replace_invalid_utf8("\xE2\x82z"), mark + "z");
  EXPECT_EQ(replace_invalid_utf8("\xC3\xC3\xA4"), mark + "\xC3\xA4");
  EXPECT_EQ(replace_invalid_utf8("\xF0\x9F\x98"), mark);
  EXPECT_EQ(replace_invalid_utf8(""), "");
}

}  // namespace
}  // namespace folio::base
