// Allocations of a server that has warmed up: what each path takes from the allocator for one operation, exactly.
// Whoever makes a path take more has to say so here; whoever makes it take less, too.
//
// The sanitizers' runtime tells of every allocation in the process, those of the C libraries included. Frames of
// coroutines are left out: they come from a free list, except under sanitizers (async/frame_pool.cpp).
#include <gtest/gtest.h>
#include <sanitizer/common_interface_defs.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/test_server.hpp"

// --- counting ---

namespace {

thread_local bool counting = false;  // on this thread
thread_local bool telling = false;   // with a stack trace of each
thread_local bool inside_frame = false;
thread_local std::size_t allocations = 0;

}  // namespace

// Called by the sanitizers' runtime after each allocation.
extern "C" void __sanitizer_malloc_hook(const volatile void*, std::size_t size) {
  if (!counting || inside_frame) return;
  ++allocations;
  if (!telling) return;
  counting = false;
  std::fprintf(stderr, "allocation of %zu bytes:\n", size);
  __sanitizer_print_stack_trace();
  counting = true;
}
extern "C" void __sanitizer_free_hook(const volatile void*) {}

// Linked in the place of folio::detail::allocate_frame by --wrap.
extern "C" void* __real__ZN5folio6detail14allocate_frameEm(std::size_t size);
extern "C" void* __wrap__ZN5folio6detail14allocate_frameEm(std::size_t size) {
  inside_frame = true;
  void* frame = __real__ZN5folio6detail14allocate_frameEm(size);
  inside_frame = false;
  return frame;
}

// --- what is measured ---

#define FOLIO_TEST_FILE(NAME, ...)                                               \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };                                                                             \
  FOLIO_ROUTE_UNIT

namespace test_allocations {
namespace home {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "Hello, World!";
}
FOLIO_TEST_FILE("index.cpp", folio::ParamNames<0>{})
}  // namespace home

namespace user {
using namespace folio::absent;
using namespace folio;
std::string GET(Path<"id"> id) {
  return *id;
}
FOLIO_TEST_FILE("users/[id].cpp", folio::ParamNames<1>{{"id"}})
}  // namespace user

namespace echo {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("echo.cpp", folio::ParamNames<0>{})
}  // namespace echo

namespace room {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  static std::size_t visitors = 0;
  const WsRoom room = rooms().get("room");
  room.join(std::to_string(++visitors), ws.sender());
  while (auto message = co_await ws.next()) {
    if (const auto* text = message->text()) room.broadcast(*text);
  }
}
FOLIO_TEST_FILE("room.cpp", folio::ParamNames<0>{})
}  // namespace room
}  // namespace test_allocations

namespace folio::test {
namespace {

constexpr std::string_view hello = "GET / HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nUser-Agent: load\r\nAccept: */*\r\n\r\n";
constexpr std::string_view user = "GET /users/1234567 HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nAccept: */*\r\n\r\n";
const std::string message(32, 'm');

class Allocation : public testing::Test {
 protected:
  // Runs something on the server's loop, and waits for it: what was under way there is done by then.
  template <class Work>
  void on_loop(Work work) {
    std::promise<void> done;
    server_.server().main_loop().inbox()->post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Of so many operations, on the loop's thread.
  template <class Operation>
  std::size_t count(Operation& operation, int times, bool tell) {
    std::size_t taken = 0;
    on_loop([tell] {
      counting = true;
      telling = tell;
      allocations = 0;
    });
    for (int i = 0; i < times; ++i) operation();
    on_loop([&taken] {
      counting = telling = false;
      taken = allocations;
    });
    return taken;
  }

  // Once a second the loop looks at deadlines and makes a Date: the quietest of some rounds is the operation's own.
  template <class Operation>
  void expect(std::size_t allowed, Operation operation) {
    constexpr int times = 50;
    for (int i = 0; i < times; ++i) operation();
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (int round = 0; round < 4; ++round) least = std::min(least, count(operation, times, false));
    EXPECT_EQ(static_cast<double>(least) / times, static_cast<double>(allowed)) << "allocations an operation";
    if (least != allowed * times) count(operation, 1, true);
  }

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  TestServer server_{{&test_allocations::home::folio_unit, &test_allocations::user::folio_unit,
                      &test_allocations::echo::folio_unit, &test_allocations::room::folio_unit}};
};

TEST_F(Allocation, IsSeen) {
  std::size_t seen = 0;
  on_loop([&seen] {
    counting = true;
    allocations = 0;
    const auto first = std::make_unique<std::string>(100, 'x');
    seen = allocations;
    counting = false;
  });
  EXPECT_EQ(seen, 2U);
}

TEST_F(Allocation, OfPlaintext) {
  Client client(port());
  expect(0, [&] { ASSERT_EQ(client.ask(hello).body, "Hello, World!"); });
}

TEST_F(Allocation, OfSixteenPipelinedRequests) {
  Client client(port());
  std::string requests;
  for (int i = 0; i < 16; ++i) requests += hello;
  expect(0, [&] {
    client.send(requests);
    for (int i = 0; i < 16; ++i) ASSERT_EQ(client.read().body, "Hello, World!");
  });
}

TEST_F(Allocation, OfARequestWithAParameter) {
  Client client(port());
  expect(0, [&] { ASSERT_EQ(client.ask(user).body, "1234567"); });
}

TEST_F(Allocation, OfAnEcho) {
  SocketClient client(port(), "/echo");
  // The string of the message that the handler is given is that of the message before it (app::MessageMemory).
  expect(0, [&] {
    client.send(message);
    ASSERT_EQ(client.next(), message);
  });
}

TEST_F(Allocation, OfALargeEcho) {
  SocketClient client(port(), "/echo");
  const std::string large(16 * 1024, 'm');
  expect(0, [&] {
    client.send(large);
    ASSERT_EQ(client.next(), large);
  });
}

TEST_F(Allocation, OfAMessageToARoomOfFifty) {
  std::vector<std::unique_ptr<SocketClient>> members;
  for (int i = 0; i < 50; ++i) members.push_back(std::make_unique<SocketClient>(port(), "/room"));
  // The string of the message, which has 32 bytes, and 15 fit into a string; the frame that all share (ws::make_server_frame), once for the string with its
  // count of references and once for its bytes; and the list of rooms to be drained in this turn, which begins empty in
  // each (LoopHome::schedule). None for a member.
  expect(4, [&] {
    members.front()->send(message);
    for (const auto& member : members) ASSERT_EQ(member->next(), message);
  });
}

}  // namespace
}  // namespace folio::test
