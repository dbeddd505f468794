// The opening handshake of RFC 6455, the client's half (§4.1): writing the request, and judging the server's answer.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/buffer.hpp"
#include "ws/extension.hpp"
#include "ws/field.hpp"

namespace folio::ws {

struct ClientRequest {
  std::string_view host;                  // the authority: with the port, unless it is the scheme's own
  std::string_view target = "/";          // path and query, percent-encoded
  std::string_view key;                   // of make_key(), one for each connection
  std::vector<std::string> subprotocols;  // in the order of preference
  std::string extensions;                 // the offer: the value of Sec-WebSocket-Extensions; empty: none
  std::span<const Field> extra;           // Origin, Cookie, Authorization and the like
};

// RFC 6455 §4.1: "The value of this header field MUST be a nonce consisting of a randomly selected 16-byte value that
// has been base64-encoded".
[[nodiscard]] std::string make_key();

// REQUIRES: every text in the request may stand in a head: no line breaks; subprotocols are tokens.
void write_request(base::Buffer& out, const ClientRequest& request);

struct UpgradeResponse {
  unsigned status = 0;
  const FieldSource& fields;
};

struct Established {
  std::string subprotocol;            // empty: none
  std::vector<Extension> extensions;  // those that the server took, of the ones that were offered
};

// Gives what is wrong, as a sentence, when the server did not accept the request.
[[nodiscard]] std::variant<Established, std::string> check_response(const UpgradeResponse& response,
                                                                    const ClientRequest& request);

}  // namespace folio::ws
