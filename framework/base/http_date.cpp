#include "base/http_date.hpp"

#include <algorithm>
#include <cstring>

#include "base/ascii.hpp"

namespace folio::base {
namespace {

constexpr std::int64_t seconds_per_day = 86400;
constexpr std::int64_t first_second = -62167219200;  // 0000-01-01 00:00:00
constexpr std::int64_t last_second = 253402300799;   // 9999-12-31 23:59:59

constexpr std::string_view day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view long_day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Date {
  std::int64_t year;
  int month;  // 1 … 12
  int day;    // 1 … 31
};

// The calendar is counted in eras of 400 years, 146097 days each, from 0000-03-01: February's end is then a year's end.
constexpr std::int64_t days_per_era = 146097;
constexpr std::int64_t epoch_days = 719468;  // from 0000-03-01 to 1970-01-01

constexpr std::int64_t days_from_date(Date date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * days_per_era + day_of_era - epoch_days;
}

constexpr Date date_from_days(std::int64_t days) {
  days += epoch_days;
  const std::int64_t era = (days >= 0 ? days : days - (days_per_era - 1)) / days_per_era;
  const std::int64_t day_of_era = days - era * days_per_era;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}
static_assert(days_from_date({1970, 1, 1}) == 0 && days_from_date({2000, 3, 1}) == 11017);

constexpr int days_in_month(std::int64_t year, int month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void put_digits(char* out, int count, std::int64_t value) {
  for (int i = count - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

// Reads from the front of a text; once something was not as it should be, `good` stays false.
struct Reader {
  std::string_view rest;
  bool good = true;

  void literal(std::string_view text) {
    good = good && rest.starts_with(text);
    if (good) rest.remove_prefix(text.size());
  }
  int digits(std::size_t count) {
    int value = 0;
    good = good && rest.size() >= count;
    for (std::size_t i = 0; good && i < count; ++i) {
      good = is_digit(rest[i]);
      value = value * 10 + (rest[i] - '0');
    }
    if (!good) return 0;
    rest.remove_prefix(count);
    return value;
  }
  // The index of the name that stands here; names are case-sensitive in HTTP.
  template <std::size_t Count>
  int one_of(const std::string_view (&names)[Count]) {
    for (std::size_t i = 0; good && i < Count; ++i) {
      if (!rest.starts_with(names[i])) continue;
      rest.remove_prefix(names[i].size());
      return static_cast<int>(i);
    }
    good = false;
    return 0;
  }
};

struct Time {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

Time read_time(Reader& reader) {
  Time time;
  time.hour = reader.digits(2);
  reader.literal(":");
  time.minute = reader.digits(2);
  reader.literal(":");
  time.second = reader.digits(2);
  return time;
}

std::optional<std::int64_t> assemble(const Reader& reader, Date date, Time time) {
  if (!reader.good || !reader.rest.empty()) return std::nullopt;
  if (date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  // RFC 9110 §5.6.7: "second = 2DIGIT", of which 60 is the leap second.
  if (time.hour > 23 || time.minute > 59 || time.second > 60) return std::nullopt;
  return days_from_date(date) * seconds_per_day + time.hour * 3600 + time.minute * 60 + std::min(time.second, 59);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<std::int64_t> parse_imf_fixdate(std::string_view text) {
  Reader reader{text};
  reader.one_of(day_names);
  reader.literal(", ");
  Date date{};
  date.day = reader.digits(2);
  reader.literal(" ");
  date.month = reader.one_of(month_names) + 1;
  reader.literal(" ");
  date.year = reader.digits(4);
  reader.literal(" ");
  const Time time = read_time(reader);
  reader.literal(" GMT");
  return assemble(reader, date, time);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<std::int64_t> parse_rfc850(std::string_view text, std::int64_t now) {
  Reader reader{text};
  reader.one_of(long_day_names);
  reader.literal(", ");
  Date date{};
  date.day = reader.digits(2);
  reader.literal("-");
  date.month = reader.one_of(month_names) + 1;
  reader.literal("-");
  // "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST interpret a timestamp
  // that appears to be more than 50 years in the future as representing the most recent year in the past that had the
  // same last two digits."
  const std::int64_t this_year = date_from_days(std::clamp(now, first_second, last_second) / seconds_per_day).year;
  date.year = this_year - this_year % 100 + reader.digits(2);
  if (date.year > this_year + 50) date.year -= 100;
  reader.literal(" ");
  const Time time = read_time(reader);
  reader.literal(" GMT");
  return assemble(reader, date, time);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<std::int64_t> parse_asctime(std::string_view text) {
  Reader reader{text};
  reader.one_of(day_names);
  reader.literal(" ");
  Date date{};
  date.month = reader.one_of(month_names) + 1;
  reader.literal(" ");
  const bool one_digit = reader.rest.starts_with(' ');
  if (one_digit) reader.literal(" ");
  date.day = reader.digits(one_digit ? 1 : 2);
  reader.literal(" ");
  const Time time = read_time(reader);
  reader.literal(" ");
  date.year = reader.digits(4);
  return assemble(reader, date, time);
}

}  // namespace

void write_http_date(std::int64_t unix_seconds, char* out) {
  unix_seconds = std::clamp(unix_seconds, first_second, last_second);
  std::int64_t days = unix_seconds / seconds_per_day;
  std::int64_t second = unix_seconds % seconds_per_day;
  if (second < 0) {
    second += seconds_per_day;
    --days;
  }
  const Date date = date_from_days(days);
  // 1970-01-01 was a Thursday.
  const std::int64_t week_day = ((days + 4) % 7 + 7) % 7;
  std::memcpy(out, "DDD, 00 MMM 0000 00:00:00 GMT", http_date_size);
  std::memcpy(out, day_names[week_day].data(), 3);
  put_digits(out + 5, 2, date.day);
  std::memcpy(out + 8, month_names[date.month - 1].data(), 3);
  put_digits(out + 12, 4, date.year);
  put_digits(out + 17, 2, second / 3600);
  put_digits(out + 20, 2, second / 60 % 60);
  put_digits(out + 23, 2, second % 60);
}

std::array<char, http_date_size> format_http_date(std::int64_t unix_seconds) {
  std::array<char, http_date_size> text;
  write_http_date(unix_seconds, text.data());
  return text;
}

std::string http_date(std::int64_t unix_seconds) {
  std::string text(http_date_size, '\0');
  write_http_date(unix_seconds, text.data());
  return text;
}

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
  if (text.size() < 4) return std::nullopt;
  if (text[3] == ',') return parse_imf_fixdate(text);
  if (text[3] == ' ') return parse_asctime(text);
  return parse_rfc850(text, now);
}

}  // namespace folio::base
