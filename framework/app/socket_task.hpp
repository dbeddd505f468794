// The task of a WS handler.
#pragma once

#include <folio/task.hpp>

#include <string>

#include "app/socket.hpp"

namespace folio::app {

// The coroutine at the top of a WS handler: runs it, and closes the connection with 1011 when it throws.
[[nodiscard]] Task<> run_socket(detail::SocketRef socket, Task<> task, std::string path, std::string route);

}  // namespace folio::app
