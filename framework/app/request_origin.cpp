#include "app/request_origin.hpp"

#include "app/connection.hpp"
#include "app/server.hpp"
#include "app/worker.hpp"
#include "http/forwarded.hpp"

namespace folio::app {

void resolve_origin(detail::RequestData& data) {
  if (!data.scheme.empty()) return;
  data.scheme = data.secure ? "https" : "http";
  data.host = data.head->host.in(data.block);
  Connection* connection = data.exchange->connection;
  if (connection == nullptr) return;  // a WebSocket that we opened: nobody asked us
  const http::TrustedProxies& proxies = connection->worker().server().trusted_proxies();
  if (proxies.empty()) return;
  http::ForwardedClient client = http::resolve_forwarded(*data.head, data.block, connection->peer(), proxies);
  data.remote_address = std::move(client.address);
  if (!client.scheme.empty()) data.scheme = client.scheme;
  if (!client.host.empty()) data.host = client.host;
}

void resolve_address(detail::RequestData& data) {
  resolve_origin(data);
  Connection* connection = data.exchange->connection;
  if (data.remote_address.empty() && connection != nullptr) data.remote_address = connection->peer();
}

}  // namespace folio::app
