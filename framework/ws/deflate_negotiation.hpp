// RFC 7692 §5 and §7.1: agreeing on the extension permessage-deflate and its parameters. The client offers one or more
// configurations in order of preference, the server answers with the one it takes. Pure functions of what was parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "ws/extension.hpp"

namespace folio::ws {

inline constexpr std::string_view deflate_extension = "permessage-deflate";

// RFC 7692 §7.1.2: a window has 2^bits bytes.
inline constexpr std::uint8_t min_window_bits = 8;
inline constexpr std::uint8_t max_window_bits = 15;

// What both ends agreed on. The prefix names the side that compresses.
struct DeflateParameters {
  // The side begins each message with an empty window.
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  // The side does not reach back further than that.
  std::uint8_t server_max_window_bits = max_window_bits;
  std::uint8_t client_max_window_bits = max_window_bits;

  bool operator==(const DeflateParameters&) const = default;
};

// What one end wants. The defaults cost a connection no memory between messages, on either side.
struct DeflatePolicy {
  // Whether a side may compress a message with the help of those before it: better for many small messages that
  // resemble each other, at up to 166 KiB a connection for the side that compresses, and 39 for the other: deflate.hpp.
  bool server_context_takeover = false;
  bool client_context_takeover = false;
  // The largest windows. A server can ask for the client's only if the client offers to limit it; others use 15.
  std::uint8_t server_max_window_bits = max_window_bits;
  std::uint8_t client_max_window_bits = max_window_bits;
};

struct DeflateAgreement {
  DeflateParameters parameters;
  std::string response;  // an element of Sec-WebSocket-Extensions
};

// The server: takes the first of the offers that is a valid one of this extension, or none. What is no valid offer, and
// other extensions, are declined by leaving them out of the response.
[[nodiscard]] std::optional<DeflateAgreement> negotiate_deflate(std::span<const Extension> offers,
                                                                const DeflatePolicy& policy = {});

// The client: an element of Sec-WebSocket-Extensions for its request.
[[nodiscard]] std::string deflate_offer(const DeflatePolicy& policy = {});

// The client: judges all that the server's Sec-WebSocket-Extensions lists, after deflate_offer(policy) was sent. Gives
// the parameters, or nothing when the server does not take the offer; or, as a sentence, what is wrong, and then the
// connection is to be failed: RFC 6455 §7.4.1 has 1010 for it.
[[nodiscard]] std::variant<std::optional<DeflateParameters>, std::string> check_deflate_response(
    std::span<const Extension> answered, const DeflatePolicy& policy = {});

}  // namespace folio::ws
