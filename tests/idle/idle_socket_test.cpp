// What an open WebSocket holds while nothing happens, in a program that never calls WebSocket::request(). (Those that do
// are in tests/app/websocket_test.cpp.) The sanitizers' runtime tells what is allocated and what is given back.
#include <gtest/gtest.h>
#include <sanitizer/allocator_interface.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "app/log.hpp"
#include "app/test_server.hpp"

namespace {

thread_local bool counting = false;  // on this thread
thread_local std::ptrdiff_t held = 0;

}  // namespace

extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t size) {
  if (counting) held += static_cast<std::ptrdiff_t>(size);
}
extern "C" void __sanitizer_free_hook(const volatile void* memory) {
  if (counting && memory != nullptr) {
    held -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(const_cast<void*>(memory)));
  }
}

#define FOLIO_TEST_FILE(NAME, ...)                                               \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };

namespace test_idle {

// Lives as long as somebody may look at what middleware left.
struct Guest {
  static inline std::atomic<int> present{0};
  std::shared_ptr<void> leaves{nullptr, [](void*) { --present; }};
  Guest() { ++present; }
};

namespace echo {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("echo.cpp", folio::ParamNames<0>{})
FOLIO_ROUTE_UNIT
}  // namespace echo

namespace failing {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  (void)co_await ws.next();
  throw std::runtime_error("the handler's own");
}
FOLIO_TEST_FILE("failing/[id].cpp", folio::ParamNames<1>{{"id"}})
FOLIO_ROUTE_UNIT
}  // namespace failing

namespace guests {
using namespace folio::absent;
using namespace folio;
Task<Response> middleware(Request& request, Next next) {
  request.set(Guest());
  co_return co_await next();
}
FOLIO_TEST_FILE("guests/_middleware.cpp", folio::ParamNames<0>{})
FOLIO_MIDDLEWARE_UNIT
}  // namespace guests

namespace guest {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("guests/echo.cpp", folio::ParamNames<0>{})
FOLIO_ROUTE_UNIT
}  // namespace guest

}  // namespace test_idle

namespace folio::test {
namespace {

std::vector<const RouteUnit*> units() {
  return {&test_idle::echo::folio_unit, &test_idle::failing::folio_unit, &test_idle::guests::folio_unit,
          &test_idle::guest::folio_unit};
}

template <class Work>
void on_loop(TestServer& server, Work work) {
  std::promise<void> done;
  server.server().main_loop().inbox()->post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

// Bytes that each of so many more connections adds on the server's loop.
double bytes_each(TestServer& server, const std::string& fields) {
  std::vector<std::unique_ptr<SocketClient>> clients;
  const auto connect = [&](int count) {
    for (int i = 0; i < count; ++i) {
      clients.push_back(std::make_unique<SocketClient>(server.port(), "/echo", fields));
      clients.back()->send("hello");
      EXPECT_EQ(clients.back()->next(), "hello");
    }
  };
  connect(20);  // what the loop keeps for all of them is there
  constexpr int more = 100;
  std::ptrdiff_t bytes = 0;
  on_loop(server, [] {
    counting = true;
    held = 0;
  });
  connect(more);
  on_loop(server, [&] {
    counting = false;
    bytes = held;
  });
  return static_cast<double>(bytes) / more;
}

TEST(IdleSocket, HoldsLittleAndNothingOfARequestThatNobodyAsksFor) {
  TestServer server(units());
  const double plain = bytes_each(server, "");
  // libuv's handle 248, the connection 272, the socket 288, the handler and what runs it some 400.
  EXPECT_LT(plain, 1300);
  EXPECT_GT(plain, 800) << "what is counted is not what is there";
  const std::string browser = "Cookie: session=" + std::string(2000, 'c') + "\r\n";
  EXPECT_NEAR(bytes_each(server, browser), plain, 100);
}

TEST(IdleSocket, IsToldOfByItsPathWhenItsHandlerFails) {
  testing::internal::CaptureStderr();
  ASSERT_TRUE(app::start_log("info", app::AccessLog::Off));
  {
    TestServer server(units());
    SocketClient client(server.port(), "/failing/a%20b?q=1");
    client.send("now");
    EXPECT_EQ(client.next(), "close 1011");
  }
  app::stop_log();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("WS /failing/a%20b failed with 500 in failing/[id].cpp"), std::string::npos) << log;
  EXPECT_NE(log.find("the handler's own"), std::string::npos) << log;
}

TEST(IdleSocket, KeepsWhatMiddlewareLeftUntilItEnds) {
  TestServer server(units());
  {
    SocketClient client(server.port(), "/guests/echo");
    client.send("hello");
    EXPECT_EQ(client.next(), "hello");
    EXPECT_EQ(test_idle::Guest::present, 1);
    client.close();
    EXPECT_EQ(client.next(), "close 1000");
  }
  server.stop();
  EXPECT_EQ(test_idle::Guest::present, 0);
}

}  // namespace
}  // namespace folio::test
