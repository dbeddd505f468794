#include "app/exchange.hpp"

#include <utility>

namespace folio::app {

namespace {
constexpr std::size_t kept_body = 16 * 1024;  // a larger one goes back to the allocator
}

void Exchange::detach() noexcept {
  if (incoming) std::exchange(incoming, nullptr)->detach();
  if (sink) std::exchange(sink, nullptr)->detach();
}

void Exchange::shrink() {
  parser.shrink();
  data.match.shrink();
  data.body = std::string();
}

void Exchange::reset() {
  detach();
  parser.reset();
  block.clear();
  if (data.body.capacity() > kept_body) data.body = std::string();
  data.body.clear();
  data.values.clear();
  data.id.clear();
  data.trace.reset();
  data.remote_address.clear();
  data.client_certificate.reset();
  data.scheme = data.host = {};
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
