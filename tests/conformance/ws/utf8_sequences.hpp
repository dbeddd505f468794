// RFC 3629: what is UTF-8 and what is not, as a table, and a decoder of our own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace folio::conformance {

[[nodiscard]] bool is_utf8(std::string_view text);

struct Utf8Sequence {
  std::string name;  // letters, digits and underscores
  std::string bytes;
  // How many of the bytes can be read until it is clear that this is no UTF-8; all of them and one more for what is
  // only cut off: the end of the message makes it invalid.
  std::size_t judged = 0;

  [[nodiscard]] bool cut_off() const { return judged > bytes.size(); }
};

[[nodiscard]] std::vector<Utf8Sequence> valid_utf8();
[[nodiscard]] std::vector<Utf8Sequence> invalid_utf8();

}  // namespace folio::conformance
