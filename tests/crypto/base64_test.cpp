#include "crypto/base64.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace folio::crypto {
namespace {

using namespace std::string_view_literals;

TEST(Rfc4648Section10, TestVectors) {
  for (const auto& [bytes, text] : {std::pair{""sv, ""sv},
                                    {"f"sv, "Zg=="sv},
                                    {"fo"sv, "Zm8="sv},
                                    {"foo"sv, "Zm9v"sv},
                                    {"foob"sv, "Zm9vYg=="sv},
                                    {"fooba"sv, "Zm9vYmE="sv},
                                    {"foobar"sv, "Zm9vYmFy"sv},
                                    {"\0\xFF\x10\xFB\xEF\xBE"sv, "AP8Q++++"sv},
                                    {"\xFF\xFF\xFF"sv, "////"sv}}) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
    EXPECT_EQ(base64_size(bytes.size()), text.size());
  }
}

TEST(Rfc4648Section3, DecodingRefusesWhatIsNotCanonical) {
  for (const std::string_view text :
       {"Z"sv,     "Zg"sv,      "Zg="sv,    "Zg==="sv, "="sv,     "=="sv,       "===="sv, "Zg==Zg=="sv,
        "Zg=a"sv,  "Z==="sv,    "Zm8=\n"sv, " Zm9v"sv, "Zm 9v"sv, "Zm\r\n9v"sv, "Zm9_"sv, "Zm9-"sv,
        "Zm9\0"sv, "Zm9\xC3"sv, "Zh=="sv,   "Zm9="sv,  "A=AA"sv,  "=AAA"sv}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(Rfc4648Section4, RoundTripsOfEveryLength) {
  std::mt19937 random(4648);
  for (std::size_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const std::string text = base64_encode(bytes);
    EXPECT_EQ(text.size(), base64_size(size));
    EXPECT_EQ(base64_decode(text), bytes);
  }
}

TEST(Rfc4648Section4, AlphabetIsTheStandardOne) {
  int members = 0;
  for (int byte = 0; byte < 256; ++byte) members += is_base64_character(static_cast<char>(byte)) ? 1 : 0;
  EXPECT_EQ(members, 64);
  for (const char each : "AZaz09+/"sv) EXPECT_TRUE(is_base64_character(each));
  for (const char each : "=-_ \n"sv) EXPECT_FALSE(is_base64_character(each));
}

}  // namespace
}  // namespace folio::crypto
