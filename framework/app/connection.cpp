#include "app/connection.hpp"

#include <algorithm>
#include <utility>

#include "app/dispatch.hpp"
#include "app/observe.hpp"
#include "app/worker.hpp"
#include "http/response_writer.hpp"

namespace folio::app {

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
  auto place = worker.addresses().take(connection->tcp_.peer_address());
  if (!place) return connection->turn_away();
  connection->place_ = *std::move(place);
}

void Connection::turn_away() noexcept {
  worker_.metrics().refused.add(1);
  tcp_.close();
}

void Connection::adopt(Worker& worker, int fd, std::string peer) {
  auto* connection = new Connection(worker);
  connection->peer_ = std::make_unique<Peer>(Peer{.address = std::move(peer), .certificate = nullptr});
  (void)connection->tcp_.adopt(fd);
}

Connection::Connection(Worker& worker) : worker_(worker), tcp_(worker.loop(), *this), since_(worker.loop().seconds()) {
  worker.add(*this);
}

Connection::~Connection() {
  worker_.remove(*this);
}

const std::string& Connection::peer() {
  if (!peer_) peer_ = std::make_unique<Peer>();
  if (peer_->address.empty()) peer_->address = tcp_.peer_address();
  return peer_->address;
}

// The first request may come.
void Connection::arrive() noexcept {
  const http::ProxyHeader& proxy = arrival_->proxy();
  Peer peer{.address = proxy.source_address, .certificate = nullptr};
  secure_ = tcp_.encrypted() || proxy.secure;
  if (tcp_.encrypted()) {
    if (auto certificate = tcp_.client_certificate()) {
      peer.certificate = std::make_shared<const ClientCertificate>(*std::move(certificate));
    }
  }
  if (!peer.address.empty() || peer.certificate) peer_ = std::make_unique<Peer>(std::move(peer));
  arrival_.reset();
  set_phase(Phase::Idle);
}

void Connection::set_phase(Phase phase) noexcept {
  phase_ = phase;
  since_ = worker_.loop().seconds();
}

// --- input ---

// What is large is read to where it stays.
std::span<char> Connection::receive_space() noexcept {
  if (phase_ == Phase::Socket) return socket_->receive_space();
  if (phase_ == Phase::Body) return body_space();
  return {};
}

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
  if (before != 0) block.truncate(size);
  exchange_->data.block = before == 0 ? bytes.substr(0, size) : block.view();
  more_came_ = bytes.size() > size - before;
  head_complete();
  return size - before;
}

void Connection::head_complete() {
  auto& data = exchange_->data;
  data.head = &exchange_->parser.head();
  exchange_->connection = this;
  data.secure = secure_;
  if (peer_) [[unlikely]] data.client_certificate = peer_->certificate;
  observe_head(worker_, *exchange_);
  if (exchange_->parser.message_complete()) return dispatch();
  rate_.start();

  const Config& config = worker_.config();
  const bool counted = data.head->framing == http::Framing::Length;
  const bool too_large = counted && data.head->content_length > config.http.max_body;
  auto use = BodyUse::Streamed;  // an interceptor comes first, and it may wait
  if (worker_.interceptor() == nullptr) {
    route(*exchange_, *worker_.application());
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
  keep_request();
  set_phase(Phase::Body);
  exchange_->parser.limit_body(config.http.max_body);
  if (data.head->expect_continue) tcp_.output().append(http::continue_response);
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
