// A loop as rooms know it.
#pragma once

#include <memory>

#include "net/loop.hpp"
#include "rooms/hub.hpp"

namespace folio::app {

// The home of the members that live on this loop. The loop's thread, or before it runs.
[[nodiscard]] std::shared_ptr<room::Home> room_home(net::Loop& loop);

}  // namespace folio::app
