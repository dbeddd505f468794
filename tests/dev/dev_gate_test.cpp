// The gate in a server of its own, from the outside.
#include "dev/dev_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <folio/route_unit.hpp>

#include <future>
#include <thread>

#include "../app/test_server.hpp"
#include "dev/error_page.hpp"

using namespace std::chrono_literals;
using folio::RouteUnit;
using folio::dev::DevGate;
using folio::test::Answer;
using folio::test::Client;
using folio::test::SocketClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

folio::Result<folio::Response> page(folio::Request&) {
  return folio::Response::html("<html><body>page</body></html>").header("ETag", "\"1\"").header("X-Own", "1");
}
folio::Result<folio::Response> data(folio::Request&) {
  return folio::Response::json(std::string("<body></body>"));
}

constexpr RouteUnit route(std::string_view file, folio::PlainHandler handler) {
  RouteUnit unit;
  unit.file = file;
  unit.handlers[0].plain = handler;
  return unit;
}
const RouteUnit kPage = route("index.cpp", &page);
const RouteUnit kData = route("data.cpp", &data);

class DevGateTest : public ::testing::Test {
 protected:
  DevGateTest() {
    folio::app::Config config;
    config.host = "127.0.0.1";
    config.port = 0;
    config.threads = 2;
    server.emplace(config);
    server->set_interceptor(&gate);
    auto listening = server->listen();
    EXPECT_TRUE(listening.ok());
    const std::vector<const RouteUnit*> units{&kPage, &kData};
    server->publish(*folio::app::Application::build(units));
    thread = std::thread([this] { server->run(); });
  }
  ~DevGateTest() override {
    server->stop();
    thread.join();
  }

  [[nodiscard]] Answer get(const std::string& path, const std::string& fields = "Accept: text/html\r\n") const {
    Client client(server->port());
    return client.get(path, fields);
  }

  DevGate gate{"run-1", 300ms};
  std::optional<folio::app::Server> server;
  std::thread thread;
};

TEST_F(DevGateTest, RequestsWaitUntilTheAppIsThere) {
  auto waiting = std::async(std::launch::async, [this] { return get("/"); });
  EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
  gate.open(1);
  const auto answer = waiting.get();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("page"));
}

TEST_F(DevGateTest, TheyDoNotWaitForEver) {
  const auto answer = get("/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
}

TEST_F(DevGateTest, AClientThatLeavesWhileItWaitsIsForgotten) {
  {
    Client client(server->port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  gate.open(1);
  EXPECT_EQ(get("/").status, 200);
}

TEST_F(DevGateTest, AFailedBuildAnswersAsTheClientLikesIt) {
  gate.refuse("<p>broken</p>", R"({"title":"broken"})");
  const auto html = get("/", "Accept: text/html,*/*\r\n");
  EXPECT_EQ(html.status, 500);
  EXPECT_THAT(html.field("Content-Type"), StartsWith("text/html"));
  EXPECT_THAT(html.body, HasSubstr("<p>broken</p>"));
  const auto json = get("/data", "Accept: application/json\r\n");
  EXPECT_EQ(json.status, 500);
  EXPECT_EQ(json.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(json.body, R"({"title":"broken"})");
  EXPECT_EQ(json.field("Cache-Control"), "no-store");
  EXPECT_THAT(get("/__folio/error").body, HasSubstr("broken"));
  gate.open(2);
  EXPECT_EQ(get("/").status, 200);
}

TEST_F(DevGateTest, ACrashIsShownToOneNavigation) {
  gate.show_crash("<p>crashed</p>", R"({"title":"crashed"})");
  gate.open(1);
  EXPECT_EQ(get("/data", "Accept: */*\r\n").status, 200);
  EXPECT_EQ(get("/", "Accept: text/html\r\nSec-Fetch-Dest: empty\r\n").status, 200);
  EXPECT_THAT(get("/__folio/error").body, HasSubstr("crashed"));
  EXPECT_THAT(get("/").body, HasSubstr("crashed"));
  EXPECT_THAT(get("/").body, HasSubstr("page"));
}

TEST_F(DevGateTest, PagesGetTheScriptOfTheirVersion) {
  gate.open(7);
  const auto answer = get("/");
  EXPECT_EQ(answer.body, "<html><body>page<script src=\"/__folio/client.js?g=7\"></script></body></html>");
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
  EXPECT_EQ(answer.field("ETag"), "") << "a browser must not keep the script of an old version";
  EXPECT_EQ(answer.field("X-Own"), "1");
  EXPECT_THAT(get("/", "Accept: text/html\r\nHX-Request: true\r\n").body, Not(HasSubstr("__folio")));
  EXPECT_THAT(get("/", "Sec-Fetch-Dest: empty\r\n").body, Not(HasSubstr("__folio")));
  EXPECT_THAT(get("/data").body, Not(HasSubstr("__folio")));
}

TEST_F(DevGateTest, TheScriptIsServed) {
  const auto script = get("/__folio/client.js?g=7");
  EXPECT_EQ(script.status, 200);
  EXPECT_THAT(script.field("Content-Type"), StartsWith("text/javascript"));
  EXPECT_EQ(script.body, folio::dev::client_script());
  EXPECT_EQ(get("/__folio/other").status, 404);
  EXPECT_EQ(get("/__folio/events").status, 426);
}

TEST_F(DevGateTest, BrowsersAreToldWhatHappens) {
  SocketClient browser(server->port(), "/__folio/events");
  EXPECT_EQ(browser.answer.status, 101);
  EXPECT_EQ(browser.next(), R"({"type":"building","session":"run-1","generation":0})");
  gate.open(1);
  EXPECT_EQ(browser.next(), R"({"type":"ok","session":"run-1","generation":1,"fresh":true})");
  gate.hold();
  EXPECT_EQ(browser.next(), R"({"type":"building","session":"run-1","generation":1,"fresh":true})");
  gate.refuse("x", "y");
  EXPECT_EQ(browser.next(), R"({"type":"error","session":"run-1","generation":1,"fresh":true})");
  gate.static_changed("css", "/a \"b\".css");
  EXPECT_EQ(browser.next(), R"({"type":"css","path":"/a \"b\".css"})");
  SocketClient second(server->port(), "/__folio/events");
  EXPECT_EQ(second.next(), R"({"type":"error","session":"run-1","generation":1})");
}

}  // namespace
