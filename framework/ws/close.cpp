#include "ws/close.hpp"

#include <cstring>

#include "base/utf8.hpp"

namespace folio::ws {

std::string_view describe(CloseFault fault) {
  switch (fault) {
    case CloseFault::None:
      return "";
    case CloseFault::OneByte:
      return "close frame with a payload of one byte";
    case CloseFault::InvalidCode:
      return "close frame with an invalid status code";
    case CloseFault::InvalidUtf8:
      return "close frame with a reason that is not UTF-8";
  }
  return "";
}

CloseFault read_close(std::string_view payload, CloseStatus& status) {
  status = {};
  if (payload.empty()) return CloseFault::None;
  // RFC 6455 §5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer (in network
  // byte order) representing a status code"
  if (payload.size() == 1) return CloseFault::OneByte;
  const auto high = static_cast<unsigned char>(payload[0]);
  const auto low = static_cast<unsigned char>(payload[1]);
  const CloseCode code{static_cast<std::uint16_t>(high << 8 | low)};
  if (!is_valid_on_wire(code)) return CloseFault::InvalidCode;
  // RFC 6455 §5.5.1: "the body MAY contain UTF-8-encoded data"
  const std::string_view reason = payload.substr(2);
  if (!base::is_valid_utf8(reason)) return CloseFault::InvalidUtf8;
  status = {code, reason};
  return CloseFault::None;
}

std::size_t write_close(char* out, CloseCode code, std::string_view reason) {
  if (code == CloseCode::NoStatus) return 0;
  if (!base::is_valid_utf8(reason)) reason = {};
  reason = base::truncate_utf8(reason, max_close_reason);
  out[0] = static_cast<char>(number(code) >> 8);
  out[1] = static_cast<char>(number(code) & 0xFF);
  if (!reason.empty()) std::memcpy(out + 2, reason.data(), reason.size());
  return 2 + reason.size();
}

}  // namespace folio::ws
