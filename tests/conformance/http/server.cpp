#include "conformance/http/server.hpp"

#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "app/test_server.hpp"
#include "net/self_signed.hpp"

#define FOLIO_TEST_FILE(NAME, ...)                                               \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };
#define FOLIO_NO_PARAMS \
  folio::ParamNames<0> {}

namespace http_routes {

std::atomic<int> handled = 0;

std::string report(const folio::Request& request) {
  ++handled;
  std::string made(request.method());
  made.append(" ").append(request.path());
  if (!request.query_string().empty()) made.append("?").append(request.query_string());
  for (const char* name : {"host", "x", "y"}) {
    if (request.has_header(name)) made.append(" ").append(name).append("=").append(request.header(name));
  }
  if (!request.body().empty()) {
    made.append(" body=").append(std::to_string(request.body().size())).append(":").append(request.body());
  }
  return made;
}

namespace anything {
using namespace folio::absent;
using namespace folio;
std::string ANY(Request& request) {
  return report(request);
}
FOLIO_TEST_FILE("[[...path]].cpp", folio::ParamNames<1>{{"path"}})
FOLIO_ROUTE_UNIT
}  // namespace anything

namespace probe {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "probe";
}
FOLIO_TEST_FILE("probe.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace probe

namespace get_alone {
using namespace folio::absent;
using namespace folio;
std::string GET(Request& request) {
  return report(request);
}
FOLIO_TEST_FILE("get.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace get_alone

namespace later {
using namespace folio::absent;
using namespace folio;
Task<std::string> ANY(Request& request) {
  co_await sleep_for(std::chrono::milliseconds(3));
  co_return report(request);
}
FOLIO_TEST_FILE("later.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace later

namespace shapes {
using namespace folio::absent;
using namespace folio;
Response ANY(Request& request, Path<"kind"> kind) {
  const std::string text = report(request);
  if (*kind == "empty") return Response::status(204);
  if (*kind == "reset-content") return Response::text(text, 205);
  if (*kind == "not-modified") return Response::text(text, 304).header("ETag", "\"1\"");
  if (*kind == "close") return Response::text(text).header("Connection", "close");
  if (*kind == "large") return Response::text(std::string(1'000'000, 'x'));
  if (*kind == "interim") return Response::status(101);
  if (*kind == "throw") throw std::runtime_error("a secret");
  if (*kind == "injection") return Response::text(text).header("X-A", "a\r\nX-Injected: yes").header("X-B", "b");
  if (*kind == "own-framing") {
    return Response::text(text)
        .header("Content-Length", "1")
        .header("Transfer-Encoding", "gzip")
        .header("Date", "Thu, 01 Jan 2026 00:00:00 GMT");
  }
  return Response::text("no such shape", 404);
}
FOLIO_TEST_FILE("shape/[kind].cpp", folio::ParamNames<1>{{"kind"}})
FOLIO_ROUTE_UNIT
}  // namespace shapes

namespace socket {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  ++handled;
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("socket.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace socket

}  // namespace http_routes

namespace folio::conformance {

namespace {

std::vector<const RouteUnit*> units() {
  using namespace http_routes;
  return {&anything::folio_unit, &probe::folio_unit,  &get_alone::folio_unit,
          &later::folio_unit,    &shapes::folio_unit, &socket::folio_unit};
}

app::Config config_of(ServerKind kind) {
  app::Config config;
  config.log_level = "off";
  if (kind == ServerKind::Impatient) {
    config.head_timeout = config.body_timeout = config.keep_alive_timeout = 1;
  }
  return config;
}

class Servers : public testing::Environment {
 public:
  void SetUp() override {
    usual_.emplace(units(), config_of(ServerKind::Usual));
    impatient_.emplace(units(), config_of(ServerKind::Impatient));
    const net::SelfSigned certificate = net::make_self_signed();
    app::Config secure = config_of(ServerKind::Usual);
    secure.tls.identities.push_back({.certificate_pem = certificate.certificate_pem, .key_pem = certificate.key_pem});
    secure_.emplace(units(), secure);
    client_ = net::TlsContext::client({.authorities_pem = certificate.certificate_pem}).context;
  }
  void TearDown() override {
    usual_.reset();
    impatient_.reset();
    secure_.reset();
  }
  [[nodiscard]] std::uint16_t tls_port() const { return secure_->port(); }
  [[nodiscard]] const net::TlsContext& tls_client() const { return *client_; }
  [[nodiscard]] std::uint16_t port(ServerKind kind) const {
    return kind == ServerKind::Impatient ? impatient_->port() : usual_->port();
  }

 private:
  std::optional<test::TestServer> usual_;
  std::optional<test::TestServer> impatient_;
  std::optional<test::TestServer> secure_;
  std::unique_ptr<net::TlsContext> client_;
};

// GoogleTest owns it.
Servers* const servers = [] {
  auto* made = new Servers;
  testing::AddGlobalTestEnvironment(made);
  return made;
}();

}  // namespace

std::uint16_t port_of(ServerKind kind) {
  return servers->port(kind);
}

std::uint16_t tls_port() {
  return servers->tls_port();
}

const net::TlsContext& tls_client() {
  return servers->tls_client();
}

int dispatched() {
  return http_routes::handled;
}

}  // namespace folio::conformance
