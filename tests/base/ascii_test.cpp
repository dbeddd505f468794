#include "base/ascii.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace folio::base {
namespace {

// The C library in its "C" locale knows the same classes.
TEST(AsciiClasses, AgreeWithTheCLocale) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool ascii = byte < 128;
    EXPECT_EQ(is_digit(c), ascii && std::isdigit(byte) != 0) << byte;
    EXPECT_EQ(is_upper(c), ascii && std::isupper(byte) != 0) << byte;
    EXPECT_EQ(is_lower(c), ascii && std::islower(byte) != 0) << byte;
    EXPECT_EQ(is_alpha(c), ascii && std::isalpha(byte) != 0) << byte;
    EXPECT_EQ(is_alnum(c), ascii && std::isalnum(byte) != 0) << byte;
    EXPECT_EQ(is_hex(c), ascii && std::isxdigit(byte) != 0) << byte;
    EXPECT_EQ(to_lower(c), ascii ? static_cast<char>(std::tolower(byte)) : c) << byte;
    EXPECT_EQ(to_upper(c), ascii ? static_cast<char>(std::toupper(byte)) : c) << byte;
  }
}

TEST(AsciiClasses, HexDigit) {
  EXPECT_EQ(hex_digit('0'), 0);
  EXPECT_EQ(hex_digit('9'), 9);
  EXPECT_EQ(hex_digit('a'), 10);
  EXPECT_EQ(hex_digit('F'), 15);
  EXPECT_EQ(hex_digit('g'), -1);
  EXPECT_EQ(hex_digit('/'), -1);
}

// RFC 9110 §5.6.2
TEST(AsciiToken, HasTheBytesOfTheGrammar) {
  const std::string_view separators = "\"(),/:;<=>?@[\\]{} \t";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool visible = byte > 0x20 && byte < 0x7f;
    EXPECT_EQ(is_token_char(c), visible && separators.find(c) == std::string_view::npos) << byte;
  }
  EXPECT_TRUE(is_token("x-Y_1"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
}

// RFC 9110 §5.5
TEST(AsciiFieldValue, HasNoControls) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(is_field_value({&c, 1}), byte == '\t' || (byte >= 0x20 && byte != 0x7f)) << byte;
  }
  EXPECT_TRUE(is_field_value(""));
}

TEST(AsciiCompare, IgnoresCaseOfLettersOnly) {
  EXPECT_TRUE(iequals("", ""));
  EXPECT_TRUE(iequals("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(iequals("a", "ab"));
  EXPECT_FALSE(iequals("[", "{"));
  EXPECT_FALSE(iequals("@", "`"));
  EXPECT_FALSE(iequals("\xc4", "\xe4"));
  EXPECT_TRUE(istarts_with("HTTP://x", "http://"));
  EXPECT_FALSE(istarts_with("htt", "http"));
}

TEST(AsciiTrim, TakesSpaceAndTabOnly) {
  EXPECT_EQ(trim_ows(" \t a b\t "), "a b");
  EXPECT_EQ(trim_ows(" \t "), "");
  EXPECT_EQ(trim_ows(""), "");
  EXPECT_EQ(trim_ows("\ra\n"), "\ra\n");
}

// RFC 9110 §5.6.1
TEST(AsciiList, LeavesOutEmptyMembers) {
  std::vector<std::string> members;
  for_each_list_member(",a , b,, \t,c ", [&](std::string_view member) { members.emplace_back(member); });
  EXPECT_EQ(members, (std::vector<std::string>{"a", "b", "c"}));
  for_each_list_member("", [](std::string_view) { FAIL(); });
  for_each_list_member(" , ", [](std::string_view) { FAIL(); });
}

TEST(AsciiList, FindsATokenInAnyCase) {
  EXPECT_TRUE(list_has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(list_has_token("close\t", "close"));
  EXPECT_FALSE(list_has_token("closed", "close"));
  EXPECT_FALSE(list_has_token("close;", "close"));
  EXPECT_FALSE(list_has_token("", "close"));
}

TEST(AsciiByteSet, IsUsableAtCompileTime) {
  constexpr ByteSet set = ByteSet("x").add_range('0', '3');
  static_assert(set.contains('x') && set.contains('3') && !set.contains('4') && !set.contains('\xff'));
  static_assert(set.contains_all("x012") && set.contains_all("") && !set.contains_all("x4"));
  EXPECT_TRUE(set.contains('0'));
}

// Values of all lengths up to three words, with every byte at every place: words must tell what the table tells.
TEST(Ascii, FieldValuesAreJudgedByWordsAsByBytes) {
  for (std::size_t size = 1; size <= 24; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        for (const char filling : {'a', '\xff', ' '}) {
          std::string text(size, filling);
          text[at] = static_cast<char>(byte);
          ASSERT_EQ(is_field_value(text), field_value_bytes.contains_all(text)) << size << ' ' << at << ' ' << byte;
        }
      }
    }
  }
}

TEST(Ascii, TheLowestMarkedByteIsAControl) {
  for (int low = 0; low < 256; ++low) {
    for (int next = 0; next < 256; ++next) {
      const std::uint64_t word = 0x6161616161610000u | static_cast<std::uint64_t>(next) << 8 | static_cast<std::uint64_t>(low);
      const auto control = [](int byte) { return byte < 0x20 || byte == 0x7f; };
      const std::uint64_t marks = mark_controls(word);
      ASSERT_EQ(marks != 0, control(low) || control(next)) << low << ' ' << next;
      if (marks != 0) ASSERT_EQ(std::countr_zero(marks) >> 3, control(low) ? 0 : 1) << low << ' ' << next;
    }
  }
}

TEST(Ascii, TokensAreComparedWithNamesInAnyCase) {
  EXPECT_TRUE(token_is("host", "host"));
  EXPECT_TRUE(token_is("HoSt", "host"));
  EXPECT_TRUE(token_is("Content-LENGTH", "content-length"));
  EXPECT_TRUE(token_is("TRANSFER-encoding", "transfer-encoding"));
  EXPECT_FALSE(token_is("hosts", "host"));
  EXPECT_FALSE(token_is("hos", "host"));
  // Every token byte at every place is the name's only when it is its letter.
  const std::string_view name = "content-length";
  for (std::size_t at = 0; at < name.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      if (!is_token_char(static_cast<char>(byte))) continue;
      std::string text(name);
      text[at] = static_cast<char>(byte);
      ASSERT_EQ(token_is(text, "content-length"), iequals(text, name)) << at << ' ' << byte;
    }
  }
}

}  // namespace
}  // namespace folio::base
