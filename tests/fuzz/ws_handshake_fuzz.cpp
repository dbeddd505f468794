// Any header fields as an upgrade request and as the answer to one: a request that is accepted meets every rule of
// RFC 6455 §4.2.1, and the 101 is one clean head, whatever the fields that it is given.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ascii.hpp"
#include "base/buffer.hpp"
#include "crypto/base64.hpp"
#include "ws/handshake.hpp"
#include "ws/handshake_client.hpp"

namespace {

using namespace folio;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

void require_clean_head(std::string_view head) {
  require(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n") && head.ends_with("\r\n\r\n"));
  require(head.find("\r\n\r\n") == head.size() - 4);
  for (std::size_t i = 0; i < head.size(); ++i) {
    require((head[i] == '\r') == (i + 1 < head.size() && head[i + 1] == '\n'));
  }
}

void check_request(const ws::UpgradeRequest& request, const ws::HandshakeOptions& options,
                   std::span<const ws::Field> fields) {
  const auto result = ws::check_upgrade(request, options);
  if (const auto* refusal = std::get_if<ws::Refusal>(&result)) {
    require(refusal->status >= 400 && refusal->status < 500 && !refusal->message.empty());
    return;
  }
  require(request.method == "GET" && request.minor_version >= 1);
  require(ws::is_upgrade(request));
  require(request.fields.count("Host") == 1);
  require(request.fields.count("Sec-WebSocket-Key") == 1);
  require(request.fields.count("Sec-WebSocket-Version") == 1);
  require(request.fields.count("Origin") <= 1);
  require(request.fields.lists("Connection", "upgrade"));
  const auto& accept = std::get<ws::Accept>(result);
  const auto hash = crypto::base64_decode(accept.accept_key);
  require(hash && hash->size() == 20);
  require(accept.subprotocol.empty() || accept.subprotocol == "chat" || accept.subprotocol == "superchat");
  base::Buffer out;
  ws::write_accept(out, accept, fields);
  require_clean_head(out.view());
}

}  // namespace

// Input: a line with the method and, after a blank, the minor version; then lines of `Name: value`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view start = take_line(text);
  const std::size_t blank = start.find(' ');
  std::vector<ws::Field> fields;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
  }
  const ws::FieldList source(fields);

  ws::HandshakeOptions options;
  options.subprotocols = {"chat", "superchat"};
  options.origins.allowed = {"https://*.example.com", "http://localhost"};
  options.deflate.emplace();
  const unsigned minor = blank != std::string_view::npos && start.substr(blank + 1) == "0" ? 0 : 1;
  const ws::UpgradeRequest request{start.substr(0, blank), minor, source};
  check_request(request, options, fields);
  check_request(request, {}, fields);

  ws::ClientRequest asked;
  asked.host = "localhost";
  asked.key = "dGhlIHNhbXBsZSBub25jZQ==";
  asked.subprotocols = {"chat"};
  asked.extensions = "permessage-deflate; client_max_window_bits, x-other";
  const auto answer = ws::check_response({101, source}, asked);
  if (const auto* established = std::get_if<ws::Established>(&answer)) {
    require(source.field("Sec-WebSocket-Accept", 0) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    require(established->subprotocol.empty() || established->subprotocol == "chat");
  }

  if (const auto bytes = crypto::base64_decode(start)) require(crypto::base64_encode(*bytes) == start);
  return 0;
}
