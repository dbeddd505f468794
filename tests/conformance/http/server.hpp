// The servers under test, in the test's own process. They start before the first test and stop after the last.
//
//   anything else   what reached it: "GET /path?query host=a x=1 body=5:hello"
//   /probe          "probe"
//   /get            answers GET alone, with the report
//   /later          the report, a little later
//   /shape/…        by the last segment: empty (204), reset-content (205)
//     not-modified  304, and tries to send a body with it
//     close         asks for the end of the connection
//     own-framing   tries to send a length, a transfer coding and a date of its own
//     injection     tries to send a field whose value holds a CRLF
//     interim       101 without a socket
//     throw         throws
//     large         1,000,000 bytes
//   /socket         a WebSocket that sends messages back
#pragma once

#include <cstdint>

#include "conformance/http/cases.hpp"
#include "net/tls_context.hpp"

namespace folio::conformance {

[[nodiscard]] std::uint16_t port_of(ServerKind kind);
// The same as the usual one, by TLS; and what trusts its certificate.
[[nodiscard]] std::uint16_t tls_port();
[[nodiscard]] const net::TlsContext& tls_client();
// Requests that reached a handler since the start.
[[nodiscard]] int dispatched();

}  // namespace folio::conformance
