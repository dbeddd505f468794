// The trace of a request: Request::trace.
#include <folio/request.hpp>
#include <folio/trace.hpp>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "app/exchange.hpp"
#include "app/random_id.hpp"
#include "http/trace_context.hpp"

namespace folio {

namespace {

std::string random_id(std::size_t digits) {
  std::string id(digits, '0');
  app::random_hex(id);
  return id;
}

std::vector<std::string_view> fields_of(const detail::RequestData& data, std::string_view name) {
  std::vector<std::string_view> values;
  const http::Field* field = nullptr;
  while ((field = data.head->find(data.block, name, field)) != nullptr) values.push_back(field->value.in(data.block));
  return values;
}

std::unique_ptr<Trace> make_trace(const detail::RequestData& data) {
  auto trace = std::make_unique<Trace>();
  trace->span_id = random_id(16);
  const auto parents = fields_of(data, "traceparent");
  // §3.2.1: a vendor that gets more than one traceparent has to take it for none.
  const auto parent = parents.size() == 1 ? http::parse_traceparent(parents.front()) : std::nullopt;
  if (!parent) {
    // §4.3: "If the vendor failed to parse traceparent, it MUST NOT attempt to parse tracestate."
    trace->trace_id = random_id(32);
    trace->random = true;
    return trace;
  }
  trace->trace_id = parent->trace();
  trace->parent_id = parent->parent();
  trace->sampled = (parent->flags & http::trace_flags::sampled) != 0;
  trace->random = (parent->flags & http::trace_flags::random) != 0;
  trace->state = http::combine_tracestate(fields_of(data, "tracestate"));
  return trace;
}

}  // namespace

const Trace& Request::trace() const {
  if (!data_->trace) data_->trace = make_trace(*data_);
  return *data_->trace;
}

std::string Trace::traceparent() const {
  const int flags = (sampled ? http::trace_flags::sampled : 0) | (random ? http::trace_flags::random : 0);
  return http::write_traceparent(trace_id, span_id, static_cast<std::uint8_t>(flags));
}

}  // namespace folio
