#include "app/socket_environment.hpp"

#include <utility>

#include "app/deflate_contexts.hpp"
#include "app/room_home.hpp"

namespace folio::app {

std::shared_ptr<const SocketEnvironment> make_socket_environment(net::Loop& loop, SocketSettings settings,
                                                                 ws::Role role) {
  const bool deflates = settings.handshake.deflate.has_value();
  return std::make_shared<const SocketEnvironment>(
      SocketEnvironment{.settings = std::move(settings),
                        .role = role,
                        .inbox = loop.inbox(),
                        .home = room_home(loop),
                        .counters = loop.local<Metrics>().sockets[static_cast<std::size_t>(role)],
                        .message_memory = std::make_shared<MessageMemory>(),
                        .deflate_contexts = deflates ? deflate_contexts(loop) : nullptr});
}

}  // namespace folio::app
