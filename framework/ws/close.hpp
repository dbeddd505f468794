// Status codes of RFC 6455 §7.4 and the payload of a Close frame, §5.5.1: nothing, or a code of two bytes and a reason
// in UTF-8. Nothing here allocates; reasons are views into what was given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ws/frame.hpp"

namespace folio::ws {

// The codes of RFC 6455 §7.4.1 and of IANA's registry. An application's own (4000–4999) are CloseCode{4000} and so on.
enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  UnsupportedData = 1003,
  NoStatus = 1005,  // stands for a Close frame without a code; never on the wire
  Abnormal = 1006,  // stands for a connection lost without a Close frame; never on the wire
  InvalidPayload = 1007,
  PolicyViolation = 1008,
  MessageTooBig = 1009,
  MandatoryExtension = 1010,
  InternalError = 1011,
  ServiceRestart = 1012,
  TryAgainLater = 1013,
  BadGateway = 1014,
  TlsHandshake = 1015,  // stands for a TLS handshake that failed; never on the wire
};

constexpr std::uint16_t number(CloseCode code) {
  return static_cast<std::uint16_t>(code);
}

// Whether a Close frame may carry the code.
constexpr bool is_valid_on_wire(CloseCode code) {
  const std::uint16_t value = number(code);
  // RFC 6455 §7.4.2: "Status codes in the range 0-999 are not used."
  if (value < 1000) return false;
  // RFC 6455 §7.4.2, on 1000-2999: "reserved for definition by this protocol, its future revisions, and extensions".
  // Of these 1004 is reserved, and 1005, 1006 and 1015 each are "a reserved value and MUST NOT be set as a status code
  // in a Close control frame by an endpoint"; 1012-1014 were registered later.
  if (value < 3000) return value <= 1003 || (value >= 1007 && value <= 1014);
  // RFC 6455 §7.4.2: 3000-3999 for "libraries, frameworks, and applications", 4000-4999 for "private use".
  return value <= 4999;
}

inline constexpr std::size_t max_close_reason = max_control_payload - 2;

// What a Close frame said. An empty payload is NoStatus: RFC 6455 §7.1.5: "If this Close control frame contains no
// status code, _The WebSocket Connection Close Code_ is considered to be 1005."
struct CloseStatus {
  CloseCode code = CloseCode::NoStatus;
  std::string_view reason;
};

enum class CloseFault : std::uint8_t { None, OneByte, InvalidCode, InvalidUtf8 };

// What is wrong, as the reason of a Close frame has it. Empty for None.
[[nodiscard]] std::string_view describe(CloseFault fault);

// Reads the unmasked payload of a Close frame. The reason is a view into `payload`.
[[nodiscard]] CloseFault read_close(std::string_view payload, CloseStatus& status);

// Writes the payload of a Close frame to `out`, which has room for max_control_payload, and gives its size.
// NoStatus gives an empty payload. A reason is cut to 123 bytes between code points, and left out when it is not UTF-8.
// REQUIRES: is_valid_on_wire(code) || code == NoStatus.
std::size_t write_close(char* out, CloseCode code, std::string_view reason);

}  // namespace folio::ws
