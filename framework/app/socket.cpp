#include "app/socket.hpp"

#include <algorithm>
#include <utility>

namespace folio::detail {

namespace {

ws::Options protocol_options(const app::SocketEnvironment& environment,
                             const std::optional<ws::DeflateParameters>& deflate) {
  const app::SocketSettings& settings = environment.settings;
  const app::SocketLimits& limits = settings.limits;
  ws::Options options;
  options.max_message_size = settings.streaming ? limits.max_streamed : limits.max_message;
  options.delivery = settings.streaming ? ws::Delivery::Pieces : ws::Delivery::Messages;
  options.deflate = deflate;
  options.deflate_contexts = environment.deflate_contexts.get();
  options.deflate_threshold = limits.compress_from;
  options.deflate_level = limits.compression_level;
  return options;
}

std::vector<std::uint8_t> bytes_of(std::string_view payload) {
  return {payload.begin(), payload.end()};
}

}  // namespace

namespace {

// What incomplete messages of a loop's connections take, beyond what each may take freely.
struct Incomplete {
  explicit Incomplete(net::Loop&) {}
  std::size_t bytes = 0;
};

}  // namespace

SocketCore::SocketCore(Setup setup)
    : environment_(std::move(setup.environment)),
      slow_peer_(environment_->settings.slow_peer),
      protocol_(environment_->role, protocol_options(*environment_, setup.deflate)),
      exchange_(&setup.exchange) {
  if (setup.subprotocol.empty()) return;
  const auto& known = environment_->settings.handshake.subprotocols;
  subprotocol_ = static_cast<std::uint16_t>(std::ranges::find(known, setup.subprotocol) - known.begin() + 1);
}

std::string_view SocketCore::subprotocol() const noexcept {
  if (subprotocol_ == 0) return {};
  return environment_->settings.handshake.subprotocols[subprotocol_ - 1];
}

SocketCore::~SocketCore() {
  if (waiting_ != nullptr) *waiting_ = nullptr;
}

bool SocketCore::on_home_thread() const noexcept {
  Executor* here = Executor::current();
  return here != nullptr && here->inbox() == environment_->inbox;
}

base::Buffer& SocketCore::output() noexcept {
  return tcp_ != nullptr ? tcp_->output() : seldom().early;
}

std::size_t SocketCore::unsent() const noexcept {
  if (tcp_ != nullptr) return tcp_->unsent();
  return seldom_ ? seldom_->early.size() : 0;
}

// --- closing ---

void SocketCore::close(std::uint16_t code, std::string_view reason) {
  if (on_home_thread()) return close_home(code, reason);
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  inbox().post([self, code, copy = std::string(reason)] { self->close_home(code, copy); });
}

void SocketCore::close_home(std::uint16_t code, std::string_view reason) noexcept {
  if (gone_ || !protocol_.open()) return;
  const auto wire = static_cast<ws::CloseCode>(code);
  // A code that may not be sent (RFC 6455 §7.4.2) is a mistake of the handler: 1011 says so to the peer.
  if (!protocol_.close(wire, reason, output())) {
    (void)protocol_.close(ws::CloseCode::InternalError, {}, output());
  }
  set_closed();
  if (tcp_ != nullptr) closing_since_ = tcp_->loop().seconds();
  resume_input();  // the peer's Close may stand behind messages that nobody will read
}

void SocketCore::shut_down(std::uint16_t code, std::string_view reason) noexcept {
  close_home(code, reason);
}

// No more can be sent.
void SocketCore::set_closed() noexcept {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  if (seldom_) {
    for (auto& waker : std::exchange(seldom_->drained, {})) waker.wake();
    for (auto& waker : std::exchange(seldom_->closed_waiters, {})) waker.wake();
  }
  leave_all();
}

void SocketCore::fail(std::uint16_t code, std::string reason) noexcept {
  if (ended_) return;
  seldom().failure = std::make_unique<std::string>(reason + " (" + std::to_string(code) + ")");
  seldom().close_status = std::make_unique<WsMessage::Close>(WsMessage::Close{code, std::move(reason)});
  ended_ = true;
  set_closed();
  wake_reader();
}

WsMessage::Close SocketCore::close_status() const {
  return seldom_ && seldom_->close_status ? *seldom_->close_status : WsMessage::Close{};
}

// Both sides are done: send what is queued, then end the transport. RFC 6455 §7.1.1: the server closes first, "a client
// MUST wait for the server to close"; one that waits in vain is ended by the sweep.
void SocketCore::finish_transport() noexcept {
  ended_ = true;
  set_closed();
  wake_reader();
  if (tcp_ == nullptr) return;
  closing_since_ = tcp_->loop().seconds();
  if (protocol_.role() == ws::Role::Server) tcp_->finish();
}

void SocketCore::drop_owner(std::uint16_t code) noexcept {
  owner_gone_ = true;
  // Another task may wait on the handle that went.
  if (waiting_ != nullptr) *waiting_ = nullptr;
  reader_waker_.wake();
  stop_waiting();
  inbound_.clear();
  inbound_head_ = inbound_bytes_ = 0;
  if (seldom_) seldom_->partial.reset();
  if (!opened_ && !gone_) {
    // The upgrade was not answered yet. When it is, the connection is open for as long as it takes to say this.
    (void)protocol_.close(static_cast<ws::CloseCode>(code), {}, output());
    set_closed();
    return;
  }
  close_home(code, {});
  release_request();
}

// --- the transport ---

void SocketCore::open(net::TcpConnection& tcp, std::unique_ptr<app::Exchange> exchange) {
  exchange_owner_ = std::move(exchange);
  carried_by(tcp);
}

void SocketCore::open(net::TcpConnection& tcp, app::KeptRequest request) {
  exchange_ = nullptr;
  kept_request_ = std::move(request);
  carried_by(tcp);
}

void SocketCore::carried_by(net::TcpConnection& tcp) {
  tcp_ = &tcp;
  opened_ = true;
  counters().opened.add(1);
  if (compressed()) counters().deflated.add(1);
  last_heard_ = closing_since_ = tcp.loop().seconds();
  if (!seldom_) return;
  tcp.output().append(seldom_->early.view());
  seldom_->early.release();
}

std::span<char> SocketCore::receive_space() noexcept {
  return held_ || ended_ ? std::span<char>() : protocol_.receive_space();
}

void SocketCore::on_data(std::span<char> bytes) noexcept {
  last_heard_ = tcp_->loop().seconds();
  ping_sent_ = false;
  if (held_) {
    seldom().stash.append({bytes.data(), bytes.size()});
    return;
  }
  pump(bytes);
}

// Turns input into messages for as long as there is room for them.
void SocketCore::pump(std::span<char> bytes) noexcept {
  Input input{bytes, {}};
  input_ = &input;
  net::Loop& loop = tcp_->loop();
  while (receive(input)) {
    if (!offer(input)) queue(input);
    // The handler goes on at once, takes what follows by itself (readable), and its answers gather in the same output.
    // (Input that was held back is looked at from within the handler, which then goes on by itself.)
    if (Activity::current() == nullptr) loop.run_ready();
  }
  queue(input);
  input_ = nullptr;
  flush_pong();
  backlog_.store(unsent(), std::memory_order_relaxed);
  account();
}

// Takes the next event out of the input. False when there is none, or no room for it.
bool SocketCore::receive(Input& input) noexcept {
  queue(input);  // one that nobody took
  if (ended_ || held_ || tcp_ == nullptr) return false;
  const bool full = inbound_bytes_ > limits().max_inbound || pressed(limits().max_queue);
  if (full && !owner_gone_) {
    // The handler lags, or the peer does not take our answers: leave the rest to TCP's own backpressure.
    held_ = true;
    seldom().stash.append({input.bytes.data(), input.bytes.size()});
    tcp_->pause_reading();
    return false;
  }
  input.event = protocol_.receive(input.bytes, output());
  return input.event.kind != ws::Event::Kind::None;
}

// Puts the event that was received last where it belongs, unless it has been taken.
void SocketCore::queue(Input& input) {
  if (input.event.kind == ws::Event::Kind::None) return;
  ws::Event event = std::exchange(input.event, {});
  handle(event);
}

// Whether the event can go to such a reader from where it lies.
bool SocketCore::is_for(Reader reader, const ws::Event& event) const noexcept {
  const bool whole = event.kind == ws::Event::Kind::Text || event.kind == ws::Event::Kind::Binary;
  const bool of_messages = reader == Reader::Any || reader == Reader::Data;
  return whole && of_messages && !environment_->settings.streaming && !owner_gone_;
}

// Wakes a reader that waits for this very event: it takes it from the input. False when there is none.
bool SocketCore::offer(const Input& input) noexcept {
  if (inbound_head_ != inbound_.size() || !is_for(reader_, input.event)) return false;
  reader_ = Reader::None;
  reader_waker_.wake();
  return true;
}

bool SocketCore::readable(Reader reader) {
  if (inbound_head_ == inbound_.size() && input_ != nullptr && receive(*input_)) {
    if (inbound_head_ == inbound_.size() && is_for(reader, input_->event)) return true;
    queue(*input_);
  }
  return inbound_head_ == inbound_.size() ? ended_ : front_is_for(reader);
}

// A pong that was held back goes out as soon as what is before it has; on_drained follows when the kernel is slow.
void SocketCore::flush_pong() noexcept {
  if (!protocol_.pong_pending() || tcp_ == nullptr || pressed(0)) return;
  protocol_.flush_pong(output());
}

// Counts an incomplete message toward the loop's limit, or not any more.
void SocketCore::account() noexcept {
  const std::size_t held = protocol_.held_bytes();
  const std::size_t counted = held > limits().large_message ? held : 0;
  if (counted == incomplete_ || tcp_ == nullptr) return;
  std::size_t& total = tcp_->loop().local<Incomplete>().bytes;
  total += counted - incomplete_;
  incomplete_ = counted;
  if (counted == 0 || total <= limits().max_incomplete || ended_) return;
  constexpr std::string_view reason = "too many large messages at once";
  close_home(close_code::try_again_later, reason);
  fail(close_code::try_again_later, std::string(reason));
  finish_transport();
  (void)protocol_.abnormal();
  account();
}

void SocketCore::resume_input() noexcept {
  if (input_ != nullptr || tcp_ == nullptr || ended_) return;
  const bool full = inbound_bytes_ > limits().max_inbound / 2 || pressed(limits().max_queue);
  if (full && !owner_gone_) return;
  if (std::exchange(held_, false)) {
    base::Buffer waiting = std::exchange(seldom().stash, {});
    pump({waiting.data(), waiting.size()});
    if (held_ || tcp_ == nullptr) return;
  }
  if (!ended_) tcp_->resume_reading();
}

// Made where it waits: moving a message costs as much as looking at it.
template <class Kind>
void SocketCore::push(Kind&& message, std::size_t cost, bool is_text, bool first, bool final) {
  if (owner_gone_) return;
  inbound_bytes_ += cost;
  inbound_.emplace_back(std::forward<Kind>(message), cost, is_text, first, final);
  wake_reader();
}

void SocketCore::handle(ws::Event& event) {
  constexpr std::size_t control_limit = 16;  // pings that wait for a reader who may not want them
  const std::size_t waiting = inbound_.size() - inbound_head_;
  switch (event.kind) {
    case ws::Event::Kind::Text:
    case ws::Event::Kind::Binary:
      handle_data(event);
      break;
    case ws::Event::Kind::Ping:
      if (waiting < control_limit) push(WsMessage::Ping{bytes_of(event.payload)}, cost_of(0));
      break;
    case ws::Event::Kind::Pong:
      if (waiting < control_limit) push(WsMessage::Pong{bytes_of(event.payload)}, cost_of(0));
      break;
    case ws::Event::Kind::Close:
      seldom().close_status = std::make_unique<WsMessage::Close>(
          WsMessage::Close{static_cast<std::uint16_t>(event.code), std::string(event.reason)});
      push(*seldom().close_status, 0);
      finish_transport();
      break;
    case ws::Event::Kind::Failed:
      fail(static_cast<std::uint16_t>(event.code), "the peer broke the protocol: " + std::string(event.reason));
      finish_transport();
      break;
    case ws::Event::Kind::None:
      break;
  }
}

void SocketCore::handle_data(ws::Event& event) {
  const std::size_t cost = cost_of(event.payload.size());
  if (!environment_->settings.streaming) {
    std::optional<WsMessage> message;
    take(event, message);
    return push(*std::move(message), cost);
  }
  const bool is_text = event.kind == ws::Event::Kind::Text;
  counters().received(event.payload.size(), event.final);
  push(WsMessage::Text{protocol_.take(event)}, cost, is_text, event.first, event.final);
}

void SocketCore::wake_reader() noexcept {
  if (reader_ == Reader::None || !readable(reader_)) return;
  reader_ = Reader::None;
  reader_waker_.wake();
}

// REQUIRES: something waits; what this reader is not for is dropped.
bool SocketCore::front_is_for(Reader reader) {
  for (;;) {
    if (environment_->settings.streaming && reader != Reader::Pieces) merge_pieces();
    if (inbound_head_ == inbound_.size()) return ended_;
    if (reader == Reader::Any || inbound_[inbound_head_].is_data()) return true;
    (void)take_front();
  }
}

// For a reader of whole messages on a route that gets them in pieces: puts those at the front together. They count as
// read, so that more of them can come, up to the limit on a message.
void SocketCore::merge_pieces() {
  while (inbound_head_ < inbound_.size() && inbound_[inbound_head_].is_data() && !inbound_[inbound_head_].is_whole()) {
    Received piece = take_front();
    auto& partial = seldom().partial;
    if (piece.first || !partial) partial = std::make_unique<std::string>();
    partial->append(*piece.message.text());
    if (partial->size() > limits().max_message) {
      partial.reset();
      const std::string reason = "message is over the limit of " + std::to_string(limits().max_message) + " bytes";
      close_home(close_code::message_too_big, reason);
      inbound_.clear();
      inbound_head_ = inbound_bytes_ = 0;
      return fail(close_code::message_too_big, reason);
    }
    if (!piece.final) continue;
    piece.first = true;
    *piece.message.text() = std::move(*partial);
    partial.reset();
    piece.cost = cost_of(piece.message.text()->size());
    inbound_bytes_ += piece.cost;
    inbound_.insert(inbound_.begin() + static_cast<std::ptrdiff_t>(inbound_head_), std::move(piece));
  }
}

void SocketCore::wait_readable(Reader reader, std::coroutine_handle<> awaiting, SocketCore*& waiting) {
  if (waiting_ != nullptr) *waiting_ = nullptr;  // of a second reader, whose place this one takes
  waiting_ = &waiting;
  reader_ = reader;
  reader_waker_ = HomeWaker(awaiting);
}

// REQUIRES: there is one.
SocketCore::Received SocketCore::take_front() {
  Received received = std::move(inbound_[inbound_head_]);
  drop_front();
  return received;
}

void SocketCore::drop_front() {
  inbound_bytes_ -= inbound_[inbound_head_].cost;
  if (++inbound_head_ == inbound_.size()) {
    inbound_.clear();
    inbound_head_ = inbound_bytes_ = 0;
  }
  resume_input();
}

std::optional<WsMessage> SocketCore::pop() {
  std::optional<WsMessage> message;
  if (inbound_head_ == inbound_.size()) {
    if (input_ != nullptr && is_for(Reader::Any, input_->event)) take(input_->event, message);
    return message;
  }
  Received& front = inbound_[inbound_head_];
  if (front.is_text) {
    message.emplace(std::move(front.message));
  } else {
    message.emplace(WsMessage::Binary{bytes_of(*front.message.text())});
  }
  drop_front();
  return message;
}

// REQUIRES: the event is a message.
void SocketCore::take(ws::Event& event, std::optional<WsMessage>& message) {
  const bool is_text = std::exchange(event.kind, ws::Event::Kind::None) == ws::Event::Kind::Text;
  counters().received(event.payload.size(), event.final);
  if (is_text) {
    message.emplace(WsMessage::Text{protocol_.take(event)});
  } else {
    message.emplace(WsMessage::Binary{bytes_of(event.payload)});
    protocol_.release();  // the memory that a message of several frames was put together in
  }
}

std::optional<WsPiece> SocketCore::pop_piece() {
  if (inbound_head_ == inbound_.size()) return std::nullopt;
  Received received = take_front();
  if (auto* binary = received.message.binary())
    return WsPiece{.bytes = {binary->begin(), binary->end()}, .is_text = false};
  return WsPiece{.bytes = std::move(*received.message.text()),
                 .is_text = received.is_text,
                 .first = received.first,
                 .final = received.final};
}

std::optional<AppError> SocketCore::take_failure() {
  if (!seldom_ || !seldom_->failure) return std::nullopt;
  const auto reason = std::exchange(seldom_->failure, nullptr);
  return AppError(400, *reason);
}

void SocketCore::on_end() noexcept {
  // The peer ended the transport. With a closing handshake under way that is its end; else the connection is lost:
  // 1006.
  if (!ended_ && protocol_.abnormal().kind != ws::Event::Kind::None && !closed()) {
    fail(close_code::abnormal, "the connection was lost without a closing handshake");
  }
  ended_ = true;
  set_closed();
  wake_reader();
  if (tcp_ != nullptr) tcp_->close();
}

void SocketCore::on_gone() noexcept {
  if (!ended_ && !closed()) fail(close_code::abnormal, "the connection was lost");
  if (opened_ && !gone_) {
    counters().ended.add(1);
    counters().closed(seldom_ && seldom_->close_status ? seldom_->close_status->code : close_code::abnormal);
  }
  gone_ = true;
  ended_ = true;
  (void)protocol_.abnormal();  // gives back what it holds of the loop's
  account();
  tcp_ = nullptr;
  if (seldom_) seldom_->stash.release();
  set_closed();
  wake_reader();
  if (owner_gone_) release_request();
}

void SocketCore::release_request() noexcept {
  if (!owner_gone_ || !gone_) return;
  kept_request_ = {};
  exchange_owner_.reset();
}

const Request& SocketCore::request() {
  if (exchange_ == nullptr) {
    exchange_owner_ = std::move(kept_request_).restore();
    exchange_ = exchange_owner_.get();
  }
  return exchange_->request;
}

void SocketCore::sweep(std::uint32_t now) noexcept {
  if (tcp_ == nullptr) return;
  if (!protocol_.open()) {
    if (now - closing_since_ > limits().close_timeout) tcp_->close();
    return;
  }
  const std::uint32_t silence = now - last_heard_;
  if (!tcp_->reading()) {
    last_heard_ = now;  // we do not listen: silence means nothing
  } else if (limits().idle_timeout != 0 && silence > limits().idle_timeout) {
    fail(close_code::abnormal, "the peer did not answer pings");
    tcp_->close();
  } else if (limits().ping_after != 0 && silence > limits().ping_after && !ping_sent_) {
    ping_sent_ = true;
    (void)protocol_.ping({}, output());
  }
}

}  // namespace folio::detail
