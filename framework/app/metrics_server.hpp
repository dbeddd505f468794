// MetricsServer: a server's metrics at an address of their own, for Prometheus to fetch: GET /metrics.
//
// It has a thread and a loop of its own, so that it answers when all loops of the server are held up, which is when it is
// needed most; and no route, middleware or proxy of the app can show it to the world by mistake.
#pragma once

#include <folio/result.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

namespace folio::app {

class Server;

class MetricsServer {
 public:
  // REQUIRES: `observed` outlives this.
  explicit MetricsServer(const Server& observed);
  // Ends it.
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // Listens on `address`, `host:port` or `[IPv6]:port`, and serves from then on. The error says what is wrong and how to
  // mend it.
  [[nodiscard]] Result<void> start(std::string_view address);
  // The real one, when 0 was asked for.
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  class Page;
  const Server& observed_;
  std::unique_ptr<Page> page_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace folio::app
