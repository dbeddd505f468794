#include "app/upgrade.hpp"

#include <folio/websocket.hpp>

#include <string>
#include <variant>

#include "app/connection.hpp"
#include "app/dispatch.hpp"
#include "app/socket.hpp"
#include "app/worker.hpp"
#include "ws/handshake.hpp"

namespace folio::app {

namespace {

// The request's fields as the handshake reads them.
class RequestFields final : public ws::FieldSource {
 public:
  explicit RequestFields(const detail::RequestData& data) : data_(data) {}
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name, std::size_t index) const override {
    const http::Field* field = nullptr;
    for (std::size_t i = 0; i <= index; ++i) {
      field = data_.head->find(data_.block, name, field);
      if (field == nullptr) return std::nullopt;
    }
    return field->value.in(data_.block);
  }

 private:
  const detail::RequestData& data_;
};

ws::UpgradeRequest upgrade_request(const detail::RequestData& data, const RequestFields& fields) {
  // What it asked for is not in Host alone: see Request::host.
  const std::string_view host = data.exchange->request.host();
  return {.method = data.head->method_text.in(data.block),
          .minor_version = data.head->minor_version,
          .fields = fields,
          .authority = host,
          .secure = data.exchange->request.is_secure()};
}

AppError refusal_error(ws::Refusal refusal) {
  AppError error(static_cast<int>(refusal.status), std::move(refusal.message));
  for (auto& [name, value] : refusal.fields) error.header(std::move(name), std::move(value));
  return error;
}

Result<Upgrade> accept_upgrade(Exchange& exchange, std::shared_ptr<const SocketEnvironment> environment) {
  if (exchange.socket) return AppError::internal("this request has been upgraded already");
  const RequestFields fields(exchange.data);
  auto verdict = ws::check_upgrade(upgrade_request(exchange.data, fields), environment->settings.handshake);
  if (auto* refusal = std::get_if<ws::Refusal>(&verdict)) return refusal_error(std::move(*refusal));
  auto& accept = std::get<ws::Accept>(verdict);

  constexpr std::size_t most_fields = 5;
  Response response = Response::status(101);
  response.headers.reserve(most_fields);
  response.header("Upgrade", "websocket")
      .header("Connection", "Upgrade")
      .header("Sec-WebSocket-Accept", std::move(accept.accept_key));
  if (!accept.subprotocol.empty()) response.header("Sec-WebSocket-Protocol", std::string(accept.subprotocol));
  if (!accept.extensions.empty()) response.header("Sec-WebSocket-Extensions", std::move(accept.extensions));
  exchange.socket = std::make_shared<detail::SocketCore>(detail::SocketCore::Setup{.environment = std::move(environment),
                                                                                   .exchange = exchange,
                                                                                   .subprotocol = accept.subprotocol,
                                                                                   .deflate = accept.deflate});
  return Upgrade{std::move(response), WebSocketConnection(exchange.socket)};
}

// The response to the upgrade, now that the handler's task is there or its extractors have refused.
Response answer_upgrade(Exchange& exchange, Response accepted, Result<Task<>> task) {
  if (!task) {
    exchange.socket.reset();
    return error_response(exchange, task.error());
  }
  exchange.socket_task.emplace(*std::move(task));
  return accepted;
}

}  // namespace

Response accept_socket(Exchange& exchange) {
  Result<Upgrade> upgrade = upgrade_websocket(exchange.request);
  if (!upgrade) return error_response(exchange, upgrade.error());
  auto socket = upgrade->connection.into_websocket();
  Result<Task<>> task = exchange.chain.unit->websocket.plain(exchange.request, *std::move(socket));
  return answer_upgrade(exchange, std::move(upgrade->response), std::move(task));
}

Task<Response> accept_socket_task(Exchange& exchange) {
  Result<Upgrade> upgrade = upgrade_websocket(exchange.request);
  if (!upgrade) co_return error_response(exchange, upgrade.error());
  auto socket = upgrade->connection.into_websocket();
  Result<Task<>> task = co_await exchange.chain.unit->websocket.task(exchange.request, *std::move(socket));
  co_return answer_upgrade(exchange, std::move(upgrade->response), std::move(task));
}

}  // namespace folio::app

namespace folio {

bool is_websocket_upgrade(const Request& request) {
  const auto& data = request.data();
  // Most requests ask for nothing of the kind.
  if (data.head->upgrade_protocols.empty() && data.head->find(data.block, "Sec-WebSocket-Key") == nullptr) return false;
  const app::RequestFields fields(data);
  return ws::is_upgrade(app::upgrade_request(data, fields));
}

Result<Upgrade> upgrade_websocket(Request& request) {
  app::Exchange& exchange = *request.data().exchange;
  const RouteUnit* unit = exchange.chain.unit;
  return app::accept_upgrade(
      exchange, exchange.connection->worker().socket_environment(unit != nullptr ? unit->websocket_options : nullptr));
}

Result<Upgrade> upgrade_websocket(Request& request, const WsOptions& options) {
  app::Exchange& exchange = *request.data().exchange;
  app::Worker& worker = exchange.connection->worker();
  return app::accept_upgrade(exchange, app::make_socket_environment(worker.loop(),
                                                                    app::make_socket_settings(worker.config(), &options),
                                                                    ws::Role::Server));
}

}  // namespace folio
