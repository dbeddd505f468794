// What a Protocol sends.
#include "ws/protocol.hpp"

#include <cassert>
#include <cstring>
#include <memory>
#include <string>

namespace folio::ws {

bool Protocol::send(Opcode opcode, std::string_view payload, base::Buffer& out) {
  assert(opcode == Opcode::Text || opcode == Opcode::Binary);
  if (!open()) return false;
  if (!would_compress(payload.size()) || !write_compressed(opcode, payload, out)) write_frame(opcode, payload, out);
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
