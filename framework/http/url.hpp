// Absolute URLs of servers to connect to: http, https, ws and wss. RFC 3986; RFC 6455 §3; RFC 9110 §4.2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace folio::http {

struct Url {
  std::string scheme;        // in lower case
  std::string host;          // a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 0;    // the scheme's own when none was given
  std::string target = "/";  // path and query, as they go into a request line
  std::string authority;     // as it goes into the Host field: brackets, and the port unless it is the scheme's own
  bool secure = false;       // https or wss
};

// Gives what is wrong, as a sentence that names the URL, when it is none of those. No user information, since secrets
// do not belong into URLs; a fragment is not sent. Characters outside of ASCII must be percent-encoded, and a host name
// that has some be given in its ASCII form (xn--…).
[[nodiscard]] std::variant<Url, std::string> parse_url(std::string_view text);

// Where a reference in a document of `base` leads, such as the Location of a redirect: RFC 3986 §5.2. A reference with a
// scheme is a URL of its own.
[[nodiscard]] std::variant<Url, std::string> resolve_reference(const Url& base, std::string_view reference);

// Whether both are the same scheme, host and port: RFC 6454 §5.
[[nodiscard]] bool same_origin(const Url& left, const Url& right);

}  // namespace folio::http
