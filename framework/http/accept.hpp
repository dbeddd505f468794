// What a client would rather be sent: the Accept field. RFC 9110 §12.5.1, §12.4.2.
// Pure. Members that are malformed are passed over, as if they had not been sent.
#pragma once

#include <string_view>

namespace folio::http {

// The weight of a media type such as `text/html`, in thousandths: 0 is "not acceptable", 1000 the most. The most
// specific range that covers the type decides, not the first one. An empty `accept` takes anything: "A request without
// any Accept header field implies that the user agent will accept any media type in response."
[[nodiscard]] int media_quality(std::string_view accept, std::string_view type);

enum class MediaPreference { Html, Json };

// Which of the two an error page should be. `fallback` when the client likes both as well, or neither: a browser names
// text/html, while curl sends `*/*` and most API clients nothing.
[[nodiscard]] MediaPreference prefer_html_or_json(std::string_view accept, MediaPreference fallback);

}  // namespace folio::http
