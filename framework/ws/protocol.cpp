#include "ws/protocol.hpp"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "ws/mask_keys.hpp"
#include "ws/message_deflate.hpp"

namespace folio::ws {
namespace {

constexpr std::string_view not_utf8 = "text message is not valid UTF-8";

}  // namespace

struct Protocol::ControlPayload {
  [[nodiscard]] std::string_view view() const { return {bytes, size}; }
  void assign(std::string_view payload) {
    size = static_cast<std::uint8_t>(payload.size());
    if (size != 0) std::memcpy(bytes, payload.data(), size);
  }

  char bytes[max_control_payload];
  std::uint8_t size = 0;
};

// What a client needs all the time, and a server when frames come in pieces, or faster than they are answered.
struct Protocol::Seldom {
  char header[max_header_size];               // as much of one as has arrived
  std::unique_ptr<ControlPayload> control;    // a control frame that arrives in pieces
  std::unique_ptr<ControlPayload> held_pong;  // the payload of a pong that is held back
  std::unique_ptr<MaskKeys> mask_keys;        // clients only
};

Protocol::Seldom& Protocol::seldom() {
  if (!seldom_) seldom_ = std::make_unique<Seldom>();
  return *seldom_;
}

Protocol::Protocol(Role role, const Options& options)
    : limits_{options.max_message_size, options.max_frame_size, options.max_fragments, options.max_pong_backlog},
      role_(role),
      delivery_(options.delivery) {
  if (!options.deflate) return;
  assert(options.deflate_contexts != nullptr);
  deflate_ = std::make_unique<MessageDeflate>(role, *options.deflate, *options.deflate_contexts,
                                              options.deflate_threshold, options.deflate_level);
}
Protocol::Protocol(Protocol&&) noexcept = default;
Protocol& Protocol::operator=(Protocol&&) noexcept = default;
Protocol::~Protocol() = default;

void Protocol::set_state(State next) {
  assert(next > state_ && "a connection only ever moves toward its end");
  state_ = next;
  if (next == State::Closing) return;
  // Nothing more will be received or answered.
  pong_held_ = false;
  if (seldom_) {
    seldom_->held_pong.reset();
    seldom_->mask_keys.reset();
  }
  deflate_.reset();
  if (assembly_) {
    // What is kept of a message that will not be completed is of no use. In pieces, it is what the last event shows.
    if (!delivered_ || (assembly_->open() && delivery_ == Delivery::Messages)) assembly_->release();
    assembly_->abandon();
  }
  inside_frame_ = false;
  header_size_ = 0;
}

void Protocol::release_delivered() {
  delivered_ = false;
  if (seldom_) seldom_->control.reset();
  if (assembly_ && (!assembly_->open() || delivery_ == Delivery::Pieces)) assembly_->release();
}

MaskKey Protocol::next_mask_key() {
  auto& keys = seldom().mask_keys;
  if (!keys) keys = std::make_unique<MaskKeys>();
  return keys->next();
}

// ---- Receiving

Event Protocol::receive(std::span<char>& input, base::Buffer& out, std::string* place) {
  if (delivered_) release_delivered();
  if (out.empty()) {
    pong_bytes_ = 0;
    if (pong_held_) flush_pong(out);
  }

  Event event;
  bool is_ascii = false;  // it is known
  bool whole = read_short_message(input, event);
  while (!whole && !finished()) {
    if (inside_frame_) {
      event = continue_frame(input, out);
    } else {
      const HeaderStatus status = next_header(input);
      if (status == HeaderStatus::NeedMore) return event;
      if (status == HeaderStatus::Complete && read_whole_message(input, place, event, is_ascii)) {
        whole = true;
        break;
      }
      event = status == HeaderStatus::Complete ? begin_frame(input, out) : refuse(status, out);
    }
    if (event.kind != Event::Kind::None) break;
    if (inside_frame_) return event;
  }
  if (whole) {
    if (event.kind == Event::Kind::Binary || is_ascii || base::is_valid_utf8(event.payload)) return event;
    // RFC 6455 §5.6, Text: "Note that a particular text frame might include a partial UTF-8 sequence; however, the
    // whole message MUST contain valid UTF-8."
    event = fail(CloseCode::InvalidPayload, not_utf8, out);
  }
  // RFC 6455 §5.5.1: after both Close frames "an endpoint […] considers the WebSocket connection closed"; §7.1.7, for
  // one that failed: "An endpoint MUST NOT continue to attempt to process data (including a responding Close frame)
  // from the remote endpoint".
  if (finished()) input = input.last(0);
  return event;
}

std::span<char> Protocol::space_in_frame() {
  const bool assembles = !compressed_ && !is_control(frame_.opcode) && !delivered_;
  if (!assembles || delivery_ == Delivery::Pieces) return {};
  return assembly().room(remaining_);
}

std::uint64_t Protocol::message_room(bool compressed) const {
  if (!compressed) return limits_.max_message_size - (assembly_ ? assembly_->size() : 0);
  return max_compressed_size(limits_.max_message_size) - deflate_->compressed_size();
}

HeaderStatus Protocol::next_header(std::span<char>& input) {
  HeaderPolicy policy;
  policy.reader = role_;
  policy.inside_message = assembling();
  policy.max_length = std::min(limits_.max_frame_size, message_room(policy.inside_message && compressed_));
  if (deflate_ != nullptr) {
    // RFC 7692 §6: RSV1 is the "Per-Message Compressed" bit.
    policy.reserved_bits = rsv1;
    policy.max_reserved_length = std::min(limits_.max_frame_size, message_room(true));
  }

  HeaderStatus status;
  if (header_size_ == 0) {
    status = read_header(input.data(), input.size(), policy, frame_);
    if (status == HeaderStatus::Complete) {
      input = input.subspan(frame_.size);
    } else if (status == HeaderStatus::NeedMore && !input.empty()) {
      std::memcpy(seldom().header, input.data(), input.size());
      header_size_ = static_cast<std::uint8_t>(input.size());
      input = input.last(0);
    }
  } else {
    const std::size_t count = std::min(input.size(), max_header_size - header_size_);
    if (count != 0) std::memcpy(seldom_->header + header_size_, input.data(), count);
    status = read_header(seldom_->header, header_size_ + count, policy, frame_);
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

// The common case at a glance: a client's message in one frame that is there and has a length of one byte. False, and
// nothing is taken, when it is another case, or anything is wrong with it.
bool Protocol::read_short_message(std::span<char>& input, Event& event) {
  constexpr std::size_t header = 2 + mask_key_size;
  if (role_ != Role::Server || inside_frame_ || header_size_ != 0 || assembling() || finished()) return false;
  if (input.size() < header) return false;
  char* const bytes = input.data();
  const auto first = static_cast<unsigned char>(bytes[0]);
  const std::size_t length = static_cast<unsigned char>(bytes[1]) ^ 0x80U;  // from 0x80 on: the frame is not masked
  const bool is_text = first == first_byte(Opcode::Text);
  if ((!is_text && first != first_byte(Opcode::Binary)) || length > 125 || length > input.size() - header) return false;
  if (length > limits_.max_frame_size || length > limits_.max_message_size) return false;
  apply_mask(bytes + header, length, load_mask_key(bytes + 2));
  event.payload = {bytes + header, length};
  event.kind = is_text ? Event::Kind::Text : Event::Kind::Binary;
  input = input.subspan(header + length);
  return true;
}

// RFC 6455 §5.4: "An unfragmented message consists of a single frame with the FIN bit set and an opcode other than 0."
bool Protocol::read_whole_message(std::span<char>& input, std::string* place, Event& event, bool& is_ascii) {
  const bool is_text = frame_.opcode == Opcode::Text;
  const bool is_data = is_text || frame_.opcode == Opcode::Binary;
  if (!is_data || !frame_.final || frame_.reserved != 0 || input.size() < frame_.length) return false;
  const auto length = static_cast<std::size_t>(frame_.length);
  if (is_text && frame_.mask_key != 0) {
    const char* const from = input.data();
    if (place != nullptr) {
      // The size that libstdc++ 12 hands to the function may be a larger one, and is not used.
      place->resize_and_overwrite(length, [&](char* to, std::size_t) {
        is_ascii = unmask_ascii(to, from, length, frame_.mask_key);
        return length;
      });
      event.payload = *place;
    } else {
      is_ascii = unmask_ascii(input.data(), from, length, frame_.mask_key);
      event.payload = {from, length};
    }
    input = input.subspan(length);
  } else {
    event.payload = unmask(input, length);
  }
  event.kind = is_text ? Event::Kind::Text : Event::Kind::Binary;
  return true;
}

Event Protocol::begin_frame(std::span<char>& input, base::Buffer& out) {
  if (is_control(frame_.opcode)) {
    if (input.size() >= frame_.length) return on_control(unmask(input, static_cast<std::size_t>(frame_.length)), out);
    seldom().control = std::make_unique<ControlPayload>();
  } else {
    if (!assembling()) compressed_ = frame_.reserved != 0;
    if (compressed_) deflate_->begin_frame(frame_.length);
    assembly().begin_frame(frame_.opcode);
    if (assembly_->frames() > limits_.max_fragments) {
      return refuse_over_limit("message", limits_.max_fragments, "frames", out);
    }
  }
  remaining_ = frame_.length;
  inside_frame_ = true;
  return continue_frame(input, out);
}

Event Protocol::continue_frame(std::span<char>& input, base::Buffer& out) {
  if (compressed_ && !is_control(frame_.opcode)) return continue_compressed(input, out);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
  const std::string_view piece = unmask(input, count);
  frame_.mask_key = rotate_mask_key(frame_.mask_key, count);
  remaining_ -= count;
  inside_frame_ = remaining_ != 0;

  if (is_control(frame_.opcode)) {
    ControlPayload& control = *seldom_->control;
    if (!piece.empty()) std::memcpy(control.bytes + control.size, piece.data(), count);
    control.size = static_cast<std::uint8_t>(control.size + count);
    if (inside_frame_) return {};
    delivered_ = true;
    return on_control(control.view(), out);
  }

  const bool accepted = delivery_ == Delivery::Pieces ? assembly_->accept(piece) : assembly_->append(piece, remaining_);
  if (!accepted) return fail(CloseCode::InvalidPayload, not_utf8, out);
  return on_data(delivery_ == Delivery::Pieces ? piece : assembly_->view(), !inside_frame_ && frame_.final, out);
}

Event Protocol::on_data(std::string_view payload, bool final, base::Buffer& out) {
  Event event;
  if (final) {
    if (compressed_) deflate_->end_message();
    compressed_ = false;
    // The last frame may be empty and the text still end inside a code point: the whole message is judged here.
    if (!assembly_->finish()) return fail(CloseCode::InvalidPayload, not_utf8, out);
  } else if (delivery_ == Delivery::Messages || payload.empty()) {
    return event;
  }
  delivered_ = true;
  event.kind = assembly_->opcode() == Opcode::Text ? Event::Kind::Text : Event::Kind::Binary;
  event.first = assembly_->give_piece();
  event.final = final;
  event.payload = payload;
  return event;
}

void Protocol::take_delivered(const Event& event, std::string& text) {
  const std::string_view assembled = assembly_ ? assembly_->view() : std::string_view();
  const bool here = !assembled.empty() && event.payload.data() == assembled.data() &&
                    event.payload.size() == assembled.size();
  if (here) {
    text = assembly_->take();
  } else {
    text.assign(event.payload);
  }
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
  const bool over = pong_bytes_ != 0 && pong_bytes_ + size > limits_.max_pong_backlog;
  if (!pong_held_ && !over) return write_pong(payload, out);
  auto& held = seldom().held_pong;
  if (!held) held = std::make_unique<ControlPayload>();
  held->assign(payload);
  pong_held_ = true;
}

void Protocol::flush_pong(base::Buffer& out) {
  if (!out.empty()) return;
  pong_bytes_ = 0;
  if (!std::exchange(pong_held_, false)) return;
  write_pong(seldom_->held_pong->view(), out);
  seldom_->held_pong.reset();
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
  const bool compressed = assembling() ? compressed_ : frame_.reserved != 0;
  const bool of_frame = limits_.max_frame_size < message_room(compressed);
  return refuse_over_limit(of_frame ? "frame" : "message", of_frame ? limits_.max_frame_size : limits_.max_message_size,
                           "bytes", out);
}

Event Protocol::refuse_over_limit(const char* what, std::uint64_t limit, const char* unit, base::Buffer& out) {
  auto& text = seldom().control;
  text = std::make_unique<ControlPayload>();
  const int size = std::snprintf(text->bytes, sizeof text->bytes, "%s is over the limit of %llu %s", what,
                                 static_cast<unsigned long long>(limit), unit);
  text->size = static_cast<std::uint8_t>(size);
  delivered_ = true;
  return fail(CloseCode::MessageTooBig, text->view(), out);
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

}  // namespace folio::ws
