// Worker: one event loop on one thread, with its listener, its connections and its share of everything else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/address_limit.hpp"
#include "app/application.hpp"
#include "app/arrival.hpp"
#include "app/config.hpp"
#include "app/exchange.hpp"
#include "app/lag_meter.hpp"
#include "app/metrics.hpp"
#include "app/socket_environment.hpp"
#include "http/head_prefixes.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "rooms/hub.hpp"

namespace folio::app {

class Connection;
class Interceptor;
class Server;
class StaticFiles;

// Whether new connections are still taken.
enum class Listeners : std::uint8_t { Open, Closed };

class Worker {
 public:
  Worker(const Config& config, Server& server);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes over a listening socket. Before run(), or on the loop's thread.
  void listen(int fd);
  // Runs the loop on the calling thread until stopped.
  void run();
  // Any thread: stop accepting, let requests finish, close sockets with `code`, and end run(), by the deadline of the
  // configuration at the latest.
  void stop(std::uint16_t code) noexcept;
  // Any thread: what comes before stop(code), for so many seconds. Answers end their connections, and WebSockets are
  // closed one after the other. With the listeners closed it ends early, once no connection is left.
  void drain(std::uint32_t seconds, Listeners listeners, std::uint16_t code) noexcept;

  // --- the loop's thread ---
  void publish(std::shared_ptr<const Application> application);
  [[nodiscard]] const std::shared_ptr<const Application>& application() const { return application_; }
  // What new connections begin TLS with; null: nothing.
  void use(std::shared_ptr<const net::TlsContext> tls) { tls_ = std::move(tls); }
  [[nodiscard]] const std::shared_ptr<const net::TlsContext>& tls() const noexcept { return tls_; }
  [[nodiscard]] Arrivals& arrivals() noexcept { return arrivals_; }
  [[nodiscard]] bool is_health_check(const Request& request) const {
    const std::string& path = config_.health_path;
    if (path.empty() || request.path() != path) return false;
    return request.method_kind() == Method::Get || request.method_kind() == Method::Head;
  }
  // The answer to a health check.
  [[nodiscard]] Response health() const;
  [[nodiscard]] net::Loop& loop() noexcept { return loop_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] Server& server() noexcept { return server_; }
  [[nodiscard]] Interceptor* interceptor() const noexcept;
  [[nodiscard]] StaticFiles& static_files() const noexcept;
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  // The server is to stop soon, or stops.
  [[nodiscard]] bool draining() const noexcept { return draining_ || stopping_; }
  // What is counted here. Any thread may read it.
  [[nodiscard]] Metrics& metrics() noexcept { return metrics_; }

  // What a route's sockets have in common; null: of a route without options. REQUIRES: the options are a route unit's,
  // which are never unloaded.
  [[nodiscard]] const std::shared_ptr<const SocketEnvironment>& socket_environment(const WsOptions* options);
  // The handler of a WebSocket whose connection is gone: it has SocketLimits::handler_timeout left to end.
  void outlive(detail::ActivityRef handler);

  [[nodiscard]] std::unique_ptr<Exchange> take_exchange();
  void give_exchange(std::unique_ptr<Exchange> exchange);
  // With the date of this second. RFC 9110 §6.6.1.
  [[nodiscard]] http::HeadPrefixes& head_prefixes();

  [[nodiscard]] AddressLimit& addresses() noexcept { return addresses_; }
  [[nodiscard]] std::size_t connections() const noexcept { return connection_count_; }
  void add(Connection& connection);
  void remove(Connection& connection);

 private:
  class Clock;
  void begin_stop(std::uint16_t code);
  void begin_drain(std::uint32_t seconds, Listeners listeners, std::uint16_t code);
  void go_on_draining(std::uint32_t now);
  void check_stopped();

  const Config& config_;
  Server& server_;
  AddressLimit addresses_;
  net::Loop loop_;
  Metrics& metrics_;
  std::optional<LagMeter> lag_meter_;  // while somebody wants metrics
  std::unique_ptr<Clock> clock_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::shared_ptr<const Application> application_;
  std::shared_ptr<const net::TlsContext> tls_;
  Arrivals arrivals_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  std::map<const WsOptions*, std::shared_ptr<const SocketEnvironment>> socket_environments_;
  struct Outliving {
    detail::ActivityRef handler;
    std::uint32_t deadline;  // seconds of the loop's clock
  };
  std::vector<Outliving> outliving_;
  Connection* connections_ = nullptr;
  std::size_t connection_count_ = 0;
  http::HeadPrefixes head_prefixes_;
  std::uint64_t date_time_ = 0;  // the loop's turn_time when the date was last looked at; 0: never
  std::int64_t date_second_ = -1;
  bool draining_ = false;
  std::uint32_t drain_deadline_ = 0;
  std::uint16_t drain_code_ = 0;
  bool stopping_ = false;
  bool stopped_ = false;
  std::uint32_t stop_deadline_ = 0;
};

}  // namespace folio::app
