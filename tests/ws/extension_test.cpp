#include "ws/extension.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

namespace folio::ws {
namespace {

// In one canonical form, to compare with.
std::string shown(const std::optional<std::vector<Extension>>& extensions) {
  if (!extensions) return "malformed";
  std::string text;
  for (const Extension& extension : *extensions) {
    if (!text.empty()) text += " | ";
    text += extension.name;
    for (const ExtensionParameter& parameter : extension.parameters) {
      text += " ; " + parameter.name;
      if (parameter.value) text += " = " + *parameter.value;
    }
  }
  return text;
}

TEST(Rfc6455Section9_1, TheExamples) {
  EXPECT_EQ(shown(parse_extensions("foo")), "foo");
  EXPECT_EQ(shown(parse_extensions("bar; baz=2")), "bar ; baz = 2");
  EXPECT_EQ(shown(parse_extensions("foo, bar; baz=2")), "foo | bar ; baz = 2");
  EXPECT_EQ(shown(parse_extensions("deflate-stream")), "deflate-stream");
  EXPECT_EQ(shown(parse_extensions("mux; max-channels=4; flow-control, deflate-stream")),
            "mux ; max-channels = 4 ; flow-control | deflate-stream");
  EXPECT_EQ(shown(parse_extensions("private-extension")), "private-extension");
}

TEST(Rfc6455Section9_1, WhatBrowsersOffer) {
  EXPECT_EQ(shown(parse_extensions("permessage-deflate; client_max_window_bits")),
            "permessage-deflate ; client_max_window_bits");
  EXPECT_EQ(shown(parse_extensions(
                "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate")),
            "permessage-deflate ; client_max_window_bits ; server_max_window_bits = 10 | permessage-deflate");
}

TEST(Rfc6455Section9_1, WhiteSpaceAndEmptyElements) {
  EXPECT_EQ(shown(parse_extensions("  foo ;bar\t;  baz =\t2 ,  other  ")), "foo ; bar ; baz = 2 | other");
  EXPECT_EQ(shown(parse_extensions(",foo,,bar,")), "foo | bar");
  EXPECT_EQ(shown(parse_extensions(" , , foo")), "foo");
}

TEST(Rfc6455Section9_1, QuotedValuesAreTokensInside) {
  EXPECT_EQ(shown(parse_extensions("foo; a=\"10\"")), "foo ; a = 10");
  EXPECT_EQ(shown(parse_extensions("foo; a=\"1\\0\" ; b")), "foo ; a = 10 ; b");
  for (const std::string_view bad : {"foo; a=\"\"", "foo; a=\"1 0\"", "foo; a=\"1,0\"", "foo; a=\"10", "foo; a=\"10\\",
                                     "foo; a=\"10\\\"", "foo; a=\"10\"x", "foo; a=\"\\\"\"", "foo; a=10\""}) {
    EXPECT_EQ(shown(parse_extensions(bad)), "malformed") << bad;
  }
}

TEST(Rfc6455Section9_1, Malformed) {
  for (const std::string_view bad :
       {"",        " ",          ",",           ", ,",     ";",       "foo;",     "foo; ",      "foo;;bar",
        "foo; =1", "foo; a=",    "foo; a=,bar", "foo bar", "foo=1",   "foo; a b", "foo; a=1 2", "foo; a==1",
        "(foo)",   "foo; a=(1)", "f\xC3\xB6o",  "foo/bar", "\"foo\"", "foo\n"}) {
    EXPECT_EQ(shown(parse_extensions(bad)), "malformed") << bad;
  }
}

TEST(Rfc6455Section9_1, SeveralLinesAreOneList) {
  const std::array fields = {Field{"Sec-WebSocket-Extensions", "foo"}, Field{"X-Other", "x"},
                             Field{"sec-websocket-extensions", "bar; baz=2, foo; a"}};
  EXPECT_EQ(shown(read_extensions(FieldList(fields))), "foo | bar ; baz = 2 | foo ; a");
  EXPECT_EQ(shown(read_extensions(FieldList({}))), "");
  const std::array broken = {Field{"Sec-WebSocket-Extensions", "foo"}, Field{"Sec-WebSocket-Extensions", ""}};
  EXPECT_EQ(shown(read_extensions(FieldList(broken))), "malformed");
}

}  // namespace
}  // namespace folio::ws
