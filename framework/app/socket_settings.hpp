// What holds for the WebSockets of one route: the server's settings with the route's own put in their place.
#pragma once

#include <folio/websocket_options.hpp>

#include <memory>

#include "app/config.hpp"
#include "ws/handshake.hpp"

namespace folio::app {

struct SocketSettings {
  SocketLimits limits;
  ws::HandshakeOptions handshake;
  SlowPeer slow_peer = SlowPeer::Close;
  bool streaming = false;
};

// `options` may be null: the server's settings as they are.
[[nodiscard]] std::shared_ptr<const SocketSettings> make_socket_settings(const Config& config,
                                                                         const WsOptions* options);

}  // namespace folio::app
