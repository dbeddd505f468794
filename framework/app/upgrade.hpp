// The opening handshake in the server: judging a request by ws/handshake, and the 101 as a Response.
#pragma once

#include <folio/response.hpp>
#include <folio/result.hpp>

#include "app/exchange.hpp"

namespace folio::app {

// The answer of a WS route to an upgrade: 101, or the refusal. Leaves socket and task in the exchange.
[[nodiscard]] Response accept_socket(Exchange& exchange);

}  // namespace folio::app
