// W3C Trace Context, by the sections of its recommendation.
#include "http/trace_context.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace folio::http {
namespace {

constexpr std::string_view example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string combine(const std::vector<std::string_view>& fields) {
  return combine_tracestate(fields);
}

// §3.2.4, the examples.
TEST(TraceParent, IsTakenApart) {
  const auto parsed = parse_traceparent(example);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->trace(), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parsed->parent(), "00f067aa0ba902b7");
  EXPECT_EQ(parsed->flags, trace_flags::sampled);
  const auto unsampled = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  ASSERT_TRUE(unsampled);
  EXPECT_EQ(unsampled->flags, 0);
}

TEST(TraceParent, IsWrittenAsItWasRead) {
  const auto parsed = parse_traceparent(example);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(write_traceparent(parsed->trace(), parsed->parent(), parsed->flags), example);
}

// §3.2.2: every byte has its place: what is cut short, or has another byte anywhere, is refused or reads otherwise.
TEST(TraceParent, IsRefusedWhenItIsCutShort) {
  for (std::size_t size = 0; size < example.size(); ++size) {
    EXPECT_FALSE(parse_traceparent(example.substr(0, size))) << size;
  }
}

TEST(TraceParent, TakesLowerCaseHexadecimalOnly) {
  for (std::size_t at = 0; at < example.size(); ++at) {
    for (const char wrong : {'g', 'A', 'F', ' ', '\0', '+', '/', ':', '`', '\x80', '\xff'}) {
      std::string value(example);
      value[at] = wrong;
      EXPECT_FALSE(parse_traceparent(value)) << at << " " << wrong;
    }
    if (example[at] == '-') {
      std::string value(example);
      value[at] = '0';
      EXPECT_FALSE(parse_traceparent(value)) << at;
    }
  }
}

// §3.2.2.3, §3.2.2.4
TEST(TraceParent, RefusesIdsOfZeros) {
  EXPECT_FALSE(parse_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
}

// §3.2.2.5
TEST(TraceParent, KeepsTheFlagsThatAreDefined) {
  const auto parsed = parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->flags, trace_flags::sampled | trace_flags::random);
}

// §4.3
TEST(TraceParent, OfAHigherVersionIsReadAsFarAsItIsKnown) {
  const std::string rest(example.substr(2));
  EXPECT_TRUE(parse_traceparent("cc" + rest));
  EXPECT_TRUE(parse_traceparent("cc" + rest + "-what-the-future-holds"));
  EXPECT_FALSE(parse_traceparent("cc" + rest + "."));
  EXPECT_FALSE(parse_traceparent("cc" + rest + "0"));
  EXPECT_FALSE(parse_traceparent("00" + rest + "-more"));
  EXPECT_FALSE(parse_traceparent("00" + rest + " "));
  EXPECT_FALSE(parse_traceparent("ff" + rest));
}

// §3.3.1
TEST(TraceState, IsPassedOnInItsOrder) {
  EXPECT_EQ(combine({"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"}), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  EXPECT_EQ(combine({"rojo=1", "congo=2"}), "rojo=1,congo=2");
  EXPECT_EQ(combine({" rojo=1 ,\tcongo=2\t"}), "rojo=1,congo=2");
  EXPECT_EQ(combine({}), "");
  EXPECT_EQ(combine({""}), "");
  EXPECT_EQ(combine({",, ,a=1,,", ","}), "a=1");
}

// §3.3.1.3
TEST(TraceState, WithAMalformedMemberIsDropped) {
  for (const std::string_view wrong : {"a", "=1", "a=", "A=1", "a b=1", "a=1=2", "a=\xc3\xa9", "_a=1", "a=1;b=2,B=1",
                                       "a=\x01", "\xff=1", "a.b=1", "a =1"}) {
    EXPECT_EQ(combine({"ok=1", wrong}), "") << wrong;
  }
  EXPECT_EQ(combine({"a=1,b=2,a=3"}), "");
  EXPECT_EQ(combine({"fw529a3039@dt=FfAAAgA;x"}), "fw529a3039@dt=FfAAAgA;x");
  EXPECT_EQ(combine({"0a-_*/@z=a b"}), "0a-_*/@z=a b");
}

TEST(TraceState, BoundsKeysAndValues) {
  EXPECT_NE(combine({std::string(256, 'k') + "=v"}), "");
  EXPECT_EQ(combine({std::string(257, 'k') + "=v"}), "");
  EXPECT_NE(combine({"k=" + std::string(256, 'v')}), "");
  EXPECT_EQ(combine({"k=" + std::string(257, 'v')}), "");
}

// §3.3.1.1
TEST(TraceState, HasThirtyTwoMembersAtMost) {
  std::string list;
  for (int i = 0; i < 32; ++i) list += "k" + std::to_string(i) + "=1,";
  EXPECT_NE(combine({list}), "");
  EXPECT_EQ(combine({list + "one_more=1"}), "");
}

// §3.3.1.5
TEST(TraceState, LosesLargeMembersFirstAndThenTheLast) {
  const std::string large = "large=" + std::string(200, 'x');
  std::string small;
  for (int i = 0; i < 10; ++i) small += ",k" + std::to_string(i) + "=" + std::string(36, 'y');
  const std::string combined = combine({"a=1," + large + small});
  EXPECT_EQ(combined, "a=1" + small);
  std::string many = "first=1";
  for (int i = 10; i < 32; ++i) many += ",k" + std::to_string(i) + "=" + std::string(36, 'y');
  const std::string cut = combine({many});
  EXPECT_LE(cut.size(), max_trace_state);
  EXPECT_GT(cut.size(), max_trace_state - 41);
  EXPECT_TRUE(many.starts_with(cut + ","));
}

}  // namespace
}  // namespace folio::http
