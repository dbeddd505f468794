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

#include "app/application.hpp"
#include "app/config.hpp"
#include "app/exchange.hpp"
#include "app/lag_meter.hpp"
#include "app/metrics.hpp"
#include "app/socket_settings.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "rooms/hub.hpp"

namespace folio::app {

class Connection;
class Interceptor;
class Server;
class StaticFiles;

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

  // --- the loop's thread ---
  void publish(std::shared_ptr<const Application> application);
  [[nodiscard]] const std::shared_ptr<const Application>& application() const { return application_; }
  [[nodiscard]] net::Loop& loop() noexcept { return loop_; }
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] Server& server() noexcept { return server_; }
  [[nodiscard]] Interceptor* interceptor() const noexcept;
  [[nodiscard]] const StaticFiles& static_files() const noexcept;
  [[nodiscard]] const std::shared_ptr<room::Home>& home() const noexcept { return home_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  // What is counted here. Any thread may read it.
  [[nodiscard]] Metrics& metrics() noexcept { return metrics_; }

  // The settings of a route's sockets; null: of a route without options. REQUIRES: the options are a route unit's,
  // which are never unloaded.
  [[nodiscard]] const std::shared_ptr<const SocketSettings>& socket_settings(const WsOptions* options);
  // The handler of a WebSocket whose connection is gone: it has SocketLimits::handler_timeout left to end.
  void outlive(detail::ActivityRef handler);

  [[nodiscard]] std::unique_ptr<Exchange> take_exchange();
  void give_exchange(std::unique_ptr<Exchange> exchange);
  // The Date field's value, made once a second. RFC 9110 §6.6.1.
  [[nodiscard]] std::string_view date();

  [[nodiscard]] std::size_t connections() const noexcept { return connection_count_; }
  void add(Connection& connection);
  void remove(Connection& connection);

 private:
  class Clock;
  void begin_stop(std::uint16_t code);
  void check_stopped();

  const Config& config_;
  Server& server_;
  net::Loop loop_;
  Metrics& metrics_;
  std::optional<LagMeter> lag_meter_;  // while somebody wants metrics
  std::shared_ptr<room::Home> home_;
  std::unique_ptr<Clock> clock_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::shared_ptr<const Application> application_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  std::map<const WsOptions*, std::shared_ptr<const SocketSettings>> socket_settings_;
  struct Outliving {
    detail::ActivityRef handler;
    std::uint32_t deadline;  // seconds of the loop's clock
  };
  std::vector<Outliving> outliving_;
  Connection* connections_ = nullptr;
  std::size_t connection_count_ = 0;
  std::string date_;
  std::int64_t date_second_ = -1;
  bool stopping_ = false;
  bool stopped_ = false;
  std::uint32_t stop_deadline_ = 0;
};

}  // namespace folio::app
