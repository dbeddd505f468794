#include "app/socket.hpp"

#include <algorithm>
#include <utility>

#include "app/connection.hpp"
#include "app/worker.hpp"

namespace folio::detail {

namespace {

ws::Options protocol_options(const app::SocketLimits& limits) {
  ws::Options options;
  options.max_message_size = limits.max_message;
  return options;
}

std::vector<std::uint8_t> bytes_of(std::string_view payload) {
  return {payload.begin(), payload.end()};
}

}  // namespace

SocketCore::SocketCore(app::Worker& worker, app::Exchange& exchange)
    : limits_(worker.config().socket),
      inbox_(worker.loop().inbox()),
      home_(worker.home()),
      protocol_(ws::Role::Server, protocol_options(limits_)),
      early_exchange_(&exchange),
      exchange_(&exchange) {}

SocketCore::~SocketCore() = default;

bool SocketCore::on_home_thread() const noexcept {
  Executor* here = Executor::current();
  return here != nullptr && here->inbox() == inbox_;
}

base::Buffer& SocketCore::output() noexcept {
  return connection_ != nullptr ? connection_->tcp().output() : early_;
}

std::size_t SocketCore::unsent() const noexcept {
  return connection_ != nullptr ? connection_->tcp().unsent() : early_.size();
}

// --- closing ---

void SocketCore::close(std::uint16_t code, std::string_view reason) {
  if (on_home_thread()) return close_home(code, reason);
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  inbox_->post([self, code, copy = std::string(reason)] { self->close_home(code, copy); });
}

void SocketCore::close_home(std::uint16_t code, std::string_view reason) noexcept {
  if (gone_ || !protocol_.open()) return;
  const auto wire = static_cast<ws::CloseCode>(code);
  // A code that may not be sent (RFC 6455 §7.4.2) is a mistake of the handler: 1011 says so to the peer.
  if (!protocol_.close(wire, reason, output())) {
    (void)protocol_.close(ws::CloseCode::InternalError, {}, output());
  }
  set_closed();
  if (connection_ != nullptr) closing_since_ = connection_->worker().loop().seconds();
  resume_input();  // the peer's Close may stand behind messages that nobody will read
}

void SocketCore::shut_down(std::uint16_t code, std::string_view reason) noexcept {
  close_home(code, reason);
}

// No more can be sent.
void SocketCore::set_closed() noexcept {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  for (auto& waker : std::exchange(drained_, {})) waker.wake();
  for (auto& waker : std::exchange(closed_waiters_, {})) waker.wake();
  leave_all();
}

void SocketCore::fail(std::string reason) noexcept {
  if (ended_) return;
  failure_ = std::move(reason);
  ended_ = true;
  set_closed();
  wake_reader();
}

// Both sides are done: send what is queued, then end the transport. RFC 6455 §7.1.1: the server closes first.
void SocketCore::finish_transport() noexcept {
  ended_ = true;
  set_closed();
  wake_reader();
  if (connection_ == nullptr) return;
  closing_since_ = connection_->worker().loop().seconds();
  connection_->tcp().finish();
}

void SocketCore::drop_owner(std::uint16_t code) noexcept {
  owner_gone_ = true;
  stop_waiting();
  inbound_.clear();
  inbound_head_ = inbound_bytes_ = 0;
  if (connection_ == nullptr && !gone_ && early_exchange_ != nullptr) {
    // The upgrade was not answered yet. When it is, the connection is open for as long as it takes to say this.
    (void)protocol_.close(static_cast<ws::CloseCode>(code), {}, early_);
    set_closed();
    return;
  }
  close_home(code, {});
  release_request();
}

// --- the connection ---

void SocketCore::open(app::Connection& connection, std::unique_ptr<app::Exchange> exchange) {
  connection_ = &connection;
  exchange_owner_ = std::move(exchange);
  early_exchange_ = nullptr;
  last_heard_ = closing_since_ = connection.worker().loop().seconds();
  if (!early_.empty()) connection.tcp().output().append(early_.view());
  early_.release();
}

void SocketCore::on_data(std::span<char> bytes) noexcept {
  last_heard_ = connection_->worker().loop().seconds();
  ping_sent_ = false;
  if (!stash_.empty()) {
    stash_.append({bytes.data(), bytes.size()});
    return;
  }
  processing_ = true;
  net::Loop& loop = connection_->worker().loop();
  while (!bytes.empty() && !ended_) {
    const bool full = inbound_bytes_ > limits_.max_inbound || pressed(limits_.max_queue);
    if (full && !owner_gone_) {
      // The handler lags, or the peer does not take our answers: leave the rest to TCP's own backpressure.
      stash_.append({bytes.data(), bytes.size()});
      connection_->tcp().pause_reading();
      break;
    }
    const ws::Event event = protocol_.receive(bytes, output());
    if (event.kind == ws::Event::Kind::None) break;
    handle(event);
    // The handler goes on at once, and its answers gather in the same output. (Input that was held back is looked at
    // from within the handler, which then goes on by itself.)
    if (Activity::current() == nullptr) loop.run_ready();
    if (connection_ == nullptr) break;
  }
  processing_ = false;
  backlog_.store(unsent(), std::memory_order_relaxed);
}

void SocketCore::resume_input() noexcept {
  if (processing_ || connection_ == nullptr || ended_) return;
  const bool full = inbound_bytes_ > limits_.max_inbound / 2 || pressed(limits_.max_queue);
  if (full && !owner_gone_) return;
  if (!stash_.empty()) {
    base::Buffer waiting = std::exchange(stash_, {});
    on_data({waiting.data(), waiting.size()});
    if (!stash_.empty() || connection_ == nullptr) return;
  }
  if (!ended_) connection_->tcp().resume_reading();
}

void SocketCore::handle(const ws::Event& event) {
  constexpr std::size_t control_limit = 16;  // pings that wait for a reader who may not want them
  const std::size_t waiting = inbound_.size() - inbound_head_;
  switch (event.kind) {
    case ws::Event::Kind::Text: {
      const std::size_t cost = event.payload.size() + limits_.queue_overhead;
      push(WsMessage::Text{protocol_.take(event)}, cost);
      break;
    }
    case ws::Event::Kind::Binary:
      push(WsMessage::Binary{bytes_of(event.payload)}, event.payload.size() + limits_.queue_overhead);
      protocol_.release();  // the memory that a message of several frames was put together in
      break;
    case ws::Event::Kind::Ping:
      if (waiting < control_limit) push(WsMessage::Ping{bytes_of(event.payload)}, limits_.queue_overhead);
      break;
    case ws::Event::Kind::Pong:
      if (waiting < control_limit) push(WsMessage::Pong{bytes_of(event.payload)}, limits_.queue_overhead);
      break;
    case ws::Event::Kind::Close:
      push(WsMessage::Close{static_cast<std::uint16_t>(event.code), std::string(event.reason)}, 0);
      finish_transport();
      break;
    case ws::Event::Kind::Failed:
      fail("the peer broke the protocol (" + std::to_string(static_cast<int>(event.code)) +
           "): " + std::string(event.reason));
      finish_transport();
      break;
    case ws::Event::Kind::None:
      break;
  }
}

void SocketCore::push(WsMessage message, std::size_t cost) {
  if (owner_gone_) return;
  inbound_bytes_ += cost;
  inbound_.push_back(std::move(message));
  wake_reader();
}

void SocketCore::wake_reader() noexcept {
  if (reader_ == Reader::None || !readable(reader_)) return;
  reader_ = Reader::None;
  reader_waker_.wake();
}

bool SocketCore::readable(Reader reader) {
  if (reader == Reader::DataOnly) {
    while (inbound_head_ < inbound_.size() && inbound_[inbound_head_].text() == nullptr &&
           inbound_[inbound_head_].binary() == nullptr) {
      (void)pop();
    }
  }
  return inbound_head_ < inbound_.size() || ended_;
}

void SocketCore::wait_readable(Reader reader, std::coroutine_handle<> awaiting) {
  reader_ = reader;
  reader_waker_ = Waker(awaiting);
}

std::optional<WsMessage> SocketCore::pop() {
  if (inbound_head_ == inbound_.size()) return std::nullopt;
  std::optional<WsMessage> message(std::move(inbound_[inbound_head_]));
  std::size_t cost = limits_.queue_overhead;
  if (auto* text = message->text()) cost += text->size();
  if (auto* binary = message->binary()) cost += binary->size();
  if (message->close() != nullptr) cost = 0;
  inbound_bytes_ -= std::min(cost, inbound_bytes_);
  if (++inbound_head_ == inbound_.size()) {
    inbound_.clear();
    inbound_head_ = inbound_bytes_ = 0;
  }
  resume_input();
  return message;
}

std::optional<AppError> SocketCore::take_failure() {
  if (!failure_) return std::nullopt;
  return AppError(400, *std::exchange(failure_, std::nullopt));
}

void SocketCore::on_end() noexcept {
  // The peer ended the transport. With a closing handshake under way that is its end; else the connection is lost:
  // 1006.
  if (!ended_ && protocol_.abnormal().kind != ws::Event::Kind::None && !closed()) {
    fail("the connection was lost without a closing handshake (1006)");
  }
  ended_ = true;
  set_closed();
  wake_reader();
  if (connection_ != nullptr) connection_->tcp().close();
}

void SocketCore::on_gone() noexcept {
  if (!ended_ && !closed()) fail("the connection was lost (1006)");
  gone_ = true;
  ended_ = true;
  connection_ = nullptr;
  stash_.release();
  set_closed();
  wake_reader();
  if (owner_gone_) release_request();
}

void SocketCore::release_request() noexcept {
  if (owner_gone_ && gone_) exchange_owner_.reset();
}

void SocketCore::sweep(std::uint32_t now) noexcept {
  if (connection_ == nullptr) return;
  if (!protocol_.open()) {
    if (now - closing_since_ > limits_.close_timeout) connection_->tcp().close();
    return;
  }
  const std::uint32_t silence = now - last_heard_;
  if (!connection_->tcp().reading()) {
    last_heard_ = now;  // we do not listen: silence means nothing
  } else if (silence > limits_.idle_timeout) {
    fail("the peer did not answer pings (1006)");
    connection_->tcp().close();
  } else if (silence > limits_.ping_after && !ping_sent_) {
    ping_sent_ = true;
    (void)protocol_.ping({}, output());
  }
}

}  // namespace folio::detail
