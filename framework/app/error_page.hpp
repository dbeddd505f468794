// The page that a browser gets for a failure when the app has no `_error.cpp` or `_404.cpp`.
#pragma once

#include <string>
#include <string_view>

namespace folio::app {

// `message` is text: it is escaped.
[[nodiscard]] std::string error_page(int status, std::string_view message);

// Replaces & < > " ' by their references.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace folio::app
