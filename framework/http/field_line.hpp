// One line of a field section, as strict as RFC 9112 §5 allows: shared by the readers of requests and of responses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

enum class FieldLine : std::uint8_t { Field, Last, Faulty };  // Last: the empty line

// Reads the line at `begin` into `field`, and moves `begin` behind it; or says in `error` what is wrong. `end` is one past
// the empty line that ends the section. Refuses bare LF, folded lines, names that are no token, white space before the
// colon, and CR in a value.
[[nodiscard]] FieldLine next_field_line(std::string_view block, std::size_t& begin, std::size_t end, Field& field,
                                        ParseError& error);

}  // namespace folio::http
