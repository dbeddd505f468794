#include "conformance/ws/peer.hpp"

#include <algorithm>
#include <cctype>

#include "conformance/ws/frames.hpp"
#include "conformance/ws/utf8_sequences.hpp"

namespace folio::conformance {

namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& each : made) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return made;
}

// Bytes as a message of a failure shows them.
std::string shown(std::string_view payload) {
  constexpr std::size_t most = 60;
  std::string made = std::to_string(payload.size()) + " bytes";
  if (payload.empty()) return made;
  made += " \"";
  for (const char each : payload.substr(0, most)) {
    const auto code = static_cast<unsigned char>(each);
    if (code >= 0x20 && code < 0x7F) {
      made.push_back(each);
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      made += {'\\', 'x', digits[code >> 4], digits[code & 15]};
    }
  }
  return made + (payload.size() > most ? "…" : "\"");
}

int close_code(std::string_view payload) {
  return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

// What is wrong with the payload of a Close frame from a server; nothing: empty.
std::string close_fault(std::string_view payload) {
  if (payload.empty()) return {};
  if (payload.size() == 1) return "a Close frame with one byte";
  const int code = close_code(payload);
  const bool valid =
      (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) || (code >= 3000 && code <= 4999);
  if (!valid) return "a Close frame with code " + std::to_string(code);
  if (!is_utf8(payload.substr(2))) return "a Close frame whose reason is no UTF-8";
  return {};
}

}  // namespace

std::optional<std::string> HttpResponse::field(const std::string& name) const {
  const auto found = fields.find(name);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

std::string describe(const Received& received) {
  switch (received.kind) {
    case Received::Kind::Text:
      return "a text of " + shown(received.payload);
    case Received::Kind::Binary:
      return "a binary message of " + shown(received.payload);
    case Received::Kind::Ping:
      return "a ping of " + shown(received.payload);
    case Received::Kind::Pong:
      return "a pong of " + shown(received.payload);
    case Received::Kind::Close:
      if (received.payload.size() < 2) return "a Close frame without a code";
      return "a Close frame with " + std::to_string(close_code(received.payload)) + " and " +
             shown(std::string_view(received.payload).substr(2));
    case Received::Kind::End:
      return "the end of the connection";
    case Received::Kind::Fault:
      return "a fault: " + received.payload;
  }
  return {};
}

HttpResponse Peer::response() {
  HttpResponse response;
  std::size_t end;
  while ((end = wire_.input().find("\r\n\r\n")) == std::string_view::npos) {
    if (!wire_.receive()) return response;
  }
  std::string_view head = wire_.input().substr(0, end + 2);
  response.status = std::stoi(std::string(head.substr(9, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto colon = line.find(": ");
    response.fields.emplace(lower(line.substr(0, colon)), line.substr(colon + 2));
  }
  wire_.take(end + 4);
  if (response.status == 100) return this->response();
  const std::size_t size = std::stoul(response.field("content-length").value_or("0"));
  if (!have(size)) return response;
  response.body = wire_.input().substr(0, size);
  wire_.take(size);
  return response;
}

struct Peer::Frame {
  int first = 0;
  std::string payload;
  [[nodiscard]] int op() const { return first & 0x0F; }
  [[nodiscard]] bool final() const { return (first & fin) != 0; }
};

bool Peer::have(std::size_t count) {
  while (wire_.input().size() < count) {
    if (!wire_.receive()) return false;
  }
  return true;
}

std::string Peer::read_frame(Frame& frame) {
  const auto missing = [&] {
    if (!wire_.fault().empty()) return wire_.fault();
    return wire_.input().empty() ? std::string("end") : "the connection ended inside a frame";
  };
  const auto octet = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(wire_.input()[at]));
  };
  if (!have(2)) return missing();
  frame.first = static_cast<int>(octet(0));
  // RFC 6455 §5.1: "A server MUST NOT mask any frames that it sends to the client."
  if ((octet(1) & 0x80U) != 0) return "a masked frame";
  std::uint64_t length = octet(1);
  const std::size_t width = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!have(2 + width)) return missing();
  if (width != 0) {
    length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8 | octet(2 + i);
    if (length < (width == 2 ? 126U : 65'536U)) return "a length that is not in its shortest form";
  }
  if (!have(2 + width + length)) return missing();
  frame.payload = wire_.input().substr(2 + width, length);
  wire_.take(2 + width + length);
  return {};
}

Received Peer::next() {
  while (true) {
    Frame frame;
    if (const std::string fault = read_frame(frame); !fault.empty()) {
      if (fault != "end") return Received::fault(fault);
      return inside_message_ ? Received::fault("the connection ended inside a message") : Received{};
    }
    const bool starts = frame.op() == opcode::text || frame.op() == opcode::binary;
    const int meaningful = starts && decompressor_ ? rsv1 : 0;
    if ((frame.first & (rsv1 | rsv2 | rsv3) & ~meaningful) != 0) return Received::fault("a reserved bit is set");
    switch (frame.op()) {
      case opcode::text:
      case opcode::binary:
        if (inside_message_) return Received::fault("a message inside another one");
        message_.kind = frame.op() == opcode::text ? Received::Kind::Text : Received::Kind::Binary;
        message_.payload.clear();
        message_.compressed = (frame.first & rsv1) != 0;
        break;
      case opcode::continuation:
        if (!inside_message_) return Received::fault("a continuation of nothing");
        break;
      case opcode::close:
      case opcode::ping:
      case opcode::pong: {
        if (!frame.final()) return Received::fault("a fragmented control frame");
        if (frame.payload.size() > 125) return Received::fault("a control frame of more than 125 bytes");
        if (frame.op() == opcode::ping) return {Received::Kind::Ping, frame.payload};
        if (frame.op() == opcode::pong) return {Received::Kind::Pong, frame.payload};
        if (const std::string fault = close_fault(frame.payload); !fault.empty()) return Received::fault(fault);
        return {Received::Kind::Close, frame.payload};
      }
      default:
        return Received::fault("a reserved opcode");
    }
    message_.payload += frame.payload;
    inside_message_ = !frame.final();
    if (!inside_message_) return finish_message();
  }
}

Received Peer::finish_message() {
  Received message = std::move(message_);
  message_ = {};
  if (message.compressed) {
    auto plain = decompressor_->decompress(std::move(message.payload));
    if (!plain) return Received::fault("a message that does not decompress as was agreed");
    message.payload = *std::move(plain);
  }
  if (message.kind == Received::Kind::Text && !is_utf8(message.payload)) {
    return Received::fault("a text that is no UTF-8");
  }
  return message;
}

}  // namespace folio::conformance
