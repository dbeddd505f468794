// Reads the field lines of a head that is there as a whole, and draws from them what the framing of the message, the
// persistence of the connection and the authority of the request depend on. RFC 9112 §5, §6, §9; RFC 9110 §7.2.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/limits.hpp"
#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

// The lines stand in `block` from `begin` to `end`, and `end` is one past the empty line. `head` has its request line
// already; fields, framing, content_length, keep_alive, expect_continue, upgrade and host are filled in. Refuses bare
// LF, folded lines, empty names, a wrong number of Host fields, every transfer coding but a single `chunked`,
// expectations other than 100-continue, and a body over the limit. The error's status is 0 when all is well.
[[nodiscard]] ParseError read_fields(std::string_view block, std::size_t begin, std::size_t end, const Limits& limits,
                                     RequestHead& head);

}  // namespace folio::http
