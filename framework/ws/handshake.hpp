// The opening handshake of RFC 6455, the server's half (§4.2): judging a request, and writing the 101 that accepts it.
// Pure functions of the request; frames may follow the request's head in the same bytes, and those are the protocol's.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/buffer.hpp"
#include "ws/deflate_negotiation.hpp"
#include "ws/field.hpp"
#include "ws/origin.hpp"

namespace folio::ws {

struct UpgradeRequest {
  std::string_view method;     // as it was sent
  unsigned minor_version = 1;  // HTTP/1.minor_version
  const FieldSource& fields;
  // The authority of an absolute-form target, which goes before the Host field; empty otherwise.
  std::string_view authority = {};
  // It came by https; false: it did not, or a proxy in front may have taken TLS off.
  bool secure = false;
};

// Whether the request wants to be a WebSocket: a GET whose Upgrade names websocket, or that has a Sec-WebSocket-Key. It
// need not be a valid one: check_upgrade says so, so that a broken handshake gets its error and not the page that lives
// under the same path.
[[nodiscard]] bool is_upgrade(const UpgradeRequest& request);

struct HandshakeOptions {
  OriginPolicy origins;
  // The subprotocols that the route speaks. The client's order of preference decides among them (§4.1).
  std::vector<std::string> subprotocols;
  // How permessage-deflate is agreed on with a client that offers it. Nothing: it is declined, as all other extensions.
  std::optional<DeflatePolicy> deflate;
};

struct Accept {
  std::string accept_key;        // the value of Sec-WebSocket-Accept
  std::string_view subprotocol;  // one of HandshakeOptions::subprotocols; empty: none
  std::string extensions;        // the value of Sec-WebSocket-Extensions; empty: none
  std::optional<DeflateParameters> deflate;
};

struct Refusal {
  unsigned status = 400;
  std::string message;  // one sentence, for people
  // Fields that the response must have, such as Sec-WebSocket-Version with a 426.
  std::vector<std::pair<std::string, std::string>> fields;
};

[[nodiscard]] std::variant<Accept, Refusal> check_upgrade(const UpgradeRequest& request,
                                                          const HandshakeOptions& options = {});

// Appends the 101 (Switching Protocols) and its fields, `extra` among them: those of a middleware, Set-Cookie for one.
// Of `extra` is left out what no 101 may have (Content-Length, Transfer-Encoding: RFC 9110 §8.6, RFC 9112 §6.1), what
// the handshake decides by itself, and what is no valid field.
void write_accept(base::Buffer& out, const Accept& accept, std::span<const Field> extra = {});

// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key.
[[nodiscard]] std::string accept_key(std::string_view key);

// Whether `key` is sixteen bytes in base64.
[[nodiscard]] bool is_valid_key(std::string_view key);

}  // namespace folio::ws
