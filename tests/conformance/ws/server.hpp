// The server under test, in the test's own process: one with the limits that it has by default, one with larger ones.
// Both start before the first test and stop after the last.
//
//   /echo      sends every message back
//   /command   does what a text says:
//                close CODE REASON   ends the connection; without REASON, or without either
//                ping PAYLOAD        sends a ping; pong PAYLOAD a pong
//                return              the handler returns
//                throw               the handler throws
//                text SIZE, binary SIZE, texts COUNT
//                                    sends a message of that size (letters() of frames.hpp), or that many of "0", "1" …
#pragma once

#include <cstdint>

#include "conformance/ws/conversation.hpp"

namespace folio::conformance {

// Bytes of a message that the servers take.
inline constexpr std::size_t default_limit = 1024 * 1024;
inline constexpr std::size_t large_limit = 4 * 1024 * 1024;

[[nodiscard]] std::uint16_t port_of(Place place);
[[nodiscard]] std::string_view path_of(Place place);

}  // namespace folio::conformance
