#include "http/cookie.hpp"

#include <cstddef>

#include "base/ascii.hpp"
#include "base/http_date.hpp"

namespace folio::http {
namespace {

// RFC 6265bis §5.6: "If the sum of the lengths of the name string and the value string is more than 4096 octets, abort
// these steps and ignore the set-cookie-string entirely", and 1024 for the value of an attribute.
constexpr std::size_t most_name_and_value = 4096;
constexpr std::size_t most_attribute = 1024;

// RFC 6265 §4.1.1: "cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E": no white space, quotes, commas,
// semicolons, backslashes or controls.
constexpr auto cookie_octets =
    base::ByteSet("!").add_range(0x23, 0x2b).add_range(0x2d, 0x3a).add_range(0x3c, 0x5b).add_range(0x5d, 0x7e);
// "av-octet = %x20-3A / %x3C-7E": no semicolons and no controls.
constexpr auto attribute_octets = base::ByteSet().add_range(0x20, 0x3a).add_range(0x3c, 0x7e);
constexpr auto domain_octets = base::ByteSet("-.").add_alnum();

// RFC 6265 §4.1.1: "cookie-value = *cookie-octet / ( DQUOTE *cookie-octet DQUOTE )"
bool is_cookie_value(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return cookie_octets.contains_all(value);
}

std::string_view same_site_text(SameSite same_site) {
  switch (same_site) {
    case SameSite::Strict:
      return "; SameSite=Strict";
    case SameSite::Lax:
      return "; SameSite=Lax";
    case SameSite::None:
      return "; SameSite=None";
    case SameSite::Unset:
      break;
  }
  return "";
}

}  // namespace

std::optional<CookiePair> CookieReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find(';');
    const std::string_view piece = base::trim_ows(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos) return CookiePair{{}, piece};
    return CookiePair{base::trim_ows(piece.substr(0, equals)), base::trim_ows(piece.substr(equals + 1))};
  }
  return std::nullopt;
}

std::optional<std::string_view> find_cookie(std::string_view field, std::string_view name) {
  CookieReader reader(field);
  while (const std::optional<CookiePair> pair = reader.next()) {
    if (pair->name == name) return pair->value;
  }
  return std::nullopt;
}

std::optional<SameSite> parse_same_site(std::string_view text) {
  if (text.empty()) return SameSite::Unset;
  if (base::iequals(text, "Lax")) return SameSite::Lax;
  if (base::iequals(text, "Strict")) return SameSite::Strict;
  if (base::iequals(text, "None")) return SameSite::None;
  return std::nullopt;
}

std::string_view cookie_fault(const SetCookie& cookie) {
  if (!base::is_token(cookie.name)) return "a cookie's name must be a token: letters, digits and !#$%&'*+-.^_`|~";
  if (!is_cookie_value(cookie.value)) {
    return "a cookie's value must not hold white space, control characters, quotes, commas, semicolons, backslashes or "
           "bytes beyond ASCII: encode it";
  }
  if (cookie.name.size() + cookie.value.size() > most_name_and_value) {
    return "a cookie's name and value must not be longer than 4096 bytes together";
  }
  if (!attribute_octets.contains_all(cookie.path) || (!cookie.path.empty() && cookie.path.front() != '/')) {
    return "a cookie's path must begin with / and hold neither semicolons nor control characters";
  }
  if (!domain_octets.contains_all(cookie.domain)) return "a cookie's domain must be a host name";
  if (cookie.path.size() > most_attribute || cookie.domain.size() > most_attribute) {
    return "a cookie's path and domain must not be longer than 1024 bytes each";
  }
  // RFC 6265bis §5.6: "If the cookie's same-site-flag is "None", … abort … if the cookie's secure-only-flag is false".
  if (cookie.same_site == SameSite::None && !cookie.secure) return "a cookie with SameSite=None must be Secure: set secure, or use Lax";
  if (cookie.partitioned && !cookie.secure) return "a cookie that is Partitioned must be Secure: set secure";
  // RFC 6265bis §4.1.3; browsers match the prefixes in any case.
  if (base::istarts_with(cookie.name, "__Secure-") && !cookie.secure) return "a __Secure- cookie must be Secure: set secure, or choose another name";
  if (base::istarts_with(cookie.name, "__Host-") && (!cookie.secure || cookie.path != "/" || !cookie.domain.empty())) {
    return "a __Host- cookie must be Secure, with the path / and without a domain: set these, or choose another name";
  }
  return {};
}

std::string_view append_set_cookie(std::string& out, const SetCookie& cookie) {
  if (const std::string_view fault = cookie_fault(cookie); !fault.empty()) return fault;
  out.append(cookie.name).append("=").append(cookie.value);
  if (!cookie.path.empty()) out.append("; Path=").append(cookie.path);
  if (!cookie.domain.empty()) out.append("; Domain=").append(cookie.domain);
  if (cookie.max_age) out.append("; Max-Age=").append(std::to_string(*cookie.max_age));
  if (cookie.expires) out.append("; Expires=").append(base::http_date(*cookie.expires));
  out.append(same_site_text(cookie.same_site));
  if (cookie.http_only) out.append("; HttpOnly");
  if (cookie.secure) out.append("; Secure");
  if (cookie.partitioned) out.append("; Partitioned");
  return {};
}

}  // namespace folio::http
