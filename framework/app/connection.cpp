#include "app/connection.hpp"

#include <utility>

#include "app/compression.hpp"
#include "app/dispatch.hpp"
#include "app/interceptor.hpp"
#include "app/log.hpp"
#include "app/observe.hpp"
#include "app/server.hpp"
#include "app/socket_task.hpp"
#include "app/static_files.hpp"
#include "app/worker.hpp"
#include "http/response_writer.hpp"

namespace folio::app {

void Connection::accept(Worker& worker, uv_stream_s* listener) {
  auto* connection = new Connection(worker);
  if (!connection->tcp_.accept(listener)) return;
  // Past the limit a connection is taken and closed: its client learns at once, and the kernel's queue does not fill.
  if (worker.connections() <= worker.config().max_connections) return;
  worker.metrics().refused.add(1);
  connection->tcp_.close();
}

Connection::Connection(Worker& worker) : worker_(worker), tcp_(worker.loop(), *this), since_(worker.loop().seconds()) {
  worker.add(*this);
  worker.loop().add_swept(*this);
}

Connection::~Connection() {
  worker_.remove(*this);
}

const std::string& Connection::peer() {
  if (peer_.empty()) peer_ = tcp_.peer_address();
  return peer_;
}

void Connection::set_phase(Phase phase) noexcept {
  phase_ = phase;
  since_ = worker_.loop().seconds();
}

// --- input ---

void Connection::on_data(std::span<char> bytes) noexcept {
  if (phase_ == Phase::Socket) return socket_->on_data(bytes);
  if (phase_ == Phase::Closing) return;
  if (phase_ == Phase::Busy || !stash_.empty()) {
    stash_.append({bytes.data(), bytes.size()});
    if (stash_.size() > worker_.config().max_pipelined) tcp_.pause_reading();
    return;
  }
  const std::size_t used = consume({bytes.data(), bytes.size()});
  if (used == bytes.size() || phase_ == Phase::Closing) return;
  const auto rest = bytes.subspan(used);
  if (phase_ == Phase::Socket) return socket_->on_data(rest);  // frames in the same segment as the handshake
  stash_.append({rest.data(), rest.size()});
  if (phase_ != Phase::Busy) tcp_.pause_reading();  // choked
}

// Whether the client leaves so many answers unread that further requests have to wait; on_drained will follow.
bool Connection::choked() noexcept {
  if (tcp_.unsent() <= worker_.config().max_output) return false;
  tcp_.flush();
  return tcp_.unsent() > worker_.config().max_output;
}

// Takes requests from the front of `bytes` until one has to be waited for. Gives how much was taken.
std::size_t Connection::consume(std::string_view bytes) {
  consuming_ = true;
  std::size_t used = 0;
  while (used < bytes.size() && (phase_ == Phase::Idle || phase_ == Phase::Head || phase_ == Phase::Body) &&
         !choked()) {
    const auto rest = bytes.substr(used);
    used += phase_ == Phase::Body ? consume_body(rest) : consume_head(rest);
  }
  consuming_ = false;
  return used;
}

std::size_t Connection::consume_head(std::string_view bytes) {
  if (!exchange_) exchange_ = worker_.take_exchange();
  if (phase_ == Phase::Idle) set_phase(Phase::Head);
  auto& parser = exchange_->parser;
  base::Buffer& block = exchange_->block;

  // The usual case reads the head where it lies; one that comes in pieces is put together in the block.
  const std::size_t before = block.size();
  std::string_view head = bytes;
  if (before != 0) {
    block.append(bytes);
    head = block.view();
  }
  switch (parser.parse_head(head)) {
    case http::RequestParser::State::NeedMore:
      if (before == 0) block.append(bytes);
      return bytes.size();
    case http::RequestParser::State::Error:
      refuse(parser.error().status, parser.error().reason);
      return bytes.size();
    default:
      break;
  }
  const std::size_t size = parser.head_size();
  if (before == 0) {
    block.append(bytes.substr(0, size));  // a handler may outlive the bytes of this read
  } else {
    block.truncate(size);
  }
  head_complete();
  return size - before;
}

void Connection::head_complete() {
  auto& data = exchange_->data;
  data.block = exchange_->block.view();
  data.head = &exchange_->parser.head();
  exchange_->connection = this;
  observe_head(worker_, *exchange_);
  if (exchange_->parser.message_complete()) return dispatch();
  set_phase(Phase::Body);
  // RFC 9110 §10.1.1: "A server that receives an Expect field value containing a member other than 100-continue MAY
  // respond with 417"; one that wants the body says so.
  if (data.head->expect_continue) tcp_.output().append(http::continue_response);
  if (data.head->framing == http::Framing::Length) data.body.reserve(data.head->content_length);
}

std::size_t Connection::consume_body(std::string_view bytes) {
  auto& body = exchange_->data.body;
  since_ = worker_.loop().seconds();
  const auto result = exchange_->parser.parse_body(bytes, [&](std::string_view run) { body.append(run); });
  if (result.state == http::RequestParser::State::Error) {
    refuse(exchange_->parser.error().status, exchange_->parser.error().reason);
    return bytes.size();
  }
  if (result.state == http::RequestParser::State::MessageComplete) dispatch();
  return result.consumed;
}

void Connection::on_end() noexcept {
  peer_ended_ = true;
  if (phase_ == Phase::Socket) return socket_->on_end();
  // A client may end its side and still wait for the answers that it is owed.
  if (phase_ == Phase::Busy || !stash_.empty()) return;
  if (phase_ == Phase::Head || phase_ == Phase::Body) {
    return refuse(400, "the connection ended in the middle of a request");
  }
  set_phase(Phase::Closing);
  tcp_.finish();
}

void Connection::on_drained() noexcept {
  if (phase_ == Phase::Socket) return socket_->on_drained();
  worker_.loop().defer(*this);  // requests may have waited for this
}

// --- answering ---

void Connection::dispatch() {
  set_phase(Phase::Busy);
  observe_begin(worker_);
  Exchange& exchange = *exchange_;
  exchange.application = worker_.application();
  keep_alive_ = exchange.data.head->keep_alive && !worker_.stopping();

  if (worker_.interceptor() == nullptr) {
    route(exchange);
    if (auto file = worker_.static_files().find(exchange)) {
      exchange.counters = &worker_.metrics().static_files();
      return answer(*std::move(file));
    }
    if (is_plain(exchange)) {
      std::optional<AppError> failure;
      if (auto response = run_plain(exchange, failure)) return answer(*std::move(response));
      activity_ = worker_.loop().start_now(run_exchange(this, std::move(failure)).handle);
      return;
    }
  }
  activity_ = worker_.loop().start_now(run_exchange(this, std::nullopt).handle);
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
        route(exchange);
        response = connection->worker_.static_files().find(exchange);
        if (response) exchange.counters = &connection->worker_.metrics().static_files();
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
void Connection::answer(Response response) {
  if (compress(*exchange_, response) == Compressing::Done) return complete(std::move(response));
  activity_ = worker_.loop().start_now(run_compression(this, std::move(response)).handle);
}

void Connection::complete(Response response) {
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
    write_response(response);
  }
  if (!consuming_) worker_.loop().defer(*this);
}

void Connection::write_response(Response& response) {
  Exchange& exchange = *exchange_;
  const auto& head = *exchange.data.head;
  label_response(worker_, exchange, response);
  const std::size_t body_size = response.body.size();
  const http::ResponseHead fields{.status = response.status_code,
                                  .body = http::ResponseHead::Body::Length,
                                  .content_length = body_size,
                                  .date = worker_.date(),
                                  .content_type = response.content_type,
                                  .keep_alive = keep_alive_ && !peer_ended_before_answer(),
                                  .minor_version = head.minor_version,
                                  .head_request = head.method == Method::Head};
  base::Buffer& out = tcp_.output();
  const http::HeadWritten written = http::write_response_head(out, fields, response.headers);
  if (written.dropped != 0) {
    log_error(exchange.request.method(), exchange.request.path(), exchange.data.route,
              AppError::internal(std::to_string(written.dropped) +
                                 " response field(s) left out: malformed, or the server's own to write"));
  }
  if (written.send_body && !response.body.empty()) {
    constexpr std::size_t copied_body = 16 * 1024;  // larger ones are sent from where they are
    if (response.body.size() <= copied_body) {
      out.append(response.body);
    } else {
      tcp_.write(std::make_shared<const std::string>(std::move(response.body)));
    }
  }
  observe_end(*this, exchange, response.status_code, written.send_body ? body_size : 0);
  activity_ = {};
  answered_ = true;
  if (!written.keep_alive) return end_after_answer();
  worker_.give_exchange(std::move(exchange_));
  set_phase(Phase::Idle);
}

void Connection::open_socket(Response& response) {
  label_response(worker_, *exchange_, response);
  const http::ResponseHead fields{.status = 101, .date = worker_.date()};
  (void)http::write_response_head(tcp_.output(), fields, response.headers);
  observe_end(*this, *exchange_, 101, 0);
  exchange_->data.remote_address = peer();
  socket_ = exchange_->socket;
  exchange_->socket.reset();
  auto task = std::exchange(exchange_->socket_task, std::nullopt);
  const std::string path(exchange_->request.path());
  const std::string route(exchange_->data.route);
  set_phase(Phase::Socket);
  socket_->open(tcp_, std::move(exchange_));
  activity_ = {};
  if (task) {
    activity_ = worker_.loop().start(detail::run_to_end(run_socket(socket_, *std::move(task), path, route)).handle);
  }
  if (worker_.stopping()) socket_->shut_down(close_code::going_away, {});
}

// Answers what is no request, and ends the connection.
void Connection::refuse(int status, std::string_view reason) {
  Response response = parse_failure_response(status, reason);
  const http::ResponseHead fields{.status = status,
                                  .content_length = response.body.size(),
                                  .date = worker_.date(),
                                  .content_type = response.content_type,
                                  .keep_alive = false};
  base::Buffer& out = tcp_.output();
  (void)http::write_response_head(out, fields);
  out.append(response.body);
  observe_refused(*this, status, response.body.size());
  end_after_answer();
}

void Connection::end_after_answer() noexcept {
  stash_.release();
  set_phase(Phase::Closing);
  tcp_.finish();
}

bool Connection::peer_ended_before_answer() const noexcept {
  return peer_ended_ && stash_.empty();
}

// The next request, which waited while the one before it was answered.
void Connection::run_deferred() noexcept {
  if (phase_ == Phase::Socket) {
    if (!stash_.empty()) {
      base::Buffer rest = std::exchange(stash_, {});
      socket_->on_data({rest.data(), rest.size()});
    }
    if (peer_ended_) socket_->on_end();
    return;
  }
  if (phase_ == Phase::Busy || phase_ == Phase::Closing) return;
  if (!stash_.empty()) {
    base::Buffer input = std::exchange(stash_, {});
    const std::size_t used = consume(input.view());
    if (phase_ == Phase::Closing) return;
    input.consume(used);
    if (phase_ == Phase::Socket) {
      if (!input.empty()) socket_->on_data({input.data(), input.size()});
      return;
    }
    if (!input.empty()) stash_ = std::move(input);
  }
  if (phase_ == Phase::Busy || choked()) return;
  if (peer_ended_) return on_end();
  if (stash_.size() <= worker_.config().max_pipelined) tcp_.resume_reading();
}

// --- the end ---

void Connection::shut_down(std::uint16_t code) noexcept {
  switch (phase_) {
    case Phase::Socket:
      socket_->shut_down(code, {});
      break;
    case Phase::Idle:
      set_phase(Phase::Closing);
      tcp_.finish();
      break;
    default:
      keep_alive_ = false;  // after the answer that is owed
      break;
  }
}

void Connection::on_closed() noexcept {
  if (phase_ == Phase::Busy) observe_abandoned(worker_);
  if (socket_) {
    socket_->on_gone();
    if (activity_) worker_.outlive(std::move(activity_));
  } else if (activity_) {
    activity_->abort();
  }
  delete this;
}

void Connection::sweep(std::uint32_t now) noexcept {
  const Config& config = worker_.config();
  // A peer that takes nothing of what it is sent.
  const std::size_t unsent = tcp_.unsent();
  if (unsent == 0 || unsent < last_unsent_ || last_unsent_ == 0) {
    write_since_ = now;
  } else if (now - write_since_ > config.write_timeout) {
    return tcp_.close();
  }
  last_unsent_ = unsent;
  worker_.metrics().sweep_queued(unsent);

  const std::uint32_t age = now - since_;
  switch (phase_) {
    case Phase::Idle:
      if (age > (answered_ ? config.keep_alive_timeout : config.head_timeout)) {
        set_phase(Phase::Closing);
        tcp_.finish();
      }
      break;
    case Phase::Head:
      if (age > config.head_timeout) refuse(408, "the request's head took too long to arrive");
      break;
    case Phase::Body:
      if (age > config.body_timeout) refuse(408, "the request's body stopped arriving");
      break;
    case Phase::Busy:
      break;
    case Phase::Socket:
      socket_->sweep(now);
      break;
    case Phase::Closing:
      if (unsent == 0 && age > config.linger_timeout) tcp_.close();
      break;
  }
}

}  // namespace folio::app
