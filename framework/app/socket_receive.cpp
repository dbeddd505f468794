// The receiving half of SocketCore: from the bytes that come in to the messages that a handler takes, and the limit on
// what waits for it.
#include <utility>

#include "app/socket.hpp"

namespace folio::detail {

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view payload) {
  return {payload.begin(), payload.end()};
}

// Bytes of input from which on a text may be so long that a copy of it is worth sparing.
constexpr std::size_t placed_from = 4096;

// What incomplete messages of a loop's connections take, beyond what each may take freely.
struct Incomplete {
  explicit Incomplete(net::Loop&) {}
  std::size_t bytes = 0;
};

}  // namespace

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
  Input input{bytes};
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
  memory().texts.give(input.place);
  flush_pong();
  backlog_.store(unsent(), std::memory_order_relaxed);
  account();
}

// Takes the next event out of the input. False when there is none, or no room for it.
bool SocketCore::receive(Input& input) noexcept {
  queue(input);  // one that nobody took
  if (ended_ || held_ || tcp_ == nullptr) return false;
  const bool full = inbound_.cost() > limits().max_inbound || pressed(limits().max_queue);
  if (full && !owner_gone_) {
    // The handler lags, or the peer does not take our answers: leave the rest to TCP's own backpressure.
    held_ = true;
    seldom().stash.append({input.bytes.data(), input.bytes.size()});
    tcp_->pause_reading();
    return false;
  }
  std::string* place = nullptr;
  if (input.bytes.size() >= placed_from) {
    place = &input.place;
    if (place->capacity() < placed_from) memory().texts.lend(*place, input.bytes.size());
  }
  input.event = protocol_.receive(input.bytes, output(), place);
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
  if (!inbound_.empty() || !is_for(reader_, input.event)) return false;
  reader_ = Reader::None;
  reader_waker_.wake();
  return true;
}

bool SocketCore::readable(Reader reader) {
  if (inbound_.empty() && input_ != nullptr && receive(*input_)) {
    if (inbound_.empty() && is_for(reader, input_->event)) return true;
    queue(*input_);
  }
  return inbound_.empty() ? ended_ : front_is_for(reader);
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
  const bool full = inbound_.cost() > limits().max_inbound / 2 || pressed(limits().max_queue);
  if (full && !owner_gone_) return;
  if (held_) {
    held_ = false;
    base::Buffer waiting = std::exchange(seldom().stash, {});
    pump({waiting.data(), waiting.size()});
    if (held_ || tcp_ == nullptr) return;
  }
  if (!ended_) tcp_->resume_reading();
}

template <class Kind>
void SocketCore::push(Kind&& message, std::size_t cost, bool is_text, bool first, bool final) {
  if (owner_gone_) return;
  inbound_.push(std::forward<Kind>(message), cost, is_text, first, final);
  wake_reader();
}

void SocketCore::handle(ws::Event& event) {
  constexpr std::size_t control_limit = 16;  // pings that wait for a reader who may not want them
  const std::size_t waiting = inbound_.size();
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
  WsMessage::Text piece;
  protocol_.take(event, piece.payload);
  push(std::move(piece), cost, is_text, event.first, event.final);
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
    if (inbound_.empty()) return ended_;
    if (reader == Reader::Any || inbound_.front().is_data()) return true;
    (void)take_front();
  }
}

// For a reader of whole messages on a route that gets them in pieces: puts those at the front together. They count as
// read, so that more of them can come, up to the limit on a message.
void SocketCore::merge_pieces() {
  while (!inbound_.empty() && inbound_.front().is_data() && !inbound_.front().is_whole()) {
    app::InboundQueue::Received piece = take_front();
    auto& partial = seldom().partial;
    if (piece.first || !partial) partial = std::make_unique<std::string>();
    partial->append(*piece.message.text());
    if (partial->size() > limits().max_message) {
      partial.reset();
      const std::string reason = "message is over the limit of " + std::to_string(limits().max_message) + " bytes";
      close_home(close_code::message_too_big, reason);
      inbound_.clear();
      return fail(close_code::message_too_big, reason);
    }
    if (!piece.final) continue;
    piece.first = true;
    *piece.message.text() = std::move(*partial);
    partial.reset();
    piece.cost = cost_of(piece.message.text()->size());
    inbound_.push_front(std::move(piece));
  }
}

void SocketCore::wait_readable(Reader reader, std::coroutine_handle<> awaiting, SocketCore*& waiting) {
  if (waiting_ != nullptr) *waiting_ = nullptr;  // of a second reader, whose place this one takes
  waiting_ = &waiting;
  reader_ = reader;
  reader_waker_ = HomeWaker(awaiting);
}

// REQUIRES: there is one.
app::InboundQueue::Received SocketCore::take_front() {
  app::InboundQueue::Received received = inbound_.take_front();
  resume_input();
  return received;
}

void SocketCore::drop_front() {
  inbound_.pop_front();
  resume_input();
}

std::optional<WsMessage> SocketCore::pop() {
  std::optional<WsMessage> message;
  if (inbound_.empty()) {
    if (input_ != nullptr && is_for(Reader::Any, input_->event)) take(input_->event, message);
    return message;
  }
  app::InboundQueue::Received& front = inbound_.front();
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
    std::string& text = *message.emplace(std::in_place_type<WsMessage::Text>).text();
    if (input_ != nullptr && event.payload.data() == input_->place.data() &&
        app::SpareMemory<std::string>::is_worth(input_->place.capacity(), event.payload.size())) {
      text = std::move(input_->place);
    } else {
      memory().texts.lend(text, event.payload.size());
      protocol_.take(event, text);
    }
    message->known_valid_ = true;
  } else {
    auto& bytes = *message.emplace(std::in_place_type<WsMessage::Binary>).binary();
    memory().binaries.lend(bytes, event.payload.size());
    bytes.assign(event.payload.begin(), event.payload.end());
    protocol_.release();  // the memory that a message of several frames was put together in
  }
}

std::optional<WsPiece> SocketCore::pop_piece() {
  if (inbound_.empty()) return std::nullopt;
  app::InboundQueue::Received received = take_front();
  if (auto* binary = received.message.binary())
    return WsPiece{.bytes = {binary->begin(), binary->end()}, .is_text = false};
  return WsPiece{.bytes = std::move(*received.message.text()),
                 .is_text = received.is_text,
                 .first = received.first,
                 .final = received.final};
}

}  // namespace folio::detail
