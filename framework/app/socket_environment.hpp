// What the WebSockets of one loop, role and route have in common; each holds one reference to it.
#pragma once

#include <memory>

#include "app/message_memory.hpp"
#include "app/metrics.hpp"
#include "app/socket_settings.hpp"
#include "async/executor.hpp"
#include "net/loop.hpp"
#include "rooms/member.hpp"
#include "ws/deflate_contexts.hpp"
#include "ws/frame.hpp"

namespace folio::app {

struct SocketEnvironment {
  SocketSettings settings;
  ws::Role role;
  std::shared_ptr<detail::Inbox> inbox;  // of the loop, as are the others
  std::shared_ptr<room::Home> home;
  std::shared_ptr<SocketCounters> counters;
  std::shared_ptr<MessageMemory> message_memory;          // the loop's thread
  std::shared_ptr<ws::DeflateContexts> deflate_contexts;  // null: the settings are to do without compression
};

// The loop's thread, or before it runs.
[[nodiscard]] std::shared_ptr<const SocketEnvironment> make_socket_environment(net::Loop& loop, SocketSettings settings,
                                                                               ws::Role role);

}  // namespace folio::app
