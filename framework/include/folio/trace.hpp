// Trace: where a request stands among the calls of a distributed system, by W3C Trace Context.
#pragma once

#include <string>

namespace folio {

// From the request's `traceparent` and `tracestate` when it had sound ones; otherwise a trace that begins here.
struct Trace {
  std::string trace_id;   // of the whole trace: 32 lower-case hexadecimal digits
  std::string parent_id;  // of the caller's span, 16 digits; empty when the trace begins here
  std::string span_id;    // of this server's work on the request, 16 digits: what it calls has it for its parent
  // Whether the caller may have recorded the request. False for a trace that begins here: Folio records none.
  bool sampled = false;
  bool random = false;  // the last seven bytes of trace_id are random
  std::string state;    // the `tracestate` to pass on; may be empty

  // The field `traceparent` of requests that are sent on behalf of this one, beside `tracestate` when `state` is not
  // empty:
  //     00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  [[nodiscard]] std::string traceparent() const;
};

}  // namespace folio
