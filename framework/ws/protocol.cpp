#include "ws/protocol.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <cstring>

#include "base/utf8.hpp"
#include "crypto/random.hpp"

namespace folio::ws {

struct Protocol::ControlPayload {
  [[nodiscard]] std::string_view view() const { return {bytes, size}; }
  void assign(std::string_view payload) {
    size = static_cast<std::uint8_t>(payload.size());
    if (size != 0) std::memcpy(bytes, payload.data(), size);
  }

  char bytes[max_control_payload];
  std::uint8_t size = 0;
};

// RFC 6455 §5.3: "The masking key needs to be unpredictable; thus, the masking key MUST be derived from a strong source
// of entropy, and the masking key for a given frame MUST NOT make it simple for a server/proxy to predict the masking
// key for a subsequent frame."
struct Protocol::MaskKeys {
  MaskKey next() {
    if (used == keys.size()) {
      crypto::random_bytes({reinterpret_cast<unsigned char*>(keys.data()), sizeof keys});
      used = 0;
    }
    return keys[used++];
  }

  std::array<MaskKey, 64> keys;
  std::size_t used = std::tuple_size_v<decltype(keys)>;
};

Protocol::Protocol(Role role, const Options& options) : options_(options), role_(role) {}
Protocol::Protocol(Protocol&&) noexcept = default;
Protocol& Protocol::operator=(Protocol&&) noexcept = default;
Protocol::~Protocol() = default;

void Protocol::set_state(State next) {
  assert(next > state_ && "a connection only ever moves toward its end");
  state_ = next;
  if (next == State::Closing) return;
  // Nothing more will be received or answered.
  held_pong_.reset();
  mask_keys_.reset();
  if (assembly_.open() || !delivered_) assembly_.release();
  inside_frame_ = false;
  header_size_ = 0;
}

void Protocol::release_delivered() {
  delivered_ = false;
  control_.reset();
  if (!assembly_.open()) assembly_.release();
}

// ---- Receiving

Event Protocol::receive(std::span<char>& input, base::Buffer& out) {
  if (delivered_) release_delivered();
  if (out.empty()) {
    pong_bytes_ = 0;
    if (held_pong_ != nullptr) flush_pong(out);
  }

  Event event;
  while (!finished()) {
    if (inside_frame_) {
      event = continue_frame(input, out);
    } else {
      const HeaderStatus status = next_header(input);
      if (status == HeaderStatus::NeedMore) return event;
      event = status == HeaderStatus::Complete ? begin_frame(input, out) : refuse(status, out);
    }
    if (event.kind != Event::Kind::None) break;
    if (inside_frame_) return event;
  }
  // RFC 6455 §5.5.1: after both Close frames "an endpoint […] considers the WebSocket connection closed"; §7.1.7, for
  // one that failed: "An endpoint MUST NOT continue to attempt to process data (including a responding Close frame)
  // from the remote endpoint".
  if (finished()) input = input.last(0);
  return event;
}

HeaderStatus Protocol::next_header(std::span<char>& input) {
  HeaderPolicy policy;
  policy.reader = role_;
  policy.inside_message = assembly_.open();
  policy.reserved_bits = options_.reserved_bits;
  policy.max_length = std::min(options_.max_frame_size, options_.max_message_size - assembly_.size());

  HeaderStatus status;
  if (header_size_ == 0) {
    status = read_header(input.data(), input.size(), policy, frame_);
    if (status == HeaderStatus::Complete) {
      input = input.subspan(frame_.size);
    } else if (status == HeaderStatus::NeedMore && !input.empty()) {
      std::memcpy(header_, input.data(), input.size());
      header_size_ = static_cast<std::uint8_t>(input.size());
      input = input.last(0);
    }
  } else {
    const std::size_t count = std::min(input.size(), sizeof header_ - header_size_);
    if (count != 0) std::memcpy(header_ + header_size_, input.data(), count);
    status = read_header(header_, header_size_ + count, policy, frame_);
    if (status == HeaderStatus::Complete) {
      input = input.subspan(frame_.size - std::size_t{header_size_});
      header_size_ = 0;
    } else if (status == HeaderStatus::NeedMore) {
      header_size_ = static_cast<std::uint8_t>(header_size_ + count);
      input = input.subspan(count);
    }
  }
  return status;
}

std::string_view Protocol::unmask(std::span<char>& input, std::size_t count) {
  char* const data = input.data();
  input = input.subspan(count);
  // RFC 6455 §5.3: "Octet i of the transformed data ("transformed-octet-i") is the XOR of octet i of the original data
  // ("original-octet-i") with octet at index i modulo 4 of the masking key ("masking-key-octet-j")"
  if (frame_.mask_key != 0) apply_mask(data, count, frame_.mask_key);
  return {data, count};
}

Event Protocol::begin_frame(std::span<char>& input, base::Buffer& out) {
  const bool whole = input.size() >= frame_.length;

  if (is_control(frame_.opcode)) {
    if (whole) return on_control(unmask(input, static_cast<std::size_t>(frame_.length)), out);
    control_ = std::make_unique<ControlPayload>();
  } else if (whole && frame_.final && frame_.opcode != Opcode::Continuation) {
    // RFC 6455 §5.4: "An unfragmented message consists of a single frame with the FIN bit set and an opcode other than
    // 0."
    Event event;
    event.payload = unmask(input, static_cast<std::size_t>(frame_.length));
    event.reserved = frame_.reserved;
    event.kind = frame_.opcode == Opcode::Text ? Event::Kind::Text : Event::Kind::Binary;
    // RFC 6455 §5.6, Text: "Note that a particular text frame might include a partial UTF-8 sequence; however, the
    // whole message MUST contain valid UTF-8."
    if (event.kind == Event::Kind::Text && !base::is_valid_utf8(event.payload)) {
      return fail(CloseCode::InvalidPayload, "text message is not valid UTF-8", out);
    }
    return event;
  } else {
    if (!assembly_.open()) message_reserved_ = frame_.reserved;
    assembly_.begin_frame(frame_.opcode);
    if (assembly_.frames() > options_.max_fragments) {
      return refuse_over_limit("message", options_.max_fragments, "frames", out);
    }
  }
  remaining_ = frame_.length;
  inside_frame_ = true;
  return continue_frame(input, out);
}

Event Protocol::continue_frame(std::span<char>& input, base::Buffer& out) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
  const std::string_view piece = unmask(input, count);
  frame_.mask_key = rotate_mask_key(frame_.mask_key, count);
  remaining_ -= count;
  inside_frame_ = remaining_ != 0;

  if (is_control(frame_.opcode)) {
    if (!piece.empty()) std::memcpy(control_->bytes + control_->size, piece.data(), count);
    control_->size = static_cast<std::uint8_t>(control_->size + count);
    if (inside_frame_) return {};
    delivered_ = true;
    return on_control(control_->view(), out);
  }

  if (!assembly_.append(piece, remaining_)) {
    return fail(CloseCode::InvalidPayload, "text message is not valid UTF-8", out);
  }
  if (inside_frame_ || !frame_.final) return {};
  // The last frame may be empty and the text still end inside a code point: the whole message is judged here.
  if (!assembly_.finish()) return fail(CloseCode::InvalidPayload, "text message is not valid UTF-8", out);
  delivered_ = true;
  Event event;
  event.kind = assembly_.opcode() == Opcode::Text ? Event::Kind::Text : Event::Kind::Binary;
  event.reserved = message_reserved_;
  event.payload = assembly_.view();
  return event;
}

std::string Protocol::take(const Event& event) {
  const bool assembled = delivered_ && !assembly_.open() && !event.payload.empty() &&
                         event.payload.data() == assembly_.view().data() && event.payload.size() == assembly_.size();
  return assembled ? assembly_.take() : std::string(event.payload);
}

// RFC 6455 §5.4: "Control frames (see Section 5.5) MAY be injected in the middle of a fragmented message."
Event Protocol::on_control(std::string_view payload, base::Buffer& out) {
  if (frame_.opcode == Opcode::Close) return on_close(payload, out);
  Event event;
  event.payload = payload;
  if (frame_.opcode == Opcode::Ping) {
    event.kind = Event::Kind::Ping;
    on_ping(payload, out);
  } else {
    // RFC 6455 §5.5.3: "A Pong frame MAY be sent unsolicited. This serves as a unidirectional heartbeat. A response to
    // an unsolicited Pong frame is not expected."
    event.kind = Event::Kind::Pong;
  }
  return event;
}

Event Protocol::on_close(std::string_view payload, base::Buffer& out) {
  CloseStatus status;
  const CloseFault fault = read_close(payload, status);
  if (fault != CloseFault::None) {
    const CloseCode code = fault == CloseFault::InvalidUtf8 ? CloseCode::InvalidPayload : CloseCode::ProtocolError;
    return fail(code, describe(fault), out);
  }
  // RFC 6455 §5.5.1: "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint
  // MUST send a Close frame in response. (When sending a Close frame in response, the endpoint typically echos the
  // status code it received.)"
  if (state_ == State::Open) write_close_frame(status.code, {}, out);
  // RFC 6455 §5.5.1: "After both sending and receiving a Close message, an endpoint considers the WebSocket connection
  // closed and MUST close the underlying TCP connection."
  set_state(State::Finished);
  Event event;
  event.kind = Event::Kind::Close;
  event.code = status.code;
  event.reason = status.reason;
  return event;
}

// RFC 6455 §5.5.2: "Upon receipt of a Ping frame, an endpoint MUST send a Pong frame in response, unless it already
// received a Close frame." §5.5.3: "A Pong frame sent in response to a Ping frame must have identical "Application
// data" as found in the message body of the Ping frame being replied to."
void Protocol::on_ping(std::string_view payload, base::Buffer& out) {
  const std::size_t size = header_size(payload.size(), role_) + payload.size();
  const bool over = pong_bytes_ != 0 && pong_bytes_ + size > options_.max_pong_backlog;
  if (held_pong_ == nullptr && !over) return write_pong(payload, out);
  if (held_pong_ == nullptr) held_pong_ = std::make_unique<ControlPayload>();
  held_pong_->assign(payload);
}

void Protocol::flush_pong(base::Buffer& out) {
  if (!out.empty()) return;
  pong_bytes_ = 0;
  if (held_pong_ == nullptr) return;
  write_pong(held_pong_->view(), out);
  held_pong_.reset();
}

// ---- Faults of the peer

// RFC 6455 §7.1.7: "If _The WebSocket Connection is Established_ prior to the point where the endpoint is required to
// _Fail the WebSocket Connection_, the endpoint SHOULD send a Close frame with an appropriate status code (Section 7.4)
// before proceeding to _Close the WebSocket Connection_."
Event Protocol::fail(CloseCode code, std::string_view reason, base::Buffer& out) {
  if (state_ == State::Open) write_close_frame(code, reason, out);
  set_state(State::Finished);
  Event event;
  event.kind = Event::Kind::Failed;
  event.code = code;
  event.reason = reason;
  return event;
}

Event Protocol::refuse(HeaderStatus status, base::Buffer& out) {
  if (status != HeaderStatus::TooLong) return fail(CloseCode::ProtocolError, describe(status), out);
  // RFC 6455 §7.4.1: "1009 indicates that an endpoint is terminating the connection because it has received a message
  // that is too big for it to process."
  const bool of_frame = options_.max_frame_size < options_.max_message_size - assembly_.size();
  return refuse_over_limit(of_frame ? "frame" : "message",
                           of_frame ? options_.max_frame_size : options_.max_message_size, "bytes", out);
}

Event Protocol::refuse_over_limit(const char* what, std::uint64_t limit, const char* unit, base::Buffer& out) {
  control_ = std::make_unique<ControlPayload>();
  const int size = std::snprintf(control_->bytes, sizeof control_->bytes, "%s is over the limit of %llu %s", what,
                                 static_cast<unsigned long long>(limit), unit);
  control_->size = static_cast<std::uint8_t>(size);
  delivered_ = true;
  return fail(CloseCode::MessageTooBig, control_->view(), out);
}

// RFC 6455 §7.1.5: "If _The WebSocket Connection is Closed_ and no Close control frame was received by the endpoint
// (such as could occur if the underlying transport connection is lost), _The WebSocket Connection Close Code_ is
// considered to be 1006."
Event Protocol::abnormal() {
  Event event;
  if (state_ == State::Closed) return event;
  if (!finished()) {
    event.kind = Event::Kind::Close;
    event.code = CloseCode::Abnormal;
  }
  set_state(State::Closed);
  return event;
}

// ---- Sending

bool Protocol::send(Opcode opcode, std::string_view payload, base::Buffer& out) {
  assert(opcode == Opcode::Text || opcode == Opcode::Binary);
  if (!open()) return false;
  write_frame(opcode, payload, out);
  return true;
}

bool Protocol::send_header_only(Opcode opcode, std::uint64_t size, base::Buffer& out) {
  assert(opcode == Opcode::Text || opcode == Opcode::Binary);
  assert(role_ == Role::Server && "a client's payload must be masked");
  if (!open()) return false;
  out.commit(write_server_header(out.prepare(max_header_size), first_byte(opcode), size));
  return true;
}

bool Protocol::ping(std::string_view payload, base::Buffer& out) {
  if (!open() || payload.size() > max_control_payload) return false;
  write_frame(Opcode::Ping, payload, out);
  return true;
}

bool Protocol::pong(std::string_view payload, base::Buffer& out) {
  if (!open() || payload.size() > max_control_payload) return false;
  write_frame(Opcode::Pong, payload, out);
  return true;
}

// RFC 6455 §7.1.2: "To _Start the WebSocket Closing Handshake_ with a status code (Section 7.4) /code/ and an optional
// close reason (Section 7.1.6) /reason/, an endpoint MUST send a Close control frame"
bool Protocol::close(CloseCode code, std::string_view reason, base::Buffer& out) {
  if (!open() || (code != CloseCode::NoStatus && !is_valid_on_wire(code))) return false;
  write_close_frame(code, reason, out);
  set_state(State::Closing);
  return true;
}

void Protocol::write_close_frame(CloseCode code, std::string_view reason, base::Buffer& out) {
  char payload[max_control_payload];
  const std::size_t size = write_close(payload, code, reason);
  write_frame(Opcode::Close, {payload, size}, out);
}

void Protocol::write_pong(std::string_view payload, base::Buffer& out) {
  pong_bytes_ += static_cast<std::uint32_t>(header_size(payload.size(), role_) + payload.size());
  write_frame(Opcode::Pong, payload, out);
}

void Protocol::write_frame(Opcode opcode, std::string_view payload, base::Buffer& out) {
  char* const frame = out.prepare(max_header_size + payload.size());
  std::size_t size = 0;
  if (role_ == Role::Server) {
    size = write_server_header(frame, first_byte(opcode), payload.size());
    if (!payload.empty()) std::memcpy(frame + size, payload.data(), payload.size());
  } else {
    const MaskKey key = next_mask_key();
    size = write_client_header(frame, first_byte(opcode), payload.size(), key);
    if (!payload.empty()) std::memcpy(frame + size, payload.data(), payload.size());
    apply_mask(frame + size, payload.size(), key);
  }
  out.commit(size + payload.size());
}

MaskKey Protocol::next_mask_key() {
  if (mask_keys_ == nullptr) mask_keys_ = std::make_unique<MaskKeys>();
  return mask_keys_->next();
}

base::SharedBytes make_server_frame(Opcode opcode, std::string_view payload) {
  char header[max_header_size];
  const std::size_t size = write_server_header(header, first_byte(opcode), payload.size());
  auto frame = std::make_shared<std::string>();
  frame->reserve(size + payload.size());
  frame->append(header, size);
  frame->append(payload);
  return frame;
}

}  // namespace folio::ws
