// Any bytes as a Cookie field, and as what a handler sets: pairs lie within the field and hold no semicolon, a cookie
// that is found is among them; and what is written as a Set-Cookie field is one line whose first pair is what was
// given.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/ascii.hpp"
#include "http/cookie.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_read(std::string_view field) {
  http::CookieReader reader(field);
  std::size_t pairs = 0;
  while (const auto pair = reader.next()) {
    require(++pairs <= field.size());
    require(pair->name.find_first_of("=;") == std::string_view::npos);
    require(pair->value.find(';') == std::string_view::npos);
    const auto found = http::find_cookie(field, pair->name);
    require(found.has_value());
  }
}

void check_write(std::uint8_t bits, std::string_view name, std::string_view value, std::string_view attribute) {
  http::SetCookie cookie;
  cookie.name = name;
  cookie.value = value;
  if ((bits & 1) != 0) cookie.path = attribute;
  if ((bits & 2) != 0) cookie.domain = attribute;
  cookie.secure = (bits & 4) != 0;
  cookie.http_only = (bits & 8) != 0;
  cookie.partitioned = (bits & 16) != 0;
  cookie.same_site = static_cast<http::SameSite>(bits >> 5 & 3);
  if ((bits & 128) != 0) cookie.max_age = bits, cookie.expires = std::int64_t{bits} << 24;
  std::string written;
  const std::string_view fault = http::append_set_cookie(written, cookie);
  require(fault.empty() == !written.empty());
  if (!fault.empty()) return;
  require(base::is_field_value(written));
  const auto pair = http::CookieReader(written).next();
  require(pair && pair->name == name && pair->value == value);
  if (base::istarts_with(name, "__Host-")) require(cookie.secure && cookie.path == "/" && cookie.domain.empty());
}

}  // namespace

// Input: a byte of attributes, then the field; or name, value and an attribute, divided by NUL.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_read(text);
  const std::size_t first = text.find('\0');
  if (first == std::string_view::npos) return 0;
  const std::size_t second = text.find('\0', first + 1);
  if (second == std::string_view::npos) return 0;
  check_write(data[0], text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1));
  return 0;
}
