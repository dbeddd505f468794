// The weights by which a client says what it would rather be sent, and the lists that they stand in. RFC 9110 §12.4.2.
#pragma once

#include <optional>
#include <string_view>

namespace folio::http {

inline constexpr int full_weight = 1000;

// In thousandths; nothing for what is no qvalue: "( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )"
[[nodiscard]] std::optional<int> parse_weight(std::string_view text);

// Takes what stands before the first `separator` outside of quoted strings from the front of `rest`, trimmed, and the
// separator with it.
[[nodiscard]] std::string_view take_until(std::string_view& rest, char separator);

}  // namespace folio::http
