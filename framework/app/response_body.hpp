// Hands the body of a response to the transport.
#pragma once

#include <folio/response.hpp>

#include "net/tcp.hpp"

namespace folio::app {

// Behind what tcp.output() holds, which is the response's head. Takes the body's bytes out of the response.
void write_body(net::TcpConnection& tcp, Response& response);

}  // namespace folio::app
