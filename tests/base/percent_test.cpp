#include "base/percent.hpp"

#include <gtest/gtest.h>

namespace folio::base {
namespace {

// RFC 3986 §2.1
TEST(PercentDecode, ReadsTripletsInEitherCase) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("plain"), "plain");
  EXPECT_EQ(percent_decode("%41%6a%6A"), "Ajj");
  EXPECT_EQ(percent_decode("%C3%BC"), "ü");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
}

TEST(PercentDecode, DecodesOnce) { EXPECT_EQ(percent_decode("%2541"), "%41"); }

TEST(PercentDecode, RefusesMalformedEscapes) {
  for (const char* text : {"%", "%4", "%zz", "a%", "a%4", "%4g", "%g4", "%%41", "% 41", "%-1"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    EXPECT_EQ(form_decode(text), std::nullopt) << text;
  }
}

TEST(PercentDecode, WorksInPlace) {
  std::string text = "x%41y%42";
  const auto size = percent_decode_to(text, text.data());
  ASSERT_EQ(size, 4U);
  EXPECT_EQ(text.substr(0, 4), "xAyB");
}

TEST(FormDecode, TakesPlusForASpace) {
  EXPECT_EQ(form_decode("a+b%2Bc"), "a b+c");
  EXPECT_EQ(form_decode_lenient("a+b%2Bc%zz%"), "a b+c%zz%");
}

TEST(PercentEncode, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/ü%"), "a%20b%2F%C3%BC%25");
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(percent_decode(percent_encode(text)), text);
  }
}

}  // namespace
}  // namespace folio::base
