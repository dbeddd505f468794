#include <folio/serve_files.hpp>

#include "app/connection.hpp"
#include "app/exchange.hpp"
#include "app/server.hpp"
#include "app/static_files.hpp"
#include "app/worker.hpp"

namespace folio {

Result<Response> serve_files(const Request& request, const std::string& folder, std::string_view path) {
  app::Connection* connection = request.data().exchange->connection;
  if (connection == nullptr) return AppError::internal("serve_files was called for a request without a connection");
  return connection->worker().static_files().serve(request, folder, path);
}

Result<Response> serve_files(const Request& request, const std::string& folder) {
  const auto captures = request.data().match.captures();
  return serve_files(request, folder, captures.empty() ? std::string_view() : captures.back().value);
}

}  // namespace folio
