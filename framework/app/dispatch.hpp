// From a parsed request to its response: which file answers, what runs around it, and the one place where handlers'
// exceptions and errors end.
#pragma once

#include <folio/error.hpp>
#include <folio/response.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

#include <cstdint>
#include <exception>

#include "app/exchange.hpp"

namespace folio::app {

// Finds what answers and fills in exchange.chain. REQUIRES: the head is complete; whoever goes on with the request later
// holds the application until then.
void route(Exchange& exchange, const Application& application);

// What becomes of the body of a request that has been routed.
enum class BodyUse : std::uint8_t {
  Whole,     // the handler runs when all of it is there
  Streamed,  // the handler runs now, and reads it as it arrives
  Unused,    // nothing reads it: there is no handler
};
[[nodiscard]] BodyUse body_use(const Exchange& exchange);

// True when the response can be had by a plain call, without a coroutine: a plain handler without middleware, or an
// answer of our own.
[[nodiscard]] bool is_plain(const Exchange& exchange);

// REQUIRES: is_plain. An error when the handler failed and an `_error.cpp` has to be run, which is a coroutine: see
// run_failure.
[[nodiscard]] Result<Response> run_plain(Exchange& exchange);
[[nodiscard]] Task<Response> run_failure(Exchange& exchange, AppError failure);

// The whole chain. Never throws.
[[nodiscard]] Task<Response> run(Exchange& exchange);

// What stands between a handler's exception and its response.
[[nodiscard]] AppError failure_of(std::exception_ptr exception);

// The response to a failure, when there is no `_error.cpp`: a problem response or a page, by the route's marker and
// what the client accepts.
[[nodiscard]] Response error_response(const Exchange& exchange, const AppError& error);

// The same for a request that never became one.
[[nodiscard]] Response parse_failure_response(int status, std::string_view reason);

}  // namespace folio::app
