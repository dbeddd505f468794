#include "ws/handshake_client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "crypto/base64.hpp"
#include "crypto/random.hpp"
#include "ws/handshake.hpp"

namespace folio::ws {
namespace {

void write_field(base::Buffer& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

}  // namespace

std::string make_key() {
  std::array<unsigned char, 16> nonce;
  crypto::random_bytes(nonce);
  return crypto::base64_encode({reinterpret_cast<const char*>(nonce.data()), nonce.size()});
}

void write_request(base::Buffer& out, const ClientRequest& request) {
  out.append("GET ");
  out.append(request.target);
  out.append(" HTTP/1.1\r\n");
  write_field(out, "Host", request.host);
  out.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
  write_field(out, "Sec-WebSocket-Key", request.key);
  out.append("Sec-WebSocket-Version: 13\r\n");
  if (!request.subprotocols.empty()) {
    std::string list;
    for (const std::string& subprotocol : request.subprotocols) {
      if (!list.empty()) list += ", ";
      list += subprotocol;
    }
    write_field(out, "Sec-WebSocket-Protocol", list);
  }
  if (!request.extensions.empty()) write_field(out, "Sec-WebSocket-Extensions", request.extensions);
  for (const Field& field : request.extra) write_field(out, field.name, field.value);
  out.append("\r\n");
}

std::variant<Established, std::string> check_response(const UpgradeResponse& response, const ClientRequest& request) {
  const FieldSource& fields = response.fields;

  // RFC 6455 §4.1: "If the status code received from the server is not 101, the client handles the response per HTTP
  // [RFC2616] procedures."
  if (response.status != 101) return "the server answered with status " + std::to_string(response.status);

  // RFC 6455 §4.1: "If the response lacks an |Upgrade| header field or the |Upgrade| header field contains a value that
  // is not an ASCII case-insensitive match for the value "websocket", the client MUST _Fail the WebSocket Connection_."
  const auto upgrade = fields.field("Upgrade", 0);
  if (!upgrade || !base::iequals(*upgrade, "websocket") || fields.field("Upgrade", 1)) {
    return "the response has no `Upgrade: websocket`";
  }
  // RFC 6455 §4.1: "If the response lacks a |Connection| header field or the |Connection| header field doesn't contain
  // a token that is an ASCII case-insensitive match for the value "Upgrade", the client MUST _Fail the WebSocket
  // Connection_."
  if (!fields.lists("Connection", "upgrade")) return "the response has no `Connection: Upgrade`";

  // RFC 6455 §4.1: "If the response lacks a |Sec-WebSocket-Accept| header field or the |Sec-WebSocket-Accept| contains
  // a value other than the base64-encoded SHA-1 of the concatenation of the |Sec-WebSocket-Key| (as a string, not
  // base64-decoded) with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" but ignoring any leading and trailing
  // whitespace, the client MUST _Fail the WebSocket Connection_."
  const auto accept = fields.field("Sec-WebSocket-Accept", 0);
  if (!accept || *accept != accept_key(request.key) || fields.field("Sec-WebSocket-Accept", 1)) {
    return "Sec-WebSocket-Accept does not answer the key";
  }

  Established established;
  // RFC 6455 §4.1: "If the response includes a |Sec-WebSocket-Extensions| header field and this header field indicates
  // the use of an extension that was not present in the client's handshake (the server has indicated an extension not
  // requested by the client), the client MUST _Fail the WebSocket Connection_."
  auto extensions = read_extensions(fields);
  if (!extensions) return "Sec-WebSocket-Extensions is malformed";
  if (!extensions->empty()) {
    const auto offers = parse_extensions(request.extensions);
    for (const Extension& extension : *extensions) {
      const bool offered = offers && std::ranges::any_of(*offers, [&](const Extension& offer) {
                             return base::iequals(offer.name, extension.name);
                           });
      if (!offered) return "the server uses an extension that was not offered: " + extension.name;
    }
  }
  established.extensions = std::move(*extensions);

  // RFC 6455 §4.1: "If the response includes a |Sec-WebSocket-Protocol| header field and this header field indicates
  // the use of a subprotocol that was not present in the client's handshake (the server has indicated a subprotocol not
  // requested by the client), the client MUST _Fail the WebSocket Connection_."
  if (const auto subprotocol = fields.field("Sec-WebSocket-Protocol", 0)) {
    if (fields.field("Sec-WebSocket-Protocol", 1) ||
        std::ranges::find(request.subprotocols, *subprotocol) == request.subprotocols.end()) {
      return "the server uses a subprotocol that was not requested";
    }
    established.subprotocol = *subprotocol;
  }
  return established;
}

}  // namespace folio::ws
