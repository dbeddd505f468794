#include "app/metrics_server.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "app/config.hpp"
#include "app/interceptor.hpp"
#include "app/metrics_text.hpp"
#include "app/server.hpp"

namespace folio::app {

namespace {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address without brackets: where does it end?
  }
  Address address{.host = std::string(host)};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (host.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return address;
}

}  // namespace

class MetricsServer::Page final : public Interceptor {
 public:
  explicit Page(const Server& observed) : observed_(observed) {}
  Task<std::optional<Response>> before(Request& request) override {
    if (request.path() != "/metrics") co_return Response::text("The metrics are at /metrics\n", 404);
    if (request.method_kind() != Method::Get && request.method_kind() != Method::Head) {
      co_return Response::status(405).header("Allow", "GET, HEAD");
    }
    co_return Response(metrics_text(observed_), 200, HeaderValue::constant(metrics_content_type));
  }
  void after(const Request&, Response&) override {}

 private:
  const Server& observed_;
};

MetricsServer::MetricsServer(const Server& observed) : observed_(observed) {}

MetricsServer::~MetricsServer() {
  if (!thread_.joinable()) return;
  server_->stop();
  thread_.join();
}

Result<void> MetricsServer::start(std::string_view address) {
  const auto parsed = parse_address(address);
  if (!parsed) {
    return AppError::internal("metrics address '" + std::string(address) +
                              "': give host and port, such as 127.0.0.1:9100 or [::1]:9100");
  }
  Config config;
  config.host = parsed->host;
  config.port = parsed->port;
  config.threads = 1;
  config.access_log = AccessLog::Off;
  config.max_connections = observed_.config().max_metrics_connections;
  config.shutdown_timeout = 1;
  page_ = std::make_unique<Page>(observed_);
  server_ = std::make_unique<Server>(std::move(config));
  server_->set_interceptor(page_.get());
  if (auto listening = server_->listen(); !listening) return std::move(listening).error();
  auto nothing = Application::build({});
  if (!nothing) return std::move(nothing).error();
  server_->publish(*std::move(nothing));
  thread_ = std::thread([this] { server_->run(); });
  return {};
}

std::uint16_t MetricsServer::port() const noexcept {
  return server_->port();
}

}  // namespace folio::app
