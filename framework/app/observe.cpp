#include "app/observe.hpp"

#include "app/connection.hpp"
#include "app/log.hpp"
#include "app/metrics.hpp"
#include "app/worker.hpp"

namespace folio::app {

namespace {

bool logs(const Worker& worker) {
  return worker.config().access_log != AccessLog::Off && access_log_enabled();
}

// Whose numbers a request counts for.
RouteCounters& counters_of(Worker& worker, const Exchange& exchange) {
  Metrics& metrics = worker.metrics();
  if (exchange.counters != nullptr) return *exchange.counters;
  if (exchange.chain.unit == nullptr) return metrics.no_route();
  // A request that began before the application was changed has another table of files.
  if (exchange.chain.application != worker.application().get()) return metrics.route(exchange.chain.unit->file);
  return metrics.route(exchange.data.match.file);
}

void end(Worker& worker, Exchange& exchange) {
  exchange.begun = false;
  worker.metrics().requests_ended.add(1);
}

std::string_view trace_id_of(const Exchange& exchange) {
  if (!exchange.data.trace && !exchange.request.has_header("traceparent")) return {};
  return exchange.request.trace().trace_id;
}

void log_end(const Exchange& exchange, int status, std::uint64_t bytes, std::int64_t nanoseconds) {
  const Request& request = exchange.request;
  AccessRecord record{.method = status == 101 ? "WS" : request.method(),
                      .path = request.path(),
                      .status = status,
                      .nanoseconds = nanoseconds,
                      .route = exchange.data.route,
                      .peer = request.remote_address()};
  if (access_log_is_long()) {
    const auto& head = *exchange.data.head;
    record.query = request.query_string();
    record.minor_version = head.minor_version;
    record.bytes = bytes;
    record.id = request.id();
    record.trace_id = trace_id_of(exchange);
    record.host = head.host.in(exchange.data.block);
    record.referrer = request.header("Referer");
    record.agent = request.header("User-Agent");
  }
  log_access(record);
}

}  // namespace

void observe_head(Worker& worker, Exchange& exchange) {
  if (worker.config().metrics_listen.empty() && !logs(worker)) return;
  exchange.started = worker.loop().now();
}

void observe_begin(Worker& worker, Exchange& exchange) {
  exchange.begun = true;
  worker.metrics().requests_begun.add(1);
}

void label_response(const Exchange& exchange, Response& response) {
  if (!response.find("X-Request-Id").empty()) return;
  response.headers.push_back({"X-Request-Id", std::string(exchange.request.id())});
}

void observe_end(Connection& connection, Exchange& exchange, int status, std::uint64_t bytes) {
  Worker& worker = connection.worker();
  end(worker, exchange);
  RouteCounters& counters = counters_of(worker, exchange);
  const auto status_class = static_cast<std::size_t>(status / 100 - 1);
  if (status_class < status_classes) {
    counters.requests[static_cast<std::size_t>(exchange.data.head->method)][status_class].add(1);
  }
  if (exchange.started == 0) return;
  const std::int64_t nanoseconds = worker.loop().now() - exchange.started;
  // A stream, or a socket, lasts for as long as it has something to say.
  if (status != 101 && !exchange.sink) counters.latency.add(nanoseconds);
  if (logs(worker)) log_end(exchange, status, bytes, nanoseconds);
}

void observe_abandoned(Worker& worker, Exchange& exchange) {
  end(worker, exchange);
  worker.metrics().requests_abandoned.add(1);
}

void observe_refused(Connection& connection, Exchange* exchange, int status, std::uint64_t bytes) {
  Worker& worker = connection.worker();
  if (exchange != nullptr && exchange->begun) end(worker, *exchange);  // its body broke off
  worker.metrics().requests_refused.add(1);
  if (!logs(worker) || !access_log_is_long()) return;
  log_access({.method = {}, .path = {}, .status = status, .peer = connection.peer(), .bytes = bytes});
}

}  // namespace folio::app
