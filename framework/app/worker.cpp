#include "app/worker.hpp"

#include <ctime>
#include <limits>
#include <utility>

#include "app/connection.hpp"
#include "app/server.hpp"
#include "base/http_date.hpp"

namespace folio::app {

namespace {
constexpr std::size_t spare_exchange_count = 128;
}

// Looks once a second after what has a deadline: connections, handlers that outlive theirs, and the stop itself.
class Worker::Clock final : public net::Swept {
 public:
  explicit Clock(Worker& worker) : worker_(worker) { worker.loop_.add_swept(*this); }
  void sweep(std::uint32_t now) noexcept override {
    for (Connection* connection = worker_.connections_; connection != nullptr;) {
      Connection& swept = *std::exchange(connection, connection->next_);
      swept.sweep(now);
    }
    worker_.metrics_.end_sweep();
    std::erase_if(worker_.outliving_, [&](const Outliving& one) {
      if (now >= one.deadline) one.handler->abort();
      return one.handler->finished();
    });
    if (worker_.draining_ && !worker_.stopping_) worker_.go_on_draining(now);
    if (!worker_.stopping_ || now < worker_.stop_deadline_) return;
    for (Connection* connection = worker_.connections_; connection != nullptr; connection = connection->next_) {
      connection->abort();
    }
  }

 private:
  Worker& worker_;
};

Worker::Worker(const Config& config, Server& server)
    : config_(config),
      server_(server),
      addresses_(config.max_connections_per_address),
      metrics_(loop_.local<Metrics>()),
      clock_(std::make_unique<Clock>(*this)) {
  if (!config.metrics_listen.empty()) lag_meter_.emplace(loop_, metrics_);
}

Worker::~Worker() {
  loop_.bind_to_thread();
}

void Worker::listen(int fd) {
  listeners_.push_back(
      std::make_unique<net::Listener>(loop_, fd, [this](uv_stream_s* stream) { Connection::accept(*this, stream); }));
}

void Worker::run() {
  loop_.run();
}

void Worker::publish(std::shared_ptr<const Application> application) {
  metrics_.publish(*application);
  application_ = std::move(application);
}

Interceptor* Worker::interceptor() const noexcept {
  return server_.interceptor();
}
StaticFiles& Worker::static_files() const noexcept {
  return server_.static_files();
}

void Worker::stop(std::uint16_t code) noexcept {
  loop_.inbox()->post([this, code] { begin_stop(code); });
}

void Worker::begin_stop(std::uint16_t code) {
  if (stopping_) return;
  stopping_ = true;
  stop_deadline_ = loop_.seconds() + config_.shutdown_timeout;
  listeners_.clear();
  for (Connection* connection = connections_; connection != nullptr; connection = connection->next_) {
    connection->shut_down(code);
  }
  check_stopped();
}

void Worker::drain(std::uint32_t seconds, Listeners listeners, std::uint16_t code) noexcept {
  loop_.inbox()->post([this, seconds, listeners, code] { begin_drain(seconds, listeners, code); });
}

void Worker::begin_drain(std::uint32_t seconds, Listeners listeners, std::uint16_t code) {
  if (draining_ || stopping_) return;
  if (seconds == 0) return begin_stop(code);
  draining_ = true;
  drain_deadline_ = loop_.seconds() + seconds;
  drain_code_ = code;
  if (listeners == Listeners::Closed) listeners_.clear();
  check_stopped();
}

// Once a second. WebSockets are told to go in equal shares, so that their clients do not all come back at once.
void Worker::go_on_draining(std::uint32_t now) {
  if (now >= drain_deadline_) return server_.stop(drain_code_);
  std::size_t sockets = 0;
  for (const Connection* each = connections_; each != nullptr; each = each->next_) {
    if (each->phase_ == Connection::Phase::Socket && !each->told_to_go_) ++sockets;
  }
  const std::size_t seconds_left = drain_deadline_ - now;
  std::size_t share = (sockets + seconds_left - 1) / seconds_left;
  for (Connection* each = connections_; each != nullptr && share != 0; each = each->next_) {
    if (each->phase_ != Connection::Phase::Socket || each->told_to_go_) continue;
    each->shut_down(drain_code_);
    --share;
  }
}

Response Worker::health() const {
  Response response = draining() ? Response::text("stopping\n", 503) : Response::text("ok\n");
  response.header("Cache-Control", "no-store");
  return response;
}

void Worker::check_stopped() {
  if (draining_ && !stopping_ && connections_ == nullptr && listeners_.empty()) return begin_stop(drain_code_);
  if (!stopping_ || connections_ != nullptr || std::exchange(stopped_, true)) return;
  // Tasks that were spawned without a connection end with the server.
  loop_.inbox()->post([this] {
    loop_.abort_all();
    server_.worker_stopped(*this);
  });
}

const std::shared_ptr<const SocketEnvironment>& Worker::socket_environment(const WsOptions* options) {
  auto& environment = socket_environments_[options];
  if (!environment) {
    environment = make_socket_environment(loop_, make_socket_settings(config_, options), ws::Role::Server);
  }
  return environment;
}

void Worker::outlive(detail::ActivityRef handler) {
  if (handler->finished()) return;
  outliving_.push_back({std::move(handler), loop_.seconds() + config_.socket.handler_timeout});
}

std::unique_ptr<Exchange> Worker::take_exchange() {
  if (spare_exchanges_.empty()) {
    http::Limits limits = config_.http;
    limits.max_body = std::numeric_limits<std::uint64_t>::max();  // the connection's to judge, by what its handler takes
    return std::make_unique<Exchange>(limits);
  }
  auto exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void Worker::give_exchange(std::unique_ptr<Exchange> exchange) {
  exchange->reset();
  if (spare_exchanges_.size() < spare_exchange_count) spare_exchanges_.push_back(std::move(exchange));
}

http::HeadPrefixes& Worker::head_prefixes() {
  const std::uint64_t turn = loop_.turn_time();
  if (turn == date_time_) return head_prefixes_;
  date_time_ = turn;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);  // the coarse one is up to a tick behind the dates of files
  if (now.tv_sec != date_second_) {
    date_second_ = now.tv_sec;
    head_prefixes_.set_date(base::http_date(now.tv_sec));
  }
  return head_prefixes_;
}

void Worker::add(Connection& connection) {
  connection.next_ = connections_;
  if (connections_ != nullptr) connections_->previous_ = &connection;
  connections_ = &connection;
  ++connection_count_;
  metrics_.accepted.add(1);
}

void Worker::remove(Connection& connection) {
  (connection.previous_ != nullptr ? connection.previous_->next_ : connections_) = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  --connection_count_;
  metrics_.finished.add(1);
  check_stopped();
}

}  // namespace folio::app
