// Frame headers of RFC 6455 §5.2: reading them from the front of a run of bytes, and writing them.
// Reading judges each byte as soon as it is there, so that a header that can only be wrong is refused before the rest
// of it has arrived. Nothing here holds state, allocates or fails other than by its result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "ws/mask.hpp"

namespace folio::ws {

// RFC 6455 §5.2, "Opcode: 4 bits". 3-7 and 11-15 are reserved and never leave read_header.
enum class Opcode : std::uint8_t { Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA };

// RFC 6455 §5.5: "Control frames are identified by opcodes where the most significant bit of the opcode is 1."
constexpr bool is_control(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 0x8U) != 0;
}

// Which end of the connection we are.
enum class Role : std::uint8_t { Server, Client };

// RFC 6455 §5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
inline constexpr std::size_t max_control_payload = 125;
inline constexpr std::size_t max_header_size = 14;

// The bits of FrameHeader::reserved, where they stand in the first byte.
inline constexpr std::uint8_t rsv1 = 0x40;
inline constexpr std::uint8_t rsv2 = 0x20;
inline constexpr std::uint8_t rsv3 = 0x10;

struct FrameHeader {
  std::uint64_t length = 0;  // of the payload, in bytes
  MaskKey mask_key = 0;      // 0 when the frame is not masked
  Opcode opcode = Opcode::Continuation;
  bool final = false;         // FIN
  std::uint8_t reserved = 0;  // rsv1 | rsv2 | rsv3
  std::uint8_t size = 0;      // of the header itself, in bytes
};

// What a connection takes for its next frame.
struct HeaderPolicy {
  // Who reads. RFC 6455 §5.1: "a client MUST mask all frames that it sends to the server", "A server MUST NOT mask any
  // frames that it sends to the client."
  Role reader = Role::Server;
  // Whether a fragmented message is open, so that only its continuation (or a control frame) may follow.
  bool inside_message = false;
  // Reserved bits to which a negotiated extension has given a meaning. They are taken on the first frame of a message
  // and nowhere else: RFC 7692 §6 has RSV1 there, and forbids it on control frames and on the later fragments.
  std::uint8_t reserved_bits = 0;
  // Bytes of payload that a data frame may announce, and one with a reserved bit: an extension can change the length.
  std::uint64_t max_length = std::numeric_limits<std::int64_t>::max();
  std::uint64_t max_reserved_length = std::numeric_limits<std::int64_t>::max();
};

enum class HeaderStatus : std::uint8_t {
  Complete,
  NeedMore,
  ReservedBit,
  ReservedOpcode,
  FragmentedControl,
  UnexpectedContinuation,
  ExpectedContinuation,
  NotMasked,
  Masked,
  ControlTooLong,
  LengthNotMinimal,
  LengthTopBit,
  TooLong,
};

// What is wrong, as the reason of a Close frame has it. Empty for Complete and NeedMore.
[[nodiscard]] std::string_view describe(HeaderStatus status);

namespace detail {

inline std::uint64_t load_big_endian(const unsigned char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

// The rest of read_header for anything but a short data frame with its header whole in [data, size).
HeaderStatus read_header_slow(const unsigned char* data, std::size_t size, const HeaderPolicy& policy,
                              FrameHeader& header);

}  // namespace detail

// Reads the header at the front of [bytes, size). Complete fills `header`; NeedMore says that all is well so far, and
// the call is repeated with more bytes from the same place; anything else is a fault of the peer. TooLong sets the
// header's reserved bits, which tell which limit it was.
[[nodiscard]] inline HeaderStatus read_header(const char* bytes, std::size_t size, const HeaderPolicy& policy,
                                              FrameHeader& header) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes);
  // The common case at a glance: an unfragmented text or binary frame from a client, with a length of one byte.
  if (size >= 6 && policy.reader == Role::Server && !policy.inside_message && (data[0] == 0x81 || data[0] == 0x82) &&
      data[1] >= 0x80 && data[1] < 0x80 + 126 && (data[1] & 0x7FU) <= policy.max_length) {
    header.length = data[1] & 0x7FU;
    header.mask_key = load_mask_key(data + 2);
    header.opcode = static_cast<Opcode>(data[0] & 0x0FU);
    header.final = true;
    header.reserved = 0;
    header.size = 6;
    return HeaderStatus::Complete;
  }
  return detail::read_header_slow(data, size, policy, header);
}

// Writes a header to `out`, which has room for max_header_size, and gives its size. With the shortest form of the
// length, as §5.2 demands. `first` is the first byte: see first_byte().
inline std::size_t write_header(char* out, std::uint8_t first, std::uint64_t length, std::uint8_t mask_bit) {
  out[0] = static_cast<char>(first);
  if (length < 126) {
    out[1] = static_cast<char>(mask_bit | length);
    return 2;
  }
  const std::size_t width = length <= 0xFFFF ? 2 : 8;
  out[1] = static_cast<char>(mask_bit | (width == 2 ? 126 : 127));
  for (std::size_t i = 0; i < width; ++i) out[2 + i] = static_cast<char>(length >> (8 * (width - 1 - i)) & 0xFF);
  return 2 + width;
}

constexpr std::uint8_t first_byte(Opcode opcode, bool final = true, std::uint8_t reserved = 0) {
  return static_cast<std::uint8_t>((final ? 0x80U : 0U) | reserved | static_cast<unsigned>(opcode));
}

// A server's header: not masked.
inline std::size_t write_server_header(char* out, std::uint8_t first, std::uint64_t length) {
  return write_header(out, first, length, 0);
}

// A client's header, with the key that the payload is to be masked with.
inline std::size_t write_client_header(char* out, std::uint8_t first, std::uint64_t length, MaskKey key) {
  const std::size_t size = write_header(out, first, length, 0x80);
  std::memcpy(out + size, &key, sizeof key);
  return size + sizeof key;
}

// How many bytes of header go before a payload of `length` bytes.
constexpr std::size_t header_size(std::uint64_t length, Role sender) {
  return (length < 126 ? 2U : length <= 0xFFFF ? 4U : 10U) + (sender == Role::Client ? mask_key_size : 0U);
}

}  // namespace folio::ws
