// One line of a field section, as strict as RFC 9112 §5 allows: shared by the readers of requests and of responses.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

struct FieldLine {
  Field field;
  bool last = false;  // the empty line: there is no field
  ParseError error;   // status 0 when all is well
};

// Reads the line at `begin`, and moves that behind it. `end` is one past the empty line that ends the section. Refuses
// bare LF, folded lines, names that are no token, white space before the colon, and CR in a value.
[[nodiscard]] FieldLine next_field_line(std::string_view block, std::size_t& begin, std::size_t end);

}  // namespace folio::http
