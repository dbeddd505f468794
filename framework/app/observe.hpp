// What a connection tells of its requests, to the access log and to the metrics. On the loop's thread.
#pragma once

#include <folio/response.hpp>

#include <cstdint>

#include "app/exchange.hpp"

namespace folio::app {

class Connection;
class Worker;

// A request's head is complete.
void observe_head(Worker& worker, Exchange& exchange);
// Its handler is about to run, or what stands in its place.
void observe_begin(Worker& worker, Exchange& exchange);
// Just before the head of the response is written, where that is wanted: adds X-Request-Id, unless the handler did.
void label_response(const Exchange& exchange, Response& response);
// The response has been written, its body of `bytes` bytes to the end, or as far as it will be. `status` 101: a WebSocket
// was opened. A streamed response has its sink still.
void observe_end(Connection& connection, Exchange& exchange, int status, std::uint64_t bytes);
// The client went before its request was answered.
void observe_abandoned(Worker& worker, Exchange& exchange);
// What came was no request, or not in time, and got an error in place of an answer. `exchange`: what there is of it, or
// null.
void observe_refused(Connection& connection, Exchange* exchange, int status, std::uint64_t bytes);

}  // namespace folio::app
