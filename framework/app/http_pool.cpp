#include "app/http_pool.hpp"

#include <algorithm>
#include <utility>

namespace folio::app {

// A server may close a connection at any time, and what it sends unasked is no answer to anything.
bool HttpPool::is_fresh(const Idle& idle) const {
  return idle.stream->open() && idle.stream->input().empty() && loop_.now() < idle.until;
}

std::shared_ptr<ClientStream> HttpPool::take(std::string_view key) {
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].key != key) continue;
    Idle idle = std::move(idle_[i]);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (is_fresh(idle)) return std::move(idle.stream);
    idle.stream->close();
  }
  return nullptr;
}

void HttpPool::give(std::string key, std::shared_ptr<ClientStream> stream, std::size_t most_per_key,
                    std::chrono::milliseconds keep) {
  const auto same = std::ranges::count_if(idle_, [&](const Idle& idle) { return idle.key == key; });
  if (static_cast<std::size_t>(same) >= most_per_key) return stream->close();
  if (idle_.size() >= most_idle) {
    idle_.front().stream->close();
    idle_.erase(idle_.begin());
  }
  stream->clear_deadline();
  const std::int64_t until = loop_.now() + std::chrono::nanoseconds(keep).count();
  idle_.push_back({std::move(key), std::move(stream), until});
}

void HttpPool::sweep(std::uint32_t) noexcept {
  std::erase_if(idle_, [&](const Idle& idle) {
    if (is_fresh(idle)) return false;
    idle.stream->close();
    return true;
  });
}

}  // namespace folio::app
