// The task of a WS handler.
#pragma once

#include <folio/spawn.hpp>
#include <folio/task.hpp>

#include "app/socket.hpp"

namespace folio::app {

// The coroutine at the top of a WS handler: runs it, and closes the connection with 1011 when it throws.
[[nodiscard]] detail::TopCoroutine run_socket(detail::SocketRef socket, Task<> task);

}  // namespace folio::app
