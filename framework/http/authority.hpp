// The grammar of `Host` and of the authority of an http URI: RFC 9110 §7.2, RFC 3986 §3.2.2.
#pragma once

#include <string_view>

namespace folio::http {

// `uri-host [ ":" port ]` with a host that is not empty: a registered name, an IPv4 address, or an IP literal in
// brackets. No userinfo. Percent-escapes must be whole; the port may be empty and has five digits at most.
[[nodiscard]] bool is_authority(std::string_view text);

}  // namespace folio::http
