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

void Connection::accept(Worker& worker, uv_stream_s* listener) {
  auto* connection = new Connection(worker);
  const bool proxy_header = worker.config().proxy_protocol;
  if (proxy_header || worker.tls()) {
    connection->arrival_ = std::make_unique<Arrival>(
        worker.arrivals(), connection->tcp_, Arrival::Plan{.proxy_header = proxy_header, .tls = worker.tls()});
  }
  if (!connection->tcp_.accept(listener, proxy_header ? nullptr : worker.tls().get())) return;
  if (worker.arrivals().size() > worker.config().tls.max_handshakes) worker.arrivals().oldest()->give_up();
  // Past the limit a connection is taken and closed: its client learns at once, and the kernel's queue does not fill.
  if (worker.connections() > worker.config().max_connections) return connection->turn_away();
  auto place = worker.addresses().take(connection->peer());
  if (!place) return connection->turn_away();
  connection->place_ = *std::move(place);
}

void Connection::turn_away() noexcept {
  worker_.metrics().refused.add(1);
  tcp_.close();
}

void Connection::adopt(Worker& worker, int fd, std::string peer) {
  auto* connection = new Connection(worker);
  connection->peer_ = std::move(peer);
  (void)connection->tcp_.adopt(fd);
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

// The first request may come.
void Connection::arrive() noexcept {
  const http::ProxyHeader& proxy = arrival_->proxy();
  if (!proxy.source_address.empty()) peer_ = proxy.source_address;
  secure_ = tcp_.encrypted() || proxy.secure;
  if (tcp_.encrypted()) {
    if (auto certificate = tcp_.client_certificate()) {
      client_certificate_ = std::make_shared<const ClientCertificate>(*std::move(certificate));
    }
  }
  arrival_.reset();
  set_phase(Phase::Idle);
}

void Connection::set_phase(Phase phase) noexcept {
  phase_ = phase;
  since_ = worker_.loop().seconds();
}

// --- input ---

void Connection::on_data(std::span<char> bytes) noexcept {
  if (arrival_) [[unlikely]] {
    const auto request = arrival_->receive(bytes);
    if (!request) return;
    arrive();
    bytes = *request;
    if (bytes.empty()) return;
  }
  if (phase_ == Phase::Socket) return socket_->on_data(bytes);
  if (phase_ == Phase::Closing) return;
  if (!stash_.empty() || (phase_ == Phase::Busy && !streams_body_in())) {
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

// Whether the client leaves that much unread; on_drained will follow.
bool Connection::holds_more_than(std::size_t bytes) noexcept {
  if (tcp_.unsent() <= bytes) return false;
  tcp_.flush();
  return tcp_.unsent() > bytes;
}

// Whether the client leaves so many answers unread that further requests have to wait.
bool Connection::choked() noexcept {
  return holds_more_than(worker_.config().max_output);
}

bool Connection::streams_body_in() const noexcept {
  return phase_ == Phase::Busy && exchange_->incoming && !exchange_->parser.message_complete();
}

bool Connection::takes_input() noexcept {
  if (phase_ == Phase::Busy) return streams_body_in();
  return (phase_ == Phase::Idle || phase_ == Phase::Head || phase_ == Phase::Body) && !choked();
}

// Takes requests from the front of `bytes` until one has to be waited for. Gives how much was taken.
std::size_t Connection::consume(std::string_view bytes) {
  consuming_ = true;
  std::size_t used = 0;
  while (used < bytes.size() && takes_input()) {
    const auto rest = bytes.substr(used);
    used += phase_ == Phase::Body || phase_ == Phase::Busy ? consume_body(rest) : consume_head(rest);
  }
  consuming_ = false;
  return used;
}

std::size_t Connection::consume_head(std::string_view bytes) {
  if (!exchange_) exchange_ = worker_.take_exchange();
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
      // The empty line that may come before a request begins none: nobody waits for its end.
      if (parser.at_message_boundary()) {
        set_phase(Phase::Idle);
      } else if (phase_ == Phase::Idle) {
        set_phase(Phase::Head);
        rate_.start();
      }
      rate_.received(bytes.size());
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
  more_came_ = bytes.size() > size - before;
  head_complete();
  return size - before;
}

void Connection::head_complete() {
  auto& data = exchange_->data;
  data.block = exchange_->block.view();
  data.head = &exchange_->parser.head();
  exchange_->connection = this;
  data.secure = secure_;
  if (client_certificate_) data.client_certificate = client_certificate_;
  observe_head(worker_, *exchange_);
  if (exchange_->parser.message_complete()) return dispatch();
  rate_.start();

  const Config& config = worker_.config();
  const bool counted = data.head->framing == http::Framing::Length;
  const bool too_large = counted && data.head->content_length > config.http.max_body;
  auto use = BodyUse::Streamed;  // an interceptor comes first, and it may wait
  if (worker_.interceptor() == nullptr) {
    exchange_->application = worker_.application();
    route(*exchange_);
    use = body_use(*exchange_);
  }
  if (use == BodyUse::Streamed) {
    const auto length = counted ? std::optional(data.head->content_length) : std::nullopt;
    exchange_->incoming = std::make_shared<detail::RequestBody>(this, length, config.max_streamed_body);
    return dispatch(true);
  }
  // RFC 9110 §10.1.1: a server may answer with a final status "if that status can be determined by examining just the
  // method, target URI, and header section"; what follows would have to be read to no purpose.
  if (use == BodyUse::Unused && (too_large || data.head->expect_continue)) return dispatch(true);
  if (too_large) return refuse(413, "the body is larger than this server reads");
  set_phase(Phase::Body);
  exchange_->parser.limit_body(config.http.max_body);
  if (data.head->expect_continue) tcp_.output().append(http::continue_response);
  if (counted) data.body.reserve(data.head->content_length);
}

std::size_t Connection::consume_body(std::string_view bytes) {
  since_ = worker_.loop().seconds();
  detail::RequestBody* const incoming = exchange_->incoming.get();
  auto& body = exchange_->data.body;
  const std::uint64_t max_body = worker_.config().http.max_body;
  bool too_large = false;
  const auto result = exchange_->parser.parse_body(bytes, [&](std::string_view run) {
    if (incoming != nullptr) {
      too_large = !incoming->append(run) || too_large;
    } else if (run.size() > max_body - body.size()) {
      too_large = true;
    } else {
      body.append(run);
    }
  });
  if (too_large || result.state == http::RequestParser::State::Error) {
    const auto& error = exchange_->parser.error();
    fail_body(too_large ? 413 : error.status, too_large ? "the body is larger than this server reads" : error.reason);
    return bytes.size();
  }
  const bool complete = result.state == http::RequestParser::State::MessageComplete;
  more_came_ = bytes.size() > result.consumed;
  rate_.received(result.consumed);
  if (incoming != nullptr) {
    if (complete) {
      incoming->end();
    } else if (incoming->waiting() > worker_.config().max_body_buffer) {
      tcp_.pause_reading();
    }
  } else if (complete) {
    dispatch(true);
  }
  return result.consumed;
}

void Connection::begin_body(bool too_large) {
  if (too_large) return fail_body(413, "the body is larger than this server reads");
  since_ = worker_.loop().seconds();
  // RFC 9110 §10.1.1: "A server MAY omit sending a 100 (Continue) response if it has already received some or all of the
  // content for the corresponding request".
  if (exchange_->data.head->expect_continue && exchange_->incoming->waiting() == 0 && streams_body_in()) {
    tcp_.output().append(http::continue_response);
  }
}

void Connection::body_taken() {
  since_ = worker_.loop().seconds();
  if (stash_.empty()) tcp_.resume_reading();
}

// The body cannot be had as it was sent. Who reads it as it arrives ends where it waits.
void Connection::fail_body(int status, std::string_view reason) {
  const bool begun_to_answer = exchange_->sink != nullptr;
  if (begun_to_answer) observe_end(*this, *exchange_, exchange_->status, exchange_->sink->written());
  if (activity_) std::exchange(activity_, {})->abort();
  exchange_->detach();
  if (begun_to_answer) return end_after_answer();  // it stays incomplete, which its reader can see
  refuse(status, reason);
}

void Connection::on_end() noexcept {
  peer_ended_ = true;
  if (arrival_) return tcp_.close();
  if (phase_ == Phase::Socket) return socket_->on_end();
  // A client may end its side and still wait for the answers that it is owed.
  if (streams_body_in() && stash_.empty()) return fail_body(400, "the connection ended in the middle of a request");
  if (phase_ == Phase::Busy || !stash_.empty()) return;
  if (phase_ == Phase::Head || phase_ == Phase::Body) {
    return refuse(400, "the connection ended in the middle of a request");
  }
  set_phase(Phase::Closing);
  tcp_.finish();
}

void Connection::on_drained() noexcept {
  if (phase_ == Phase::Socket) return socket_->on_drained();
  if (exchange_ && exchange_->sink) exchange_->sink->drained();
  worker_.loop().defer(*this);  // requests may have waited for this
}

// --- answering ---

void Connection::dispatch(bool routed) {
  set_phase(Phase::Busy);
  Exchange& exchange = *exchange_;
  observe_begin(worker_, exchange);
  keep_alive_ = exchange.data.head->keep_alive && !worker_.draining();
  if (!exchange.incoming) {
    if (auto health = worker_.health(exchange)) [[unlikely]]
      return complete(*std::move(health));
  }

  if (exchange.incoming) {
    // In a moment: what of the body has come with the head is then there.
    activity_ = worker_.loop().start(run_exchange(this, std::nullopt).handle);
    return;
  }
  if (!routed) exchange.application = worker_.application();
  if (worker_.interceptor() == nullptr) {
    if (!routed) route(exchange);
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
        if (!response && exchange.incoming && body_use(exchange) != BodyUse::Streamed) {
          exchange.incoming->set_limit(connection->worker_.config().http.max_body);
          while (auto piece = co_await detail::BodyReadAwaiter(exchange.incoming)) exchange.data.body.append(*piece);
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
  make_cookies_secure(exchange.request, response);
  label_response(worker_, exchange, response);
  const auto streamed = std::move(response.streamed);
  const bool counted = !streamed || streamed->length;
  const std::uint64_t body_size = streamed ? streamed->length.value_or(0) : core::body_size(response);
  const http::ResponseHead fields{.status = response.status_code,
                                  .body = counted ? http::ResponseHead::Body::Length : http::ResponseHead::Body::Chunked,
                                  .content_length = body_size,
                                  .date = worker_.date(),
                                  .content_type = response.content_type,
                                  .keep_alive = keep_alive_ && !peer_ended_before_answer() &&
                                                (streamed || exchange.parser.message_complete()),
                                  .minor_version = head.minor_version,
                                  .head_request = head.method == Method::Head};
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
  exchange.status = response.status_code;
  exchange.sink = std::make_shared<detail::StreamSink>(*this, written.chunked, streamed->length);
  stream_wrote_ = worker_.loop().seconds();
  heartbeat_ = streamed->events;
  activity_ = worker_.loop().start(run_stream(this, streamed).handle);
}

void Connection::answered() {
  answered_ = true;
  if (!keep_alive_) return end_after_answer();
  worker_.give_exchange(std::move(exchange_));
  set_phase(Phase::Idle);
}

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

void Connection::open_socket(Response& response) {
  label_response(worker_, *exchange_, response);
  const http::ResponseHead fields{.status = 101, .date = worker_.date()};
  (void)http::write_response_head(tcp_.output(), fields, response.headers);
  observe_end(*this, *exchange_, 101, 0);
  resolve_origin(exchange_->data);  // while there is a connection to ask
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
  if ((phase_ == Phase::Busy && !streams_body_in()) || phase_ == Phase::Closing) return;
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
  if (phase_ == Phase::Busy && !streams_body_in()) return;
  if (phase_ != Phase::Busy && choked()) return;
  if (peer_ended_) return on_end();
  if (phase_ == Phase::Busy && exchange_->incoming->waiting() > worker_.config().max_body_buffer) return;
  if (stash_.size() <= worker_.config().max_pipelined) tcp_.resume_reading();
}

// --- the end ---

void Connection::shut_down(std::uint16_t code) noexcept {
  told_to_go_ = true;
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
      // A stream of events has no end that could be waited for; its client will reconnect elsewhere.
      if (exchange_ && exchange_->sink && heartbeat_) {
        std::exchange(activity_, {})->abort();
        observe_end(*this, *exchange_, exchange_->status, exchange_->sink->written());
        if (exchange_->sink->chunked()) tcp_.output().append(http::last_chunk);
        end_after_answer();
      }
      break;
  }
}

void Connection::on_closed() noexcept {
  if (exchange_ && exchange_->begun) observe_abandoned(worker_, *exchange_);
  if (socket_) {
    socket_->on_gone();
    if (activity_) worker_.outlive(std::move(activity_));
  } else if (activity_) {
    activity_->abort();
  }
  if (exchange_) exchange_->detach();
  delete this;
}

// Asked once a second while the client could send.
bool Connection::body_is_late(std::uint32_t age) noexcept {
  const Config& config = worker_.config();
  return age > config.body_timeout || rate_.second_passed(config.body_grace, config.min_body_rate);
}

void Connection::sweep(std::uint32_t now) noexcept {
  const Config& config = worker_.config();
  // A peer that takes nothing of what it is sent.
  const std::size_t unsent = tcp_.unsent() == 0 ? 0 : tcp_.unconfirmed();
  if (unsent == 0 || unsent < last_unsent_ || last_unsent_ == 0) {
    write_since_ = now;
  } else if (now - write_since_ > config.write_timeout) {
    return tcp_.close();
  }
  last_unsent_ = unsent;
  worker_.metrics().sweep_queued(unsent);

  const std::uint32_t age = now - since_;
  if (arrival_) {
    if (age > config.tls.handshake_timeout) tcp_.close();
    return;
  }
  switch (phase_) {
    case Phase::Idle:
      if (unsent != 0) {
        since_ = now;  // the answer is still on its way
      } else if (age > (answered_ ? config.keep_alive_timeout : config.head_timeout)) {
        set_phase(Phase::Closing);
        tcp_.finish();
      }
      break;
    case Phase::Head:
      if (age > config.head_timeout || rate_.second_passed(config.head_grace, config.min_head_rate)) {
        refuse(408, "the request's head took too long to arrive");
      }
      break;
    case Phase::Body:
      if (body_is_late(age)) refuse(408, "the request's body took too long to arrive");
      break;
    case Phase::Busy:
      if (streams_body_in() && exchange_->incoming->begun() && tcp_.reading() && body_is_late(age)) {
        fail_body(408, "the request's body took too long to arrive");
      } else if (exchange_->sink && heartbeat_ && now - stream_wrote_ >= config.event_heartbeat) {
        exchange_->sink->write(":\n\n");
      }
      break;
    case Phase::Socket:
      socket_->sweep(now);
      break;
    case Phase::Closing:
      // The time to read the last answer begins when all of it is on its way.
      if (unsent != 0) since_ = now;
      if (age > config.linger_timeout && unsent == 0) tcp_.close();
      break;
  }
}

}  // namespace folio::app
