#include "app/exchange.hpp"

namespace folio::app {

namespace {
constexpr std::size_t kept_body = 16 * 1024;  // a larger one goes back to the allocator
}

void Exchange::reset() {
  parser.reset();
  block.clear();
  if (data.body.capacity() > kept_body) data.body = std::string();
  data.body.clear();
  data.values.clear();
  data.id.clear();
  data.trace.reset();
  data.remote_address.clear();
  data.route = {};
  data.head = nullptr;
  chain = {};
  application.reset();
  socket_task.reset();
  socket.reset();
  started = 0;
  counters = nullptr;
}

}  // namespace folio::app
