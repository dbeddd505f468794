#include "ws/handshake.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace folio::ws {
namespace {

Refusal bad_request(std::string message) {
  return {400, std::move(message), {}};
}

// RFC 6455 §4.4: "If the server doesn't support the requested version, it MUST respond with a |Sec-WebSocket-Version|
// header field (or multiple |Sec-WebSocket-Version| header fields) containing all versions it is willing to use."
// RFC 9110 §15.5.22, 426: "The server MUST send an Upgrade header field in a 426 response to indicate the required
// protocol(s)". §7.8: "A sender of Upgrade MUST also send an "Upgrade" connection option in the Connection header
// field".
Refusal upgrade_required(std::string message) {
  return {
      426, std::move(message), {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}}};
}

// The subprotocols that the client speaks, in its order. Nothing when the field is malformed.
std::optional<std::vector<std::string_view>> requested_subprotocols(const FieldSource& fields) {
  std::vector<std::string_view> requested;
  for (std::size_t i = 0; const auto line = fields.field("Sec-WebSocket-Protocol", i); ++i) {
    const std::size_t before = requested.size();
    base::for_each_list_member(*line, [&](std::string_view member) { requested.push_back(member); });
    if (requested.size() == before) return std::nullopt;
  }
  // RFC 6455 §4.1: "The elements that comprise this value MUST be non-empty strings with characters in the range U+0021
  // to U+007E not including separator characters as defined in [RFC2616] and MUST all be unique strings."
  for (auto member = requested.begin(); member != requested.end(); ++member) {
    if (!base::is_token(*member) || std::find(requested.begin(), member, *member) != member) return std::nullopt;
  }
  return requested;
}

// Fields of a 101 that are not for others to add.
bool is_reserved_field(std::string_view name) {
  constexpr std::string_view reserved[] = {"Connection",
                                           "Content-Length",
                                           "Sec-WebSocket-Accept",
                                           "Sec-WebSocket-Extensions",
                                           "Sec-WebSocket-Protocol",
                                           "Transfer-Encoding",
                                           "Upgrade"};
  return std::ranges::any_of(reserved, [&](std::string_view each) { return base::iequals(each, name); });
}

void write_field(base::Buffer& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

}  // namespace

std::string accept_key(std::string_view key) {
  // RFC 6455 §4.2.2: "a |Sec-WebSocket-Accept| header field. The value of this header field is constructed by
  // concatenating /key/, defined above in step 4 in Section 4.2.2, with the string
  // "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", taking the SHA-1 hash of this concatenated value to obtain a 20-byte value
  // and base64-encoding (see Section 4 of [RFC4648]) this 20-byte hash."
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const crypto::Sha1 hash = crypto::sha1(text);
  return crypto::base64_encode({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

bool is_valid_key(std::string_view key) {
  // Sixteen bytes are 22 digits and two of padding. The four bits that the last digit has too many are not looked at:
  // RFC 6455 §4.2.1: "It is not necessary for the server to base64-decode the |Sec-WebSocket-Key| value", and there are
  // clients that set them.
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), [](char each) { return crypto::is_base64_character(each); });
}

bool is_upgrade(const UpgradeRequest& request) {
  return request.method == "GET" &&
         (request.fields.lists("Upgrade", "websocket") || request.fields.field("Sec-WebSocket-Key", 0).has_value());
}

std::variant<Accept, Refusal> check_upgrade(const UpgradeRequest& request, const HandshakeOptions& options) {
  const FieldSource& fields = request.fields;

  // RFC 6455 §4.2.1: "An HTTP/1.1 or higher GET request, including a "Request-URI""
  if (request.method != "GET") {
    return Refusal{405, "A WebSocket is opened with GET.", {{"Allow", "GET"}}};
  }
  if (request.minor_version < 1) return bad_request("A WebSocket is opened with HTTP/1.1; the request has HTTP/1.0.");

  // RFC 6455 §4.2.1: "A |Host| header field containing the server's authority."
  const auto host = fields.field("Host", 0);
  if (!host || host->empty()) return bad_request("The request has no Host field.");
  if (fields.field("Host", 1)) return bad_request("The request has more than one Host field.");

  // RFC 6455 §4.2.1: "An |Upgrade| header field containing the value "websocket", treated as an ASCII case-insensitive
  // value."
  if (!fields.lists("Upgrade", "websocket")) {
    return upgrade_required("This is a WebSocket: the request needs the field `Upgrade: websocket`.");
  }
  // RFC 6455 §4.2.1: "A |Connection| header field that includes the token "Upgrade", treated as an ASCII
  // case-insensitive value."
  if (!fields.lists("Connection", "upgrade")) {
    return bad_request("The request needs the field `Connection: Upgrade`; a proxy may have taken it away.");
  }

  // RFC 6455 §4.2.1: "A |Sec-WebSocket-Version| header field, with a value of 13."
  const auto version = fields.field("Sec-WebSocket-Version", 0);
  if (!version) {
    Refusal refusal = bad_request("The request has no Sec-WebSocket-Version field; its value is 13.");
    refusal.fields.emplace_back("Sec-WebSocket-Version", "13");
    return refusal;
  }
  if (fields.field("Sec-WebSocket-Version", 1)) {
    return bad_request("The request has more than one Sec-WebSocket-Version field.");
  }
  if (*version != "13") return upgrade_required("The WebSocket version must be 13.");

  // RFC 6455 §4.2.1: "A |Sec-WebSocket-Key| header field with a base64-encoded (see Section 4 of [RFC4648]) value that,
  // when decoded, is 16 bytes in length." §11.3.1: "The |Sec-WebSocket-Key| header field MUST NOT appear more than once
  // in an HTTP request."
  const auto key = fields.field("Sec-WebSocket-Key", 0);
  if (!key) return bad_request("The request has no Sec-WebSocket-Key field.");
  if (fields.field("Sec-WebSocket-Key", 1))
    return bad_request("The request has more than one Sec-WebSocket-Key field.");
  if (!is_valid_key(*key)) return bad_request("Sec-WebSocket-Key must be 16 bytes in base64.");

  // RFC 6455 §4.2.2: "If the server does not wish to accept this connection, it MUST return an appropriate HTTP error
  // code (e.g., 403 Forbidden) and abort the WebSocket handshake described in this section."
  if (const auto origin = fields.field("Origin", 0)) {
    if (fields.field("Origin", 1)) return bad_request("The request has more than one Origin field.");
    const std::string_view authority = request.authority.empty() ? *host : request.authority;
    if (!is_origin_allowed(options.origins, *origin, authority, request.secure)) {
      return Refusal{
          403,
          "Pages of this origin may not open a WebSocket here. Allowed are the server's own origin and those "
          "in its list of allowed origins.",
          {}};
    }
  }

  const auto subprotocols = requested_subprotocols(fields);
  if (!subprotocols) return bad_request("Sec-WebSocket-Protocol must be a list of different tokens.");
  // RFC 6455 §9.1: "If a value is received by either the client or server during negotiation that does not conform to
  // the ABNF below, the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_."
  const auto offers = read_extensions(fields);
  if (!offers) return bad_request("Sec-WebSocket-Extensions is malformed.");

  Accept accept;
  accept.accept_key = accept_key(*key);
  // RFC 6455 §4.2.2, /subprotocol/: "Either a single value representing the subprotocol the server is ready to use or
  // null. The value chosen MUST be derived from the client's handshake".
  for (const std::string_view requested : *subprotocols) {
    const auto spoken = std::ranges::find(options.subprotocols, requested);
    if (spoken != options.subprotocols.end()) {
      accept.subprotocol = *spoken;
      break;
    }
  }
  if (options.deflate) {
    if (auto agreement = negotiate_deflate(*offers, *options.deflate)) {
      accept.extensions = std::move(agreement->response);
      accept.deflate = agreement->parameters;
    }
  }
  return accept;
}

void write_accept(base::Buffer& out, const Accept& accept, std::span<const Field> extra) {
  // RFC 6455 §4.2.2: "A Status-Line with a 101 response code as per RFC 2616 [RFC2616]. Such a response could look like
  // "HTTP/1.1 101 Switching Protocols"."
  out.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  write_field(out, "Sec-WebSocket-Accept", accept.accept_key);
  if (!accept.subprotocol.empty()) write_field(out, "Sec-WebSocket-Protocol", accept.subprotocol);
  if (!accept.extensions.empty()) write_field(out, "Sec-WebSocket-Extensions", accept.extensions);
  for (const Field& field : extra) {
    if (base::is_token(field.name) && base::is_field_value(field.value) && !is_reserved_field(field.name)) {
      write_field(out, field.name, field.value);
    }
  }
  out.append("\r\n");
}

}  // namespace folio::ws
