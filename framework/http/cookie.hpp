// Reads the Cookie field of a request and writes Set-Cookie. RFC 6265 §4, §5.4, and RFC 6265bis for prefixes, SameSite
// and what browsers hold to today. Pure; views are good as long as the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace folio::http {

struct CookiePair {
  std::string_view name;
  std::string_view value;  // as it was sent; quotes around it are part of it (RFC 6265bis §5.6)
};

class CookieReader {
 public:
  explicit CookieReader(std::string_view field) : rest_(field) {}

  // The next pair, in the order of the field; nothing at its end. Empty pieces are left out. A piece without `=` is a
  // value without a name, as browsers send one that was set so.
  [[nodiscard]] std::optional<CookiePair> next();

 private:
  std::string_view rest_;
};

// The value of the first cookie of that name; browsers put the one with the longest path first. Names are
// case-sensitive.
[[nodiscard]] std::optional<std::string_view> find_cookie(std::string_view field, std::string_view name);

enum class SameSite : std::uint8_t { Unset, Strict, Lax, None };

// "Lax", "Strict" or "None" in any case, empty: Unset; nothing for anything else.
[[nodiscard]] std::optional<SameSite> parse_same_site(std::string_view text);

struct SetCookie {
  std::string_view name;
  std::string_view value;
  std::string_view path;                // left out when empty
  std::string_view domain;              // left out when empty: the cookie is then for this host alone
  // Seconds; 0 and less deletes the cookie; none: until the browser closes. Browsers keep one for 400 days at most
  // (RFC 6265bis §5.5).
  std::optional<std::int64_t> max_age;
  std::optional<std::int64_t> expires;  // seconds since 1970, for browsers that ignore Max-Age
  SameSite same_site = SameSite::Unset;
  bool secure = false;
  bool http_only = false;
  bool partitioned = false;
};

// What is wrong with a cookie, in a sentence for whoever wrote the handler; empty when a browser would take it as it
// is. Covers what could end the value or the field early, and what makes browsers drop the whole cookie in silence:
// prefixes without what they promise, SameSite=None or Partitioned without Secure, more than 4096 bytes. Each says how to
// mend it.
[[nodiscard]] std::string_view cookie_fault(const SetCookie& cookie);

// Appends the value of a Set-Cookie field, and gives cookie_fault(cookie): nothing is appended unless that is empty.
[[nodiscard]] std::string_view append_set_cookie(std::string& out, const SetCookie& cookie);

}  // namespace folio::http
