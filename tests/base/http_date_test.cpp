#include "base/http_date.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace folio::base {
namespace {

constexpr std::int64_t example = 784111777;  // RFC 9110 §5.6.7
constexpr std::int64_t now = 1700000000;     // 2023

std::optional<std::int64_t> parse(std::string_view text, std::int64_t at = now) {
  return parse_http_date(text, at);
}

TEST(HttpDateWrite, GivesImfFixdate) {
  EXPECT_EQ(http_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(http_date(951868800), "Wed, 01 Mar 2000 00:00:00 GMT");
  EXPECT_EQ(http_date(1735689599), "Tue, 31 Dec 2024 23:59:59 GMT");
  EXPECT_EQ(http_date(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(http_date(4107542400), "Mon, 01 Mar 2100 00:00:00 GMT");
  const auto text = format_http_date(example);
  EXPECT_EQ(std::string_view(text.data(), text.size()), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDateWrite, KeepsFourDigitsForTheYear) {
  EXPECT_EQ(http_date(std::numeric_limits<std::int64_t>::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(http_date(std::numeric_limits<std::int64_t>::min()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(HttpDateRead, TakesTheThreeForms) {
  EXPECT_EQ(parse("Sun, 06 Nov 1994 08:49:37 GMT"), example);
  EXPECT_EQ(parse("Sunday, 06-Nov-94 08:49:37 GMT"), example);
  EXPECT_EQ(parse("Sun Nov  6 08:49:37 1994"), example);
  EXPECT_EQ(parse("Sun Nov 16 08:49:37 1994"), example + 10 * 86400);
}

TEST(HttpDateRead, UndoesWriting) {
  // Every day of 100 years around the turns of the century, at a second that walks through the day.
  for (std::int64_t day = -20000; day < 50000; ++day) {
    const std::int64_t time = day * 86400 + (day * 7919 % 86400 + 86400) % 86400;
    ASSERT_EQ(parse(http_date(time)), time) << http_date(time);
  }
}

TEST(HttpDateRead, DatesTwoDigitYears) {
  EXPECT_EQ(parse("Friday, 01-Jan-70 00:00:00 GMT"), 3155760000);  // 2070: 47 years ahead
  EXPECT_EQ(parse("Friday, 01-Jan-75 00:00:00 GMT"), 157766400);   // 2075 would be 52 years ahead
  EXPECT_EQ(parse("Friday, 01-Jan-73 00:00:00 GMT"), 3250454400);  // 2073: exactly 50
  EXPECT_EQ(parse("Friday, 01-Jan-70 00:00:00 GMT", 0), 0);
}

TEST(HttpDateRead, ReadsALeapSecond) {
  EXPECT_EQ(parse("Sat, 31 Dec 2016 23:59:60 GMT"), parse("Sat, 31 Dec 2016 23:59:59 GMT"));
}

TEST(HttpDateRead, KnowsTheCalendar) {
  EXPECT_TRUE(parse("Thu, 29 Feb 2024 00:00:00 GMT"));
  EXPECT_FALSE(parse("Wed, 29 Feb 2023 00:00:00 GMT"));
  EXPECT_FALSE(parse("Mon, 29 Feb 2100 00:00:00 GMT"));
  EXPECT_FALSE(parse("Fri, 31 Apr 2023 00:00:00 GMT"));
  EXPECT_FALSE(parse("Fri, 00 Apr 2023 00:00:00 GMT"));
}

TEST(HttpDateRead, RefusesEverythingElse) {
  const std::string good = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse(good.substr(0, size))) << size;
  for (const char* text :
       {"Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT", "0", "Sun, +6 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

}  // namespace
}  // namespace folio::base
