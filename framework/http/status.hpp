// Reason phrases and status lines. RFC 9110 §15 and the IANA registry of HTTP status codes.
#pragma once

#include <string_view>

namespace folio::http {

// The registered phrase of a status, or an empty view for one that has none.
[[nodiscard]] std::string_view reason_phrase(int status);

// `HTTP/1.1 200 OK` and its CRLF, prebuilt; empty for a status without a registered phrase.
[[nodiscard]] std::string_view status_line(int status);

}  // namespace folio::http
