// Hands the body of a response to the transport.
#pragma once

#include <folio/response.hpp>

#include <cstddef>

#include "net/tcp.hpp"

namespace folio::app {

inline constexpr std::size_t copied_body = 16 * 1024;  // bytes; larger ones are sent from where they are

// Behind what tcp.output() holds, which is the response's head. Takes the body's bytes out of the response.
void write_body(net::TcpConnection& tcp, Response& response);

}  // namespace folio::app
