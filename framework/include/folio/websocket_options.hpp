// WsOptions: how a route's WebSockets are opened, kept and limited. A route file says it by a constant of that name:
//
//     const WsOptions ws_options = {.subprotocols = {"chat.v2", "chat.v1"}, .max_message = 64 * 1024};
//
//     Task<> WS(WebSocket ws) { … }
//
// What is left out is the server's own setting. It counts for the file's WS, and for upgrade_websocket in its GET.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace folio {

// What happens to a message that finds the queue toward its peer full.
enum class SlowPeer : std::uint8_t {
  Close,   // close the connection with 1013: the peer cannot keep up
  Drop,    // drop the message
  Latest,  // drop what waits, and keep the message
};

// permessage-deflate (RFC 7692), used with clients that offer it.
enum class WsCompression : std::uint8_t {
  Off,
  // Each message is compressed by itself, with state that all connections of a thread share: no memory a connection.
  Shared,
  // Each connection has a history of its own (context takeover): better on many similar small messages, and up to
  // 205 KiB a connection once both sides have sent a compressed message.
  Dedicated,
};

struct WsOptions {
  // What the route speaks, of which the client's order chooses; `ws.subprotocol()` tells. A client that asks for none
  // of them is accepted without one.
  std::vector<std::string> subprotocols = {};
  // Origins besides the server's own whose pages may connect: "https://example.com", "https://*.example.com",
  // "example.com:8443", "null", or "*" for all.
  std::vector<std::string> allowed_origins = {};

  std::optional<WsCompression> compression = {};
  // Bytes of a message from which on it is compressed.
  std::optional<std::size_t> compress_from = {};

  // Bytes of a received message, over all of its fragments and after decompression. Past it: closed with 1009.
  std::optional<std::uint64_t> max_message = {};
  // Gives messages in pieces, as they arrive, to `ws.next_piece()`: for messages that shall not be in memory whole.
  bool streaming = false;
  // The same limit for these.
  std::optional<std::uint64_t> max_streamed = {};

  // Bytes that may wait toward a peer, and what becomes of a message past them.
  std::optional<std::size_t> max_queue = {};
  std::optional<SlowPeer> slow_peer = {};
  // Bytes of received messages that wait for the handler before reading stops.
  std::optional<std::size_t> max_inbound = {};

  // Silence after which the peer is pinged, and after which it is given up. Looked at once a second.
  std::optional<std::chrono::seconds> ping_after = {};
  std::optional<std::chrono::seconds> idle_timeout = {};
  // How long a peer may take to answer a Close frame.
  std::optional<std::chrono::seconds> close_timeout = {};
};

}  // namespace folio
