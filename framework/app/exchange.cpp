#include "app/exchange.hpp"

#include <atomic>
#include <utility>

#include "base/moved_view.hpp"

namespace folio::app {

namespace {
constexpr std::size_t kept_body = 16 * 1024;  // a larger one goes back to the allocator

// Makes it ready for the next request, unless a handler has kept it, whose it then is.
void reuse_body(std::shared_ptr<std::string>& body) {
  if (!body) return;
  if (body.use_count() != 1 || body->capacity() > kept_body) return body.reset();
  std::atomic_thread_fence(std::memory_order_acquire);  // behind the thread that held it last
  body->clear();
}
}

void Exchange::keep_head() {
  if (!block.empty() || data.block.empty()) return;
  const std::string_view read = data.block;
  block.append(read);
  data.block = block.view();
  data.match.move_text(read, block.data());
  data.host = base::moved_view(data.host, read, block.data());
}

void Exchange::detach() noexcept {
  if (incoming) std::exchange(incoming, nullptr)->detach();
  if (sink) std::exchange(sink, nullptr)->detach();
}

void Exchange::shrink() {
  parser.shrink();
  data.match.shrink();
  data.body.reset();
}

void Exchange::reset() {
  detach();
  parser.reset();
  block.clear();
  reuse_body(data.body);
  data.values.clear();
  data.id.clear();
  data.trace.reset();
  data.remote_address.clear();
  data.client_certificate.reset();
  data.block = data.scheme = data.host = {};
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
