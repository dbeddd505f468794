#include "app/socket_task.hpp"

#include <exception>

#include "app/log.hpp"

namespace folio::app {

namespace {

// The coroutine's parameters outlive the handler's: its WebSocket is still there when the exception arrives here, so
// the peer is told 1011 and not 1000.
void report(const std::string& path, const std::string& route, const std::string& what) {
  log_error("WS", path, route, AppError::internal(what));
}

}  // namespace

Task<> run_socket(detail::SocketRef socket, Task<> task, std::string path, std::string route) {
  try {
    co_await task;
  } catch (const AppError& error) {
    socket->close(close_code::internal_error, {});
    log_error("WS", path, route, error);
  } catch (const std::exception& error) {
    socket->close(close_code::internal_error, {});
    report(path, route, std::string("exception: ") + error.what());
  } catch (...) {
    socket->close(close_code::internal_error, {});
    report(path, route, "an exception that is no std::exception");
  }
}

}  // namespace folio::app
