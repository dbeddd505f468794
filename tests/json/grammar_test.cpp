// What is JSON and what is not, by the sections of RFC 8259; and what is said about what is not.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"

using folio::JsonError;
using folio::JsonValue;
using folio::test::message;
using folio::test::refuse;

namespace {

// Accepted as a value of any kind, alone and as the item of an array.
void accept(std::string_view text) {
  JsonValue value;
  JsonError error;
  EXPECT_TRUE(folio::read_json(text, value, error)) << text << "\n" << error.message;
  EXPECT_TRUE(folio::read_json("[" + std::string(text) + "]", value, error)) << text << "\n" << error.message;
}

// Refused, alone and as a field that nobody reads; at the same byte both times when the text is no mere fragment.
void reject(std::string_view text) {
  JsonValue value;
  JsonError error;
  EXPECT_FALSE(folio::read_json(text, value, error)) << text;
  EXPECT_GE(error.line, 1u);
  EXPECT_GE(error.column, 1u);
  EXPECT_LE(error.offset, text.size());
  EXPECT_EQ(error.message.find("cannot be read"), std::string::npos) << text << ": " << error.message;
  struct {
    int read = 0;
  } object;
  EXPECT_FALSE(folio::read_json("{\"unread\":" + std::string(text) + "}", object, error)) << text;
}

// RFC 8259 §2: "A JSON text is a serialized value."
TEST(Rfc8259Section2, AnyValueMayStandAlone) {
  for (const char* text : {"null", "true", "false", "0", "\"\"", "[]", "{}", " [ ] ", "\t\n\r {}\r\n"}) accept(text);
}

TEST(Rfc8259Section2, OnlyFourCharactersAreWhitespace) {
  for (const char* text : {"\f1", "\v1", "1\f", "\u00A01", "\u20601", "[\f1]", "\x01", "1 \x7F"}) reject(text);
}

TEST(Rfc8259Section2, NothingFollowsTheValue) {
  for (const char* text : {"1 2", "[] []", "{}{}", "[]]", "{}}", "[],", "\"a\"b", "nullnull", "true false", "1,", "[]#",
                           "{}/**/", "[1]x", "\"\"\"\""}) {
    reject(text);
  }
  reject(std::string_view("1\0", 2));
  reject(std::string_view("[]\0", 3));
  reject(std::string_view("\0[]", 3));
  reject(std::string_view("[\0]", 3));
}

// RFC 8259 §3: "The literal names MUST be lowercase.  No other literal names are allowed."
TEST(Rfc8259Section3, Literals) {
  for (const char* text :
       {"True", "TRUE", "nul", "nulll", "truee",       "fals",   "NaN",   "nan", "Infinity", "-Infinity", "undefined",
        "t",    "n",    "f",   "nu ll", "tru\xC3\xA9", "null\"", "true1", "yes", "None",     "_"}) {
    reject(text);
  }
}

// RFC 8259 §4: objects.
TEST(Rfc8259Section4, Objects) {
  for (const char* text : {R"({"a":1})", R"({"a":1,"b":{}})", R"({"":0})", R"({ "a" : 1 , "b" : 2 })",
                           R"({"\u0000":1})", R"({"a":{"a":{"a":[]}}})"}) {
    accept(text);
  }
  for (const char* text : {"{",
                           "}",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{,}",
                           "{\"a\"}",
                           "{\"a\",}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "{null:1}",
                           "{\"a\" 1}",
                           "{\"a\"::1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":1,,\"b\":2}",
                           "{:1}",
                           "{\"a\":1]",
                           "{\"a\":}",
                           "{\"a\":,\"b\":1}",
                           "{[]:1}",
                           "{\"a\"=1}",
                           "{\"a\":1;}",
                           "{\"a\":1 /* c */}",
                           "{\"a\":1,// c\n}",
                           "{{}}",
                           "{\"a\":1}}",
                           "{\"a\":\"b\":1}",
                           "{\"a\":1,\"b\"}",
                           "{true}",
                           "{\"a\", \"b\"}"}) {
    reject(text);
  }
}

// RFC 8259 §5: arrays.
TEST(Rfc8259Section5, Arrays) {
  for (const char* text : {"[]", "[1]", "[1,2]", "[[],[[]]]", "[ 1 , 2 ]", "[1,\"a\",null,true,{}]"}) accept(text);
  for (const char* text :
       {"[",         "]",   "[1",  "[1,",   "[1,]", "[,1]",  "[,]",  "[1,,2]", "[1 2]",    "[1}",   "[1:2]",
        "[\"a\":1]", "[[]", "[]]", "[1;2]", "[*]",  "[1,\n", "[{]}", "[\"a\"", "[1 true]", "[//\n]"}) {
    reject(text);
  }
}

// RFC 8259 §6: numbers.
TEST(Rfc8259Section6, Numbers) {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "-1",
                           "10",
                           "1.0",
                           "-1.5",
                           "0.0001",
                           "1e1",
                           "1E1",
                           "1e+1",
                           "1e-1",
                           "1.5e10",
                           "0e0",
                           "-0e-0",
                           "0.0e+00",
                           "123456789012345678901234567890",
                           "1e-400",
                           "9223372036854775808",
                           "18446744073709551615",
                           "18446744073709551616",
                           "-9223372036854775809",
                           "1.7976931348623157e308",
                           "1e00000000000000000001",
                           "0.00000000000000000000000000000000000001"}) {
    accept(text);
  }
  for (const char* text : {"-",
                           "+1",
                           "01",
                           "-01",
                           "00",
                           "1.",
                           ".1",
                           "-.1",
                           "1.e1",
                           "1e",
                           "1e+",
                           "1e-",
                           "1e1.5",
                           "1..2",
                           "0x10",
                           "1_000",
                           "1a",
                           "--1",
                           "+-1",
                           "1+1",
                           "1,5",
                           "0b1",
                           "0o7",
                           "1e1e1",
                           "- 1",
                           "1 .5",
                           "\xEF\xBC\x91",
                           "1f",
                           "1L",
                           "0.",
                           "-a",
                           "Inf",
                           "1.0.0",
                           "012",
                           "1e400",
                           "-1e400",
                           "1e99999999999999999999"}) {
    reject(text);
  }
}

// RFC 8259 §7: strings.
TEST(Rfc8259Section7, Strings) {
  for (const char* text :
       {"\"\"", "\"abc\"", R"("\"\\\/\b\f\n\r\t")", R"("\u0000\uFFFF\uabcd")", R"("\uD834\uDD1E")", "\"\x7F\"",
        "\"\u0080\u2028\u2029\uFEFF\"", "\"\U0010FFFF\"", "\"/\"", "\"'\"", R"("\\u0000")", R"("\\\\")"}) {
    accept(text);
  }
  for (const char* text :
       {"\"",         "\"abc",       "abc\"",       "'abc'",       "\"\n\"",      "\"\t\"",     "\"\x01\"",
        "\"\x1F\"",   R"("\x41")",   R"("\a")",     R"("\')",      R"("\u")",     R"("\u1")",   R"("\u12")",
        R"("\u123")", R"("\u123g")", R"("\U0041")", R"("\u 123")", R"("\")",      R"("\0")",    R"("\ ")",
        "\"\\\n\"",   "\"\\",        "\"\\u",       "\"\\u00\"",   R"("\u+123")", R"("\u00é")", "\"\\\xC3\xA9\""}) {
    reject(text);
  }
  reject(std::string_view("\"\0\"", 3));
}

// RFC 8259 §8.2: a lone surrogate names no character.
TEST(Rfc8259Section8, LoneSurrogates) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\udfff")", R"("\uDBFF")", R"("\ud800\ud800")",
                           R"("\ud800x")", R"("\ud800\n")", R"("\ud800\u0041")", R"("\udc00\ud800")", R"("a\ud83d")",
                           R"({"\ud800":1})", R"("\ud83d\ude0")", R"("\uD800\")", R"("\ud834\udd1e\udc00")"}) {
    reject(text);
  }
  EXPECT_EQ(message<JsonValue>(R"(["a\uD83Dx"])"), "line 1 column 4: the surrogate \\uD83D stands alone");
  EXPECT_EQ(message<JsonValue>(R"(["\ude00"])"), "line 1 column 3: the surrogate \\uDE00 stands alone");
}

// RFC 8259 §8.1: "JSON text … MUST be encoded using UTF-8"
TEST(Rfc8259Section8, InvalidUtf8) {
  for (const char* text :
       {"\"\x80\"", "\"\xC0\x80\"", "\"\xC1\xBF\"", "\"\xC3\"", "\"\xE2\x82\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"",
        "\"\xED\xBF\xBF\"", "\"\xF0\x80\x80\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xFF\"",
        "\"\xFE\"", "\"a\xF0\x9F\x98\"", "{\"\xFF\":1}", "\xFF", "[\xC3\xA9]"}) {
    reject(text);
  }
  EXPECT_EQ(message<JsonValue>("[\"ab\xFF\"]"), "line 1 column 5: the byte 0xFF is not valid UTF-8 here");
}

TEST(Rfc8259Section8, ByteOrderMark) {
  EXPECT_EQ(message<JsonValue>("\xEF\xBB\xBF{}"),
            "line 1 column 1: the text begins with a byte order mark; JSON is UTF-8 without one");
  reject("\xEF\xBB\xBF");
  reject("\xFE\xFF");
  reject("[\xEF\xBB\xBF]");
}

TEST(JsonLimits, Depth) {
  const auto nested = [](std::size_t arrays, std::size_t objects) {
    std::string text;
    for (std::size_t i = 0; i < arrays; ++i) text += "[";
    for (std::size_t i = 0; i < objects; ++i) text += "{\"a\":";
    text += "1";
    for (std::size_t i = 0; i < objects; ++i) text += "}";
    for (std::size_t i = 0; i < arrays; ++i) text += "]";
    return text;
  };
  JsonValue value;
  JsonError error;
  EXPECT_TRUE(folio::read_json(nested(64, 0), value, error)) << error.message;
  EXPECT_TRUE(folio::read_json(nested(0, 64), value, error)) << error.message;
  EXPECT_TRUE(folio::read_json(nested(32, 32), value, error)) << error.message;
  EXPECT_TRUE(folio::read_json(std::string(63, '[') + "[]" + std::string(63, ']'), value, error)) << error.message;
  EXPECT_EQ(message<JsonValue>(nested(65, 0)), "line 1 column 65: nested more than 64 levels deep");
  EXPECT_EQ(message<JsonValue>(nested(0, 65)), "line 1 column 321: nested more than 64 levels deep");
  EXPECT_EQ(message<JsonValue>(nested(64, 1)), "line 1 column 65: nested more than 64 levels deep");
  EXPECT_EQ(message<JsonValue>(std::string(1000000, '[')), "line 1 column 65: nested more than 64 levels deep");
  EXPECT_EQ(message<JsonValue>(std::string(64, '[') + "[]" + std::string(64, ']')),
            "line 1 column 65: nested more than 64 levels deep");
  EXPECT_TRUE(folio::read_json("[" + nested(63, 0) + "," + nested(63, 0) + "]", value, error)) << error.message;
}

TEST(JsonErrors, EmptyText) {
  for (const char* text : {"", " ", "\r\n\t "}) {
    const JsonError error = refuse<JsonValue>(text);
    EXPECT_EQ(error.message, "Invalid JSON: the body is empty");
    EXPECT_EQ(error.line, 1u);
    EXPECT_EQ(error.column, 1u);
  }
}

struct Expectation {
  const char* text;
  const char* message;
};

TEST(JsonErrors, SayWhatIsWrongAndWhere) {
  const Expectation expectations[] = {
      {"[1,]", "line 1 column 3: a comma must not stand before ']'"},
      {"{\"a\":1,\n}", "line 1 column 7: a comma must not stand before '}'"},
      {"[1 2]", "line 1 column 4: expected ',' or ']' behind an item, not '2'"},
      {"{\"a\":1 \"b\":2}", "line 1 column 8: expected ',' or '}' behind a field, not '\"'"},
      {"{\"a\" 1}", "line 1 column 6: expected ':' behind the field's name, not '1'"},
      {"{\"a\"", "line 1 column 5: expected ':' behind the field's name, but the text ends"},
      {"{a:1}", "line 1 column 2: a field's name takes double quotes"},
      {"{'a':1}", "line 1 column 2: a field's name takes double quotes"},
      {"{1:1}", "line 1 column 2: expected a field's name in double quotes, not '1'"},
      {"['a']", "line 1 column 2: strings take double quotes"},
      {"[1, // one\n2]", "line 1 column 5: comments are not allowed"},
      {"{/* a */}", "line 1 column 2: comments are not allowed"},
      {"\n\n  {\"a\":[1,2}", "line 3 column 12: expected ',' or ']' behind an item, not '}'"},
      {" {\"a\":1", "line 1 column 2: the object that begins here is not closed"},
      {"[[1]", "line 1 column 1: the array that begins here is not closed"},
      {"[\"abc", "line 1 column 2: the string that begins here is not closed"},
      {"{\"a\":", "line 1 column 6: the text ends where a value is expected"},
      {"[\"a\nb\"]", "line 1 column 4: the control character 0x0A must be escaped in a string"},
      {"[\"\\x\"]", "line 1 column 3: a backslash must not stand before 'x'"},
      {"[\"\\u00g0\"]", "line 1 column 3: \\u takes four hexadecimal digits"},
      {"[01]", "line 1 column 2: a number must not begin with 0"},
      {"[+1]", "line 1 column 2: a number must not begin with '+'"},
      {"[.5]", "line 1 column 2: a digit must stand before the decimal point"},
      {"[1.]", "line 1 column 4: a digit must follow the decimal point"},
      {"[1e]", "line 1 column 4: a digit must follow the exponent's 'e'"},
      {"[-x]", "line 1 column 3: a digit must follow '-'"},
      {"[0x1F]", "line 1 column 3: unexpected 'x' in a number"},
      {"[True]", "line 1 column 2: unknown word 'True'; a string takes double quotes"},
      {"{} x", "line 1 column 4: unexpected 'x' behind the value"},
      {"{}\r\n}", "line 2 column 1: unexpected '}' behind the value"},
      {"[\x01]", "line 1 column 2: expected a value, not the byte 0x01"},
      {"[*]", "line 1 column 2: expected a value, not '*'"},
      {"[\"é\", \"é\" x]", "line 1 column 13: expected ',' or ']' behind an item, not 'x'"},
  };
  for (const Expectation& one : expectations) EXPECT_EQ(message<JsonValue>(one.text), one.message) << one.text;
}

struct Owner {
  std::string name;
  int age;
};
struct Item {
  std::string name;
};
struct Order {
  Owner owner;
  std::vector<Item> items;
  std::map<std::string, std::vector<int>> counts;
};

TEST(JsonErrors, NameTheField) {
  EXPECT_EQ(refuse<Owner>(R"({"age":  "x"})").message,
            "Invalid JSON at line 1 column 10: field 'age': expected a number");
  EXPECT_EQ(refuse<Owner>("{\"a\": 1, \"age\": \"old\"}").message,
            "Invalid JSON at line 1 column 17: field 'age': expected a number");
  const JsonError error = refuse<Order>("{\"items\":[{\"name\":\"a\"},\n{\"x\":[[],{}],\n\t\"name\": 3}]}");
  EXPECT_EQ(error.message, "Invalid JSON at line 3 column 10: field 'items[1].name': expected a string");
  EXPECT_EQ(error.path, "items[1].name");
  EXPECT_EQ(error.line, 3u);
  EXPECT_EQ(error.column, 10u);
  EXPECT_EQ(message<Order>(R"({"owner":{"name":"a","age":1.5}})"),
            "line 1 column 28: field 'owner.age': expected a whole number");
  EXPECT_EQ(message<Order>(R"({"owner":{"name":"a","age":1},"counts":{"x":[],"y z":[1,2,"3"]}})"),
            "line 1 column 59: field 'counts.y z[2]': expected a number");
  EXPECT_EQ(message<std::vector<std::vector<int>>>("[[1],[2,\n3,true]]"),
            "line 2 column 3: field '[1][2]': expected a number");
}

TEST(JsonErrors, KeysInMessagesAreShortAndOfOneLine) {
  using Map = std::map<std::string, int>;
  EXPECT_EQ(refuse<Map>(R"({"a\nb\u007f":"x"})").path, "a?b?");
  const JsonError error = refuse<Map>("{\"" + std::string(100000, 'k') + "\":null}");
  EXPECT_EQ(error.path, std::string(64, 'k') + "…");
  const JsonError accents = refuse<Map>("{\"x" + std::string("é") + std::string(63, 'k') + "\":null}");
  EXPECT_EQ(accents.path, "xé" + std::string(61, 'k') + "…");
}

TEST(JsonErrors, FirstFaultOfTheGrammarComesBeforeAnyMisfit) {
  EXPECT_EQ(message<Owner>(R"({"age":"x", "name":})"), "line 1 column 20: expected a value, not '}'");
}

// Every prefix of a valid text is refused, without reading past its end.
TEST(JsonErrors, EveryPrefixIsRefused) {
  const std::string text = R"({"a":[1,-2.5e3,true,false,null,"x\u00e9\ud83d\ude00é€😀"],"b":{"c":{}}})";
  for (std::size_t size = 0; size < text.size(); ++size) reject(text.substr(0, size));
  accept(text);
}

// One byte changed, wherever and to whatever: what the parser takes, the scanner takes too, and the other way round.
TEST(JsonErrors, ParserAndScannerAgreeOnEveryByte) {
  const std::string text = R"({"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":0}})";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      JsonValue value;
      JsonError error;
      if (folio::read_json(changed, value, error)) continue;
      ASSERT_EQ(error.message.find("cannot be read"), std::string::npos) << changed;
      ASSERT_GE(error.line, 1u);
    }
  }
}

}  // namespace
