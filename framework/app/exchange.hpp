// Exchange: one request and what belongs to it, from its first byte to the end of its response. Exchanges are reused: a
// loop keeps some, and an idle connection holds none.
#pragma once

#include <folio/client_certificate.hpp>
#include <folio/middleware.hpp>
#include <folio/request.hpp>
#include <folio/route_unit.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/request_body.hpp"
#include "app/stream_sink.hpp"
#include "base/buffer.hpp"
#include "http/request_parser.hpp"
#include "routing/router.hpp"

namespace folio::app {
class Application;
class Connection;
class Exchange;
struct RouteCounters;
}  // namespace folio::app

namespace folio::detail {

// What answers at the end of the middleware chain.
enum class Target : std::uint8_t {
  Handler,           // `handler`
  Socket,            // the file's WS
  NotFound,          // 404, or the nearest _404.cpp
  MethodNotAllowed,  // 405 with Allow
  Options,           // 204 with Allow
  ServerOptions,     // `OPTIONS *`: 204 with every method
  UpgradeRequired,   // a WebSocket route asked without an upgrade: 426
  Redirect,          // 308 to the path without its trailing slash
  BadPath,           // 400
};

// The chain that a request runs through; lives in its exchange.
struct ChainState {
  app::Exchange* exchange = nullptr;
  const app::Application* application = nullptr;
  const routing::Scope* scope = nullptr;
  const RouteUnit* unit = nullptr;  // the route file; null when none answers
  const Handler* handler = nullptr;
  Target target = Target::NotFound;
};

// What Request reads.
struct RequestData {
  std::string_view block;  // the head's bytes, in what was read or in the exchange
  const http::RequestHead* head = nullptr;
  std::shared_ptr<std::string> body;  // null: there is none. Shared with every Body, and unchanged once it is whole
  routing::MatchResult match;
  std::string_view route;
  std::vector<ErasedValue> values;
  std::string remote_address;
  bool secure = false;  // the connection is: TLS, or a PROXY header that says so
  std::shared_ptr<const ClientCertificate> client_certificate;
  std::string_view scheme;  // empty until app/request_origin has filled in this and the host
  std::string_view host;
  mutable std::string id;
  mutable std::unique_ptr<Trace> trace;  // made when it is first asked for
  app::Exchange* exchange = nullptr;

  // The body, to be put together.
  [[nodiscard]] std::string& make_body() {
    if (!body) body = std::make_shared<std::string>();
    return *body;
  }
};

}  // namespace folio::detail

namespace folio::app {

class Exchange {
 public:
  explicit Exchange(const http::Limits& limits) : parser(limits), request(data) { data.exchange = this; }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { detach(); }

  http::RequestParser parser;
  // The head, once it is kept; while it is incomplete, all that has come of it. Empty for one that came whole and is
  // looked at where it was read.
  base::Buffer block;
  detail::RequestData data;
  Request request;
  detail::ChainState chain;
  // The application as it was when the request came, held while this request waits for something; else null.
  std::shared_ptr<const Application> application;
  Connection* connection = nullptr;
  // An accepted upgrade that waits for its 101 to be written: the socket and, for a WS handler, the task that runs it.
  detail::SocketRef socket;
  std::optional<Task<>> socket_task;
  // The body of a request whose handler reads it as it arrives; null for any other.
  std::shared_ptr<detail::RequestBody> incoming;
  // Where a streamed response is written; null until its head is.
  std::shared_ptr<detail::StreamSink> sink;
  std::int64_t started = 0;           // nanoseconds of the loop's clock when the head was complete; 0: nobody asks
  RouteCounters* counters = nullptr;  // of what answers
  bool begun = false;                 // its handler was started, and the answer is not written yet
  int status = 0;                     // of a streamed response, once its head is written

  // For a request that outlasts the read that it came in: has the head's bytes in `block`, and what looked at them.
  void keep_head();
  // What handlers left behind may hold of the body and the stream ends.
  void detach() noexcept;
  // Gives back what the request of a WebSocket, which stays for as long as that, does not need.
  void shrink();
  // Makes it ready for the next request. REQUIRES: the parser's message is complete.
  void reset();
};

}  // namespace folio::app
