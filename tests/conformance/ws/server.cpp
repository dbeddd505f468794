#include "conformance/ws/server.hpp"

#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace conformance_routes {

std::atomic<int> handlers = 0;

// In every handler, so that the end shows whether one was left behind.
struct Running {
  Running() { ++handlers; }
  ~Running() { --handlers; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
};

namespace echo {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "a page";
}
Task<> WS(WebSocket ws) {
  const Running running;
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("echo.cpp")
FOLIO_ROUTE_UNIT
}  // namespace echo

namespace dedicated {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.compression = WsCompression::Dedicated, .compress_from = 0};
Task<> WS(WebSocket ws) {
  const Running running;
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("dedicated.cpp")
FOLIO_ROUTE_UNIT
}  // namespace dedicated

namespace command {
using namespace folio::absent;
using namespace folio;

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

Task<> WS(WebSocket ws) {
  const Running running;
  while (auto message = co_await ws.next()) {
    const std::string text = message->text() != nullptr ? *message->text() : "";
    const auto space = text.find(' ');
    const std::string verb = text.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
    if (verb == "close") {
      const auto gap = rest.find(' ');
      const std::string reason = gap == std::string::npos ? "" : rest.substr(gap + 1);
      rest.empty() ? ws.close() : ws.close(static_cast<std::uint16_t>(std::stoi(rest)), reason);
    } else if (verb == "ping") {
      co_await ws.send(WsMessage::Ping{bytes_of(rest)});
    } else if (verb == "pong") {
      co_await ws.send(WsMessage::Pong{bytes_of(rest)});
    } else if (verb == "return") {
      co_return;
    } else if (verb == "throw") {
      throw std::runtime_error("a secret");
    } else if (verb == "text") {
      co_await ws.send(conformance::letters(std::stoul(rest)));
    } else if (verb == "binary") {
      co_await ws.send(WsMessage::Binary{bytes_of(conformance::letters(std::stoul(rest)))});
    } else if (verb == "texts") {
      for (int i = 0; i < std::stoi(rest); ++i) co_await ws.send(std::to_string(i));
    }
  }
}
FOLIO_TEST_FILE("command.cpp")
FOLIO_ROUTE_UNIT
}  // namespace command

}  // namespace conformance_routes

namespace folio::conformance {

namespace {

std::vector<const RouteUnit*> units() {
  return {&conformance_routes::echo::folio_unit, &conformance_routes::dedicated::folio_unit,
          &conformance_routes::command::folio_unit};
}

app::Config config_with(std::uint64_t max_message) {
  app::Config config;
  config.log_level = "off";
  config.socket.max_message = max_message;
  config.allowed_origins = {"https://friend.example", "https://*.friends.example"};
  return config;
}

class Servers : public testing::Environment {
 public:
  void SetUp() override {
    usual_.emplace(units(), config_with(default_limit));
    large_.emplace(units(), config_with(large_limit));
  }
  void TearDown() override {
    usual_.reset();
    large_.reset();
    EXPECT_EQ(conformance_routes::handlers, 0) << "a handler outlived its server";
  }
  [[nodiscard]] std::uint16_t port(Place place) const {
    return place == Place::EchoLarge ? large_->port() : usual_->port();
  }

 private:
  std::optional<test::TestServer> usual_;
  std::optional<test::TestServer> large_;
};

// GoogleTest owns it.
Servers* const servers = [] {
  auto* made = new Servers;
  testing::AddGlobalTestEnvironment(made);
  return made;
}();

}  // namespace

std::uint16_t port_of(Place place) {
  return servers->port(place);
}

std::string_view path_of(Place place) {
  if (place == Place::EchoDedicated) return "/dedicated";
  return place == Place::Command ? "/command" : "/echo";
}

}  // namespace folio::conformance
