// zlib's state, shared by all WebSockets of a loop that keep none of their own.
#pragma once

#include <memory>

#include "net/loop.hpp"
#include "ws/deflate_contexts.hpp"

namespace folio::app {

// Those of this loop. Whoever holds on to them longer than the loop lives uses them from one thread only.
[[nodiscard]] std::shared_ptr<ws::DeflateContexts> deflate_contexts(net::Loop& loop);

}  // namespace folio::app
