#include "app/socket_settings.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace folio::app {

namespace {

template <class T>
void put(T& setting, const std::optional<T>& own) {
  if (own) setting = *own;
}

void put(std::uint32_t& seconds, const std::optional<std::chrono::seconds>& own) {
  constexpr std::int64_t longest = std::numeric_limits<std::uint32_t>::max() / 2;
  if (own) seconds = static_cast<std::uint32_t>(std::clamp<std::int64_t>(own->count(), 0, longest));
}

}  // namespace

std::optional<ws::DeflatePolicy> deflate_policy(WsCompression compression) {
  if (compression == WsCompression::Off) return std::nullopt;
  ws::DeflatePolicy policy;
  policy.server_context_takeover = policy.client_context_takeover = compression == WsCompression::Dedicated;
  return policy;
}

SocketSettings make_socket_settings(const Config& config, const WsOptions* options) {
  SocketSettings settings;
  SocketLimits& limits = settings.limits;
  limits = config.socket;
  settings.handshake.origins.allowed = config.allowed_origins;
  settings.handshake.deflate = deflate_policy(limits.compression);
  if (options == nullptr) return settings;

  put(limits.max_message, options->max_message);
  put(limits.max_streamed, options->max_streamed);
  put(limits.max_queue, options->max_queue);
  put(limits.max_inbound, options->max_inbound);
  put(limits.compression, options->compression);
  put(limits.compress_from, options->compress_from);
  settings.handshake.deflate = deflate_policy(limits.compression);
  put(limits.ping_after, options->ping_after);
  put(limits.idle_timeout, options->idle_timeout);
  put(limits.close_timeout, options->close_timeout);
  put(settings.slow_peer, options->slow_peer);
  settings.streaming = options->streaming;
  settings.handshake.subprotocols = options->subprotocols;
  auto& allowed = settings.handshake.origins.allowed;
  allowed.insert(allowed.end(), options->allowed_origins.begin(), options->allowed_origins.end());
  return settings;
}

}  // namespace folio::app
