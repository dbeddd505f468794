#include "ws/frame.hpp"

namespace folio::ws {

std::string_view describe(HeaderStatus status) {
  switch (status) {
    case HeaderStatus::Complete:
    case HeaderStatus::NeedMore:
      return "";
    case HeaderStatus::ReservedBit:
      return "a reserved bit is set that no extension has given a meaning";
    case HeaderStatus::ReservedOpcode:
      return "reserved opcode";
    case HeaderStatus::FragmentedControl:
      return "fragmented control frame";
    case HeaderStatus::UnexpectedContinuation:
      return "continuation frame without a message to continue";
    case HeaderStatus::ExpectedContinuation:
      return "new message inside a fragmented message";
    case HeaderStatus::NotMasked:
      return "frame from a client is not masked";
    case HeaderStatus::Masked:
      return "frame from a server is masked";
    case HeaderStatus::ControlTooLong:
      return "control frame of more than 125 bytes";
    case HeaderStatus::LengthNotMinimal:
      return "payload length is not in its shortest form";
    case HeaderStatus::LengthTopBit:
      return "top bit of a 64-bit payload length is set";
    case HeaderStatus::TooLong:
      return "message is too long";
  }
  return "";
}

namespace detail {

HeaderStatus read_header_slow(const unsigned char* data, std::size_t size, const HeaderPolicy& policy,
                              FrameHeader& header) {
  if (size == 0) return HeaderStatus::NeedMore;

  const unsigned opcode_bits = data[0] & 0x0FU;
  // RFC 6455 §5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
  if ((opcode_bits & 0x7U) > 2) return HeaderStatus::ReservedOpcode;
  const auto opcode = static_cast<Opcode>(opcode_bits);
  const bool control = is_control(opcode);
  const bool final = (data[0] & 0x80U) != 0;

  // RFC 6455 §5.2: "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values. If a nonzero
  // value is received and none of the negotiated extensions defines the meaning of such a nonzero value, the receiving
  // endpoint MUST _Fail the WebSocket Connection_."
  const auto reserved = static_cast<std::uint8_t>(data[0] & (rsv1 | rsv2 | rsv3));
  const bool first_of_message = opcode == Opcode::Text || opcode == Opcode::Binary;
  if ((reserved & ~(first_of_message ? policy.reserved_bits : 0U)) != 0) return HeaderStatus::ReservedBit;

  if (control) {
    // RFC 6455 §5.4: "Control frames themselves MUST NOT be fragmented."
    if (!final) return HeaderStatus::FragmentedControl;
  } else if (opcode == Opcode::Continuation) {
    // RFC 6455 §5.4: "A fragmented message consists of a single frame with the FIN bit clear and an opcode other than
    // 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single
    // frame with the FIN bit set and an opcode of 0."
    if (!policy.inside_message) return HeaderStatus::UnexpectedContinuation;
  } else if (policy.inside_message) {
    // RFC 6455 §5.4: "The fragments of one message MUST NOT be interleaved between the fragments of another message
    // unless an extension has been negotiated that can interpret the interleaving."
    return HeaderStatus::ExpectedContinuation;
  }

  if (size < 2) return HeaderStatus::NeedMore;
  const bool masked = (data[1] & 0x80U) != 0;
  // RFC 6455 §5.1: "The server MUST close the connection upon receiving a frame that is not masked." — "A client MUST
  // close a connection if it detects a masked frame."
  if (policy.reader == Role::Server && !masked) return HeaderStatus::NotMasked;
  if (policy.reader == Role::Client && masked) return HeaderStatus::Masked;

  std::uint64_t length = data[1] & 0x7FU;
  std::size_t at = 2;
  // RFC 6455 §5.5: "All control frames MUST have a payload length of 125 bytes or less"
  if (control && length > max_control_payload) return HeaderStatus::ControlTooLong;

  // RFC 6455 §5.2: "Note that in all cases, the minimal number of bytes MUST be used to encode the length, for example,
  // the length of a 124-byte-long string can't be encoded as the sequence 126, 0, 124."
  if (length == 126) {
    if (size < 4) return HeaderStatus::NeedMore;
    length = load_big_endian(data + 2, 2);
    if (length < 126) return HeaderStatus::LengthNotMinimal;
    at = 4;
  } else if (length == 127) {
    // RFC 6455 §5.2: "the following 8 bytes interpreted as a 64-bit unsigned integer (the most significant bit MUST be
    // 0) are the payload length."
    if (size > 2 && (data[2] & 0x80U) != 0) return HeaderStatus::LengthTopBit;
    if (size < 10) return HeaderStatus::NeedMore;
    length = load_big_endian(data + 2, 8);
    if (length <= 0xFFFF) return HeaderStatus::LengthNotMinimal;
    at = 10;
  }
  if (!control && length > (reserved != 0 ? policy.max_reserved_length : policy.max_length)) {
    header.reserved = reserved;
    return HeaderStatus::TooLong;
  }

  MaskKey key = 0;
  if (masked) {
    if (size < at + mask_key_size) return HeaderStatus::NeedMore;
    key = load_mask_key(data + at);
    at += mask_key_size;
  }

  header.length = length;
  header.mask_key = key;
  header.opcode = opcode;
  header.final = final;
  header.reserved = reserved;
  header.size = static_cast<std::uint8_t>(at);
  return HeaderStatus::Complete;
}

}  // namespace detail
}  // namespace folio::ws
