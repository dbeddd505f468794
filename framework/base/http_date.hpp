// Dates as HTTP writes them: RFC 9110 §5.6.7. Times are seconds since 1970-01-01 00:00:00 UTC, without leap seconds.
// Pure: no clock, no locale, no time zone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace folio::base {

// Bytes of an IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
inline constexpr std::size_t http_date_size = 29;

// Writes an IMF-fixdate, with no NUL behind it. Times before year 0 or after year 9999 are taken to the nearest second
// that has four digits for its year.
void write_http_date(std::int64_t unix_seconds, char* out);

[[nodiscard]] std::array<char, http_date_size> format_http_date(std::int64_t unix_seconds);
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

// Reads the three forms: "A recipient that parses a timestamp value in an HTTP field MUST accept all three HTTP-date
// formats." Days of the week are checked for their spelling only. A second of 60 is read as 59.
// `now` dates the two digits of the obsolete form: "a timestamp that appears to be more than 50 years in the future"
// is one of the past.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now);

}  // namespace folio::base
