// What holds for the WebSockets of one route: the server's settings with the route's own put in their place.
#pragma once

#include <folio/websocket_options.hpp>

#include <optional>

#include "app/config.hpp"
#include "ws/handshake.hpp"

namespace folio::app {

// What a server or a client wants of permessage-deflate; nothing: not to have it.
[[nodiscard]] std::optional<ws::DeflatePolicy> deflate_policy(WsCompression compression);

struct SocketSettings {
  SocketLimits limits;
  ws::HandshakeOptions handshake;
  SlowPeer slow_peer = SlowPeer::Close;
  bool streaming = false;
};

// `options` may be null: the server's settings as they are.
[[nodiscard]] SocketSettings make_socket_settings(const Config& config, const WsOptions* options);

}  // namespace folio::app
