// Pins that llhttp itself is the strict one: the 8.x sources hold two parsers, and the loose one is the default.
#include <gtest/gtest.h>
#include <llhttp.h>

#include <string_view>

namespace {

int errno_of(std::string_view bytes) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  return llhttp_execute(&parser, bytes.data(), bytes.size());
}

// CVE-2023-30589: in the loose build the CR ends the line, and what follows it is a header of its own.
TEST(LlhttpStrict, RefusesCrAfterColon) {
  EXPECT_NE(errno_of("GET / HTTP/1.1\r\nHost: a\r\nX:\rY: b\r\n\r\n"), HPE_OK);
}

// CVE-2025-23167: in the loose build any byte after `CR LF CR` ends the head.
TEST(LlhttpStrict, RefusesCrWithoutLfAtTheEndOfTheHead) {
  EXPECT_NE(errno_of("GET / HTTP/1.1\r\nHost: a\r\n\rX"), HPE_OK);
}

TEST(LlhttpStrict, RefusesSpaceBeforeColon) {
  EXPECT_NE(errno_of("GET / HTTP/1.1\r\nHost: a\r\nName : v\r\n\r\n"), HPE_OK);
}

TEST(LlhttpStrict, TakesAnOrdinaryRequest) {
  EXPECT_EQ(errno_of("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\r\n"), HPE_OK);
}

}  // namespace
