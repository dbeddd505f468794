// What a connection answers: from a request to its response, whole or piece by piece, or to what is none.
#include "app/connection.hpp"

#include <utility>

#include "app/compression.hpp"
#include "app/dispatch.hpp"
#include "app/interceptor.hpp"
#include "app/log.hpp"
#include "app/observe.hpp"
#include "app/request_origin.hpp"
#include "app/response_body.hpp"
#include "app/server.hpp"
#include "app/socket_task.hpp"
#include "app/static_files.hpp"
#include "app/worker.hpp"
#include "core/file_body.hpp"
#include "http/response_writer.hpp"

namespace folio::app {

namespace {

// RFC 6265 §5.3: cookies that came by https are for https, unless the handler said something else.
void make_cookies_secure(const Request& request, Response& response) {
  for (auto& field : response.headers) {
    if (!field.value.secure_by_scheme() || !request.is_secure()) continue;
    field.value = std::string(field.value.view()) + "; Secure";
  }
}

// A field without a name holds why there is none (Response::cookie).
void log_dropped_fields(const Exchange& exchange, const Response& response, std::uint32_t count) {
  std::string message;
  for (const HeaderField& field : response.headers) {
    if (field.name.view().empty()) --count, message.append(message.empty() ? "" : "; ").append(field.value.view());
  }
  if (count != 0) {
    message.append(message.empty() ? "" : "; ").append(std::to_string(count));
    message.append(" response field(s) left out: malformed, or the server's own to write");
  }
  log_error(exchange.request.method(), exchange.request.path(), exchange.data.route, AppError::internal(message),
            exchange.request.id());
}

}  // namespace

void Connection::dispatch(bool routed) {
  set_phase(Phase::Busy);
  Exchange& exchange = *exchange_;
  observe_begin(worker_, exchange);
  keep_alive_ = exchange.data.head->keep_alive && !worker_.draining();
  if (exchange.incoming) [[unlikely]] {
    // In a moment: what of the body has come with the head is then there.
    keep_request();
    activity_ = worker_.loop().start(run_exchange(this, std::nullopt).handle);
    return;
  }
  if (worker_.is_health_check(exchange.request)) [[unlikely]] return complete(worker_.health());
  if (worker_.interceptor() == nullptr) {
    if (!routed) route(exchange, *worker_.application());
    if (worker_.static_files().may_answer(exchange)) {
      if (auto file = worker_.static_files().find(exchange)) {
        exchange.counters = &worker_.metrics().static_files();
        return answer(*std::move(file));
      }
    }
    if (is_plain(exchange)) {
      Result<Response> response = run_plain(exchange);
      if (response) return answer(*std::move(response));
      keep_request();
      activity_ = worker_.loop().start_now(run_exchange(this, std::move(response).error()).handle);
      return;
    }
  }
  keep_request();
  activity_ = worker_.loop().start_now(run_exchange(this, std::nullopt).handle);
}

// The request outlasts the read that it came in: with it stays the application that was published then, whatever is
// published meanwhile, and its head. A response that is had at once needs neither, which spares two locked instructions
// and a copy.
void Connection::keep_request() {
  if (!exchange_->application) exchange_->application = worker_.application();
  exchange_->keep_head();
}

// The coroutine at the top of a request's handler. Destroyed with the connection when that goes first.
detail::TopCoroutine Connection::run_exchange(Connection* connection, std::optional<AppError> failure) {
  Exchange& exchange = *connection->exchange_;
  std::optional<Response> response;
  if (failure) {
    response.emplace(co_await run_failure(exchange, *std::move(failure)));
  } else {
    Interceptor* interceptor = connection->worker_.interceptor();
    if (interceptor != nullptr) {
      response = co_await interceptor->before(exchange.request);
      if (!response) {
        exchange.application = connection->worker_.application();  // what was published while it waited
        route(exchange, *exchange.application);
        response = connection->worker_.static_files().find(exchange);
        if (response) exchange.counters = &connection->worker_.metrics().static_files();
        if (!response && exchange.incoming && body_use(exchange) != BodyUse::Streamed) {
          exchange.incoming->set_limit(connection->worker_.config().http.max_body);
          while (auto piece = co_await detail::BodyReadAwaiter(exchange.incoming)) exchange.data.make_body().append(*piece);
        }
      }
    }
    if (!response) response.emplace(co_await run(exchange));
    if (interceptor != nullptr) interceptor->after(exchange.request, *response);
  }
  if (compress(exchange, *response) == Compressing::Elsewhere) co_await compress_elsewhere(exchange, *response);
  connection->complete(*std::move(response));
}

// The same for a response that is there already, and whose body is to be compressed off the loop.
detail::TopCoroutine Connection::run_compression(Connection* connection, Response response) {
  co_await compress_elsewhere(*connection->exchange_, response);
  connection->complete(std::move(response));
}

// A response that was had without a coroutine.
void Connection::answer(Response&& response) {
  if (!may_compress(worker_.config().compression, response) || compress(*exchange_, response) == Compressing::Done) {
    return complete(std::move(response));
  }
  keep_request();
  activity_ = worker_.loop().start_now(run_compression(this, std::move(response)).handle);
}

void Connection::complete(Response&& response) {
  const bool upgraded = response.status_code == 101 && exchange_->socket;
  if (upgraded) {
    open_socket(response);
  } else {
    if (response.status_code < 200) {
      // An interim status is no answer, and 101 only with a socket behind it: a handler's mistake.
      response = error_response(
          *exchange_, AppError::internal("a handler answered with status " + std::to_string(response.status_code)));
    }
    if (exchange_->socket) std::exchange(exchange_->socket, nullptr)->on_gone();  // upgraded, and answered otherwise
    if (!write_plain(response)) write_response(response);
  }
  if (!consuming_) worker_.loop().defer(*this);
}

// Writes a response that is nothing but a status, a type and a short body, as most are. False, and nothing is written,
// when it says more than that, or the connection ends with it.
bool Connection::write_plain(const Response& response) {
  Exchange& exchange = *exchange_;
  const auto& head = *exchange.data.head;
  const int status = response.status_code;
  const bool short_body =
      response.body.size() <= copied_body && !response.streamed && !response.file_body && http::status_has_body(status);
  const bool no_fields = response.headers.empty() && !worker_.config().send_request_id && status <= 999;
  const bool goes_on = keep_alive_ && !peer_ended_ && exchange.parser.message_complete();
  if (!short_body || !no_fields || !goes_on || head.method == Method::Head || head.minor_version != 1) return false;
  const std::string_view prefix = worker_.head_prefixes().of(status, response.content_type.view());
  if (prefix.empty()) return false;
  http::write_plain_response(tcp_.output(), prefix, response.body);
  if (activity_) activity_ = {};
  observe_end(*this, exchange, status, response.body.size());
  answered();
  return true;
}

void Connection::write_response(Response& response) {
  Exchange& exchange = *exchange_;
  const auto& head = *exchange.data.head;
  make_cookies_secure(exchange.request, response);
  if (worker_.config().send_request_id) [[unlikely]] label_response(exchange, response);
  const auto streamed = std::move(response.streamed);
  const bool counted = !streamed || streamed->length;
  const std::uint64_t body_size = streamed ? streamed->length.value_or(0) : core::body_size(response);
  http::HeadPrefixes& prefixes = worker_.head_prefixes();
  const http::ResponseHead fields{.status = response.status_code,
                                  .body = counted ? http::ResponseHead::Body::Length : http::ResponseHead::Body::Chunked,
                                  .content_length = body_size,
                                  .date = prefixes.date(),
                                  .content_type = response.content_type,
                                  .keep_alive = keep_alive_ && !peer_ended_before_answer() &&
                                                (streamed || exchange.parser.message_complete()),
                                  .minor_version = head.minor_version,
                                  .head_request = head.method == Method::Head,
                                  .prefixes = &prefixes};
  base::Buffer& out = tcp_.output();
  const http::HeadWritten written = http::write_response_head(out, fields, response.headers);
  if (written.dropped != 0) log_dropped_fields(exchange, response, written.dropped);
  if (written.send_body && !streamed) write_body(tcp_, response);
  activity_ = {};
  keep_alive_ = written.keep_alive;
  if (!written.send_body || !streamed) {
    observe_end(*this, exchange, response.status_code, written.send_body ? body_size : 0);
    return answered();
  }
  keep_request();
  exchange.status = response.status_code;
  exchange.sink = std::make_shared<detail::StreamSink>(*this, written.chunked, streamed->length);
  stream_wrote_ = worker_.loop().seconds();
  heartbeat_ = streamed->events;
  activity_ = worker_.loop().start(run_stream(this, streamed).handle);
}

void Connection::answered() {
  answered_ = true;
  if (!keep_alive_) {
    if (exchange_->parser.message_complete()) worker_.give_exchange(std::move(exchange_));
    return end_after_answer();
  }
  if (consuming_ && more_came_) {
    exchange_->reset();  // for the request behind this one
  } else {
    worker_.give_exchange(std::move(exchange_));
  }
  set_phase(Phase::Idle);
}

void Connection::open_socket(Response& response) {
  if (worker_.config().send_request_id) label_response(*exchange_, response);
  const http::ResponseHead fields{.status = 101, .date = worker_.head_prefixes().date()};
  (void)http::write_response_head(tcp_.output(), fields, response.headers);
  observe_end(*this, *exchange_, 101, 0);
  socket_ = exchange_->socket;
  exchange_->socket.reset();
  auto task = std::exchange(exchange_->socket_task, std::nullopt);
  keep_request();
  set_phase(Phase::Socket);
  activity_ = {};  // the last that ran with the request
  if (task && !exchange_->chain.unit->websocket.sees_request && !exchange_->incoming) {
    socket_->open(tcp_, nullptr);
    worker_.give_exchange(std::move(exchange_));
  } else {
    resolve_address(exchange_->data);  // while there is a connection to ask
    exchange_->shrink();
    socket_->open(tcp_, std::move(exchange_));
  }
  peer_.reset();
  if (task) activity_ = worker_.loop().start(run_socket(socket_, *std::move(task)).handle);
  if (worker_.stopping()) socket_->shut_down(close_code::going_away, {});
}

// Answers what is no request, and ends the connection.
void Connection::refuse(int status, std::string_view reason) {
  Response response = parse_failure_response(status, reason);
  const http::ResponseHead fields{.status = status,
                                  .content_length = response.body.size(),
                                  .date = worker_.head_prefixes().date(),
                                  .content_type = response.content_type,
                                  .keep_alive = false,
                                  .head_request = exchange_ && exchange_->parser.has_request_line() &&
                                                  exchange_->parser.head().method == Method::Head};
  base::Buffer& out = tcp_.output();
  // RFC 9110 §9.3.2: "The server MUST NOT send content in the response" to HEAD, whatever it says.
  const bool send_body = http::write_response_head(out, fields).send_body;
  if (send_body) out.append(response.body);
  observe_refused(*this, exchange_.get(), status, send_body ? response.body.size() : 0);
  end_after_answer();
}

void Connection::end_after_answer() noexcept {
  if (exchange_) exchange_->detach();
  stash_.release();
  set_phase(Phase::Closing);
  tcp_.finish();
}

// Whether this is the last answer. RFC 9112 §9.6: a server that says `close` "MUST NOT send any further responses on
// that connection", and a client need not look for them.
bool Connection::peer_ended_before_answer() const noexcept {
  return peer_ended_ && stash_.empty() && !(consuming_ && more_came_);
}

// --- a response that is written piece by piece ---

// The coroutine at the top of a response that is written piece by piece. Destroyed with the connection when that goes
// first.
detail::TopCoroutine Connection::run_stream(Connection* connection, std::shared_ptr<detail::StreamedBody> body) {
  std::optional<AppError> failure;
  try {
    co_await body->write(ResponseStream(connection->exchange_->sink));
  } catch (...) {
    failure = failure_of(std::current_exception());
  }
  connection->finish_stream(std::move(failure));
}

void Connection::finish_stream(std::optional<AppError> failure) {
  Exchange& exchange = *exchange_;
  const detail::StreamSink& sink = *exchange.sink;
  if (!failure && !sink.complete()) failure = AppError::internal("a streamed response has not the length it announced");
  activity_ = {};
  observe_end(*this, exchange, exchange.status, sink.written());
  if (failure) {
    log_error(exchange.request.method(), exchange.request.path(), exchange.data.route, *failure, exchange.request.id());
    // RFC 9112 §8: a message is incomplete without its last chunk or its announced length; one that lasts until the
    // connection ends is so only by a reset.
    const bool visible = sink.chunked() || !sink.complete();
    exchange.detach();
    if (!visible) {
      tcp_.flush();
      return tcp_.reset();
    }
    return end_after_answer();
  }
  if (sink.chunked()) tcp_.output().append(http::last_chunk);
  exchange.detach();
  keep_alive_ = keep_alive_ && exchange.parser.message_complete();
  answered();
  if (!consuming_) worker_.loop().defer(*this);
}

void Connection::stream_written() noexcept {
  stream_wrote_ = worker_.loop().seconds();
}

bool Connection::stream_full() noexcept {
  return holds_more_than(worker_.config().max_stream_output);
}

}  // namespace folio::app
