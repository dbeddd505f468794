#include "app/socket_task.hpp"

#include <exception>

#include "app/dispatch.hpp"
#include "app/log.hpp"

namespace folio::app {

// The coroutine's parameters outlive the handler's: its WebSocket is still there when the exception arrives here, so
// the peer is told 1011 and not 1000.
detail::TopCoroutine run_socket(detail::SocketRef socket, Task<> task) {
  try {
    co_await task;
  } catch (...) {
    socket->close(close_code::internal_error, {});
    const Request& request = socket->request();
    log_error("WS", request.path(), request.route(), failure_of(std::current_exception()));
  }
}

}  // namespace folio::app
