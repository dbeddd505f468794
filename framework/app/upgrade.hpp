// The opening handshake in the server: judging a request by ws/handshake, and the 101 as a Response.
#pragma once

#include <folio/response.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

#include "app/exchange.hpp"

namespace folio::app {

// The answer of a WS route to an upgrade: 101, or the refusal. Leaves socket and task in the exchange.
// REQUIRES: the route's WS is plain.
[[nodiscard]] Response accept_socket(Exchange& exchange);
// The same for one with extractors to be awaited.
[[nodiscard]] Task<Response> accept_socket_task(Exchange& exchange);

}  // namespace folio::app
