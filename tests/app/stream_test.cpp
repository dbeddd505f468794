// Bodies that arrive and leave piece by piece, as a client sees it, over real sockets.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <thread>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = folio::ParamNames<0>{};                       \
  };

namespace stream_routes {

using namespace std::chrono_literals;

// What the handlers tell the tests.
std::atomic<std::uint64_t> bytes_read = 0;
std::atomic<std::uint64_t> bytes_written = 0;
std::atomic<int> live = 0;    // handlers that have begun and whose locals are not destroyed yet
std::atomic<int> ended = 0;   // handlers that saw a body's end
std::atomic<bool> go_on = false;
std::string save_to;

struct Alive {
  Alive() { ++live; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --live; }
};

folio::Task<> until(const std::atomic<bool>* flag) {
  while (!flag->load()) co_await folio::sleep_for(1ms);
}

namespace upload {
using namespace folio::absent;
using namespace folio;
Task<std::string> POST(BodyStream body) {
  const Alive alive;
  std::uint64_t size = 0;
  while (auto piece = co_await body.read()) {
    size += piece->size();
    bytes_read += piece->size();
  }
  ++ended;
  co_return std::to_string(size);
}
// Reads nothing before it is told to.
Task<std::string> PUT(BodyStream body) {
  co_await until(&go_on);
  std::uint64_t size = 0;
  while (auto piece = co_await body.read()) size += piece->size();
  co_return std::to_string(size);
}
// Answers without a look at the body.
Task<Response> DELETE(BodyStream) {
  co_return Response::text("not wanted", 403);
}
Task<Result<std::string>> PATCH(BodyStream body) {
  body.limit(10);
  auto text = co_await body.read_all(1000);
  if (!text) co_return std::move(text).error();
  co_return *text;
}
FOLIO_TEST_FILE("upload.cpp")
FOLIO_ROUTE_UNIT
}  // namespace upload

namespace save {
using namespace folio::absent;
using namespace folio;
Task<Result<std::string>> POST(BodyStream body) {
  const Alive alive;
  auto size = co_await body.save(save_to);
  if (!size) co_return std::move(size).error();
  co_return std::to_string(*size);
}
// Both directions at once.
Response PUT(BodyStream body) {
  return Response::stream("application/octet-stream", [body](ResponseStream out) mutable -> Task<> {
    while (auto piece = co_await body.read()) co_await out.write(*piece);
  });
}
FOLIO_TEST_FILE("save.cpp")
FOLIO_ROUTE_UNIT
}  // namespace save

namespace rows {
using namespace folio::absent;
using namespace folio;
Response GET(QueryParam<"count", int> count) {
  return Response::stream("text/csv", [count = *count](ResponseStream out) -> Task<> {
    const Alive alive;
    for (int row = 0; row < count; ++row) {
      co_await out.write("row " + std::to_string(row) + "\n");
      bytes_written += 8;
    }
  });
}
Response POST() {
  return Response::stream("text/plain", [](ResponseStream out) -> Task<Result<void>> {
    co_await out.write("begun");
    co_return AppError::internal("the database went away");
  });
}
Response PUT(QueryParam<"size", std::uint64_t> size) {
  return Response::stream(
      "text/plain", [](ResponseStream out) -> Task<> { co_await out.write("12345"); }, *size);
}
// One more than fits, without waiting, again and again.
Response PATCH() {
  return Response::stream("application/octet-stream", [](ResponseStream out) -> Task<> {
    const Alive alive;
    const std::string block(64 * 1024, 'x');
    for (;;) {
      co_await out.write(block);
      bytes_written += block.size();
    }
  });
}
FOLIO_TEST_FILE("rows.cpp")
FOLIO_ROUTE_UNIT
}  // namespace rows

namespace ticks {
using namespace folio::absent;
using namespace folio;
Response GET(Request& req) {
  return Response::events([last = std::string(req.header("Last-Event-ID"))](EventStream events) -> Task<> {
    const Alive alive;
    co_await events.send({.data = "after " + last, .event = "tick", .id = "1", .retry = 2000ms});
    co_await sleep_for(1h);
  });
}
FOLIO_TEST_FILE("ticks.cpp")
FOLIO_ROUTE_UNIT
}  // namespace ticks

namespace guard {
using namespace folio;
Task<Response> middleware(Request& req, Next next) {
  if (req.header("Authorization").empty() && req.path() == "/upload" && req.method() == "POST" &&
      req.has_header("X-Guarded")) {
    co_return Response::status(401);
  }
  co_return co_await next();
}
FOLIO_TEST_FILE("_middleware.cpp")
FOLIO_MIDDLEWARE_UNIT
}  // namespace guard

const std::vector<const folio::RouteUnit*> units = {&upload::folio_unit, &save::folio_unit, &rows::folio_unit,
                                                    &ticks::folio_unit, &guard::folio_unit};

}  // namespace stream_routes

namespace folio::test {
namespace {

using namespace stream_routes;
using namespace std::chrono_literals;

// For what another thread is about to do. Fails after a time that no machine needs.
template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

std::string head(std::string_view method, std::string_view path, std::string_view fields) {
  return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "\r\n";
}

// Takes the chunked coding off; empty and false when it has no end.
bool unchunk(std::string_view bytes, std::string& body) {
  for (;;) {
    const auto line = bytes.find("\r\n");
    if (line == std::string_view::npos) return false;
    const std::size_t size = std::stoul(std::string(bytes.substr(0, line)), nullptr, 16);
    bytes.remove_prefix(line + 2);
    if (size == 0) return bytes == "\r\n";
    if (bytes.size() < size + 2) return false;
    body += bytes.substr(0, size);
    bytes.remove_prefix(size + 2);
  }
}

class Streams : public ::testing::Test {
 protected:
  void SetUp() override {
    bytes_read = bytes_written = 0;
    ended = 0;
    go_on = false;
    save_to = ::testing::TempDir() + "folio_stream_" + std::to_string(::getpid()) + "_" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove(save_to);
  }
  void TearDown() override {
    std::filesystem::remove(save_to);
    EXPECT_TRUE(eventually([] { return live == 0; }));
  }
};
using BodyStreams = Streams;
using ResponseStreams = Streams;
using EventStreams = Streams;

TEST_F(BodyStreams, GivesWhatComesBeforeTheEndHasCome) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("POST", "/upload", "Content-Length: 10\r\n") + "12345");
  EXPECT_TRUE(eventually([] { return bytes_read == 5; }));
  EXPECT_EQ(ended, 0);
  client.send("67890");
  EXPECT_EQ(client.read().body, "10");
  client.send(head("POST", "/upload", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
  EXPECT_TRUE(eventually([] { return bytes_read == 13; }));
  client.send("2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(client.read().body, "5");
  EXPECT_EQ(client.ask(head("POST", "/upload", "")).body, "0");
  EXPECT_EQ(client.ask(head("POST", "/upload", "Content-Length: 0\r\n")).body, "0");
}

TEST_F(BodyStreams, IsTheSameByteByByteAndPipelined) {
  TestServer server(units);
  Client client(server.port());
  const std::string request = head("POST", "/upload", "Transfer-Encoding: chunked\r\n") +
                              "5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n" +
                              head("POST", "/upload", "Content-Length: 3\r\n") + "abc" + head("GET", "/upload", "");
  for (const char byte : request) client.send({&byte, 1});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(client.read().body, "6");
    EXPECT_EQ(client.read().body, "3");
    EXPECT_EQ(client.read().status, 405);
    if (round == 0) client.send(request);
  }
}

// What a handler does not read holds the client back.
TEST_F(BodyStreams, AreHeldBackByAHandlerThatDoesNotRead) {
  TestServer server(units);
  Client client(server.port());
  constexpr std::size_t size = 64 * 1024 * 1024;
  client.send(head("PUT", "/upload", "Content-Length: " + std::to_string(size) + "\r\n"));
  ::fcntl(client.fd(), F_SETFL, O_NONBLOCK);
  const std::string block(256 * 1024, 'b');
  std::size_t sent = 0;
  for (;;) {
    const ssize_t count = ::send(client.fd(), block.data(), std::min(block.size(), size - sent), MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    pollfd writable{.fd = client.fd(), .events = POLLOUT, .revents = 0};
    if (::poll(&writable, 1, 300) == 0) break;
  }
  EXPECT_LT(sent, size / 2);  // the kernel's buffers, and max_body_buffer
  ::fcntl(client.fd(), F_SETFL, 0);
  go_on = true;
  while (sent < size) {
    const std::size_t count = std::min(block.size(), size - sent);
    ASSERT_TRUE(client.send(std::string_view(block).substr(0, count)));
    sent += count;
  }
  EXPECT_EQ(client.read().body, std::to_string(size));
}

// RFC 9110 §10.1.1
TEST_F(BodyStreams, AskTheClientToGoOnWhenTheHandlerReads) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("PUT", "/upload", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
  go_on = true;
  EXPECT_EQ(client.read().status, 100);
  client.send("body");
  EXPECT_EQ(client.read().body, "4");
}

TEST_F(BodyStreams, AreRefusedByMiddlewareBeforeTheyAreSent) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("POST", "/upload", "Content-Length: 4\r\nExpect: 100-continue\r\nX-Guarded: 1\r\n"));
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(BodyStreams, ThatNobodyReadsEndTheConnection) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("DELETE", "/upload", "Content-Length: 100000\r\n") + "some of it");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.field("Connection"), "close");
  client.send("and more");
  EXPECT_EQ(client.read_all(), "");
  // One that has come with its head is no reason to.
  Client other(server.port());
  other.send(head("DELETE", "/upload", "Content-Length: 4\r\n") + "body" + head("POST", "/upload", ""));
  EXPECT_EQ(other.read().field("Connection"), "");
  EXPECT_EQ(other.read().body, "0");
}

TEST_F(BodyStreams, ThatBreakOffNeverLookWhole) {
  TestServer server(units);
  {
    Client client(server.port());
    client.send(head("POST", "/upload", "Content-Length: 10\r\n") + "12345");
    ASSERT_TRUE(eventually([] { return bytes_read == 5; }));
    client.end();
    EXPECT_EQ(client.read().status, 400);
  }
  {
    Client client(server.port());
    client.send(head("POST", "/upload", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
    ASSERT_TRUE(eventually([] { return bytes_read == 8; }));
    client.send("no chunk");
    EXPECT_EQ(client.read().status, 400);
    EXPECT_EQ(client.read_all(), "");
  }
  {
    Client client(server.port());
    client.send(head("POST", "/upload", "Content-Length: 10\r\n") + "12345");
    ASSERT_TRUE(eventually([] { return bytes_read == 13; }));
    client.reset();
  }
  EXPECT_TRUE(eventually([] { return live == 0; }));
  EXPECT_EQ(ended, 0);
}

TEST_F(BodyStreams, ThatStopArrivingAreA408) {
  app::Config config;
  config.body_timeout = 1;
  TestServer server(units, config);
  Client client(server.port());
  client.send(head("POST", "/upload", "Content-Length: 10\r\n") + "12345");
  EXPECT_EQ(client.read().status, 408);
  EXPECT_EQ(ended, 0);
}

TEST_F(BodyStreams, HaveALimit) {
  app::Config config;
  config.http.max_body = 4;
  config.max_streamed_body = 20;
  TestServer server(units, config);
  // What is read whole has another limit.
  EXPECT_EQ(Client(server.port()).ask(head("POST", "/upload", "Content-Length: 20\r\n") + std::string(20, 'x')).body,
            "20");
  EXPECT_EQ(Client(server.port()).ask(head("POST", "/upload", "Content-Length: 21\r\n")).status, 413);
  EXPECT_EQ(Client(server.port())
                .ask(head("POST", "/upload", "Transfer-Encoding: chunked\r\n") + "14\r\n" + std::string(20, 'x') +
                     "\r\n1\r\nx\r\n0\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(ended, 1);
  // A handler's own.
  EXPECT_EQ(Client(server.port()).ask(head("PATCH", "/upload", "Content-Length: 10\r\n") + "0123456789").body,
            "0123456789");
  const Answer refused =
      Client(server.port()).ask(head("PATCH", "/upload", "Content-Length: 11\r\nExpect: 100-continue\r\n"));
  EXPECT_EQ(refused.status, 413);
}

TEST_F(BodyStreams, AreSavedToAFile) {
  TestServer server(units);
  Client client(server.port());
  const std::string content(3'000'000, 's');
  EXPECT_EQ(client.ask(head("POST", "/save", "Content-Length: 3000000\r\n") + content).body, "3000000");
  EXPECT_EQ(std::filesystem::file_size(save_to), content.size());
  // Nothing is written over.
  EXPECT_EQ(client.ask(head("POST", "/save", "Content-Length: 1\r\n") + "x").status, 500);
  EXPECT_EQ(std::filesystem::file_size(save_to), content.size());
}

TEST_F(BodyStreams, LeaveNoFileWhenTheyBreakOff) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("POST", "/save", "Content-Length: 3000000\r\n") + std::string(1'000'000, 's'));
  ASSERT_TRUE(eventually([] { return std::filesystem::exists(save_to); }));
  client.reset();
  EXPECT_TRUE(eventually([] { return live == 0 && !std::filesystem::exists(save_to); }));
}

TEST_F(BodyStreams, CanBeAnsweredWhileTheyArrive) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("PUT", "/save", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
  EXPECT_EQ(client.read().field("Transfer-Encoding"), "chunked");
  while (client.buffer() != "3\r\nabc\r\n") ASSERT_TRUE(client.more());
  client.send("2\r\nde\r\n0\r\n\r\n");
  while (client.buffer() != "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") ASSERT_TRUE(client.more());
  client.buffer().clear();
  EXPECT_EQ(client.ask(head("POST", "/upload", "")).body, "0");  // the connection goes on
}

TEST_F(ResponseStreams, AreChunkedAndKeepTheConnection) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("GET", "/rows?count=3", "") + head("POST", "/upload", "Content-Length: 2\r\n") + "ab");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.field("Content-Type"), "text/csv");
  EXPECT_EQ(answer.field("Content-Length"), "");
  std::string expected = "6\r\nrow 0\n\r\n6\r\nrow 1\n\r\n6\r\nrow 2\n\r\n0\r\n\r\n";
  while (client.buffer().size() < expected.size()) ASSERT_TRUE(client.more());
  EXPECT_EQ(client.buffer().substr(0, expected.size()), expected);
  client.buffer().erase(0, expected.size());
  EXPECT_EQ(client.read().body, "2");
}

// RFC 9112 §6.3: without a length and chunks, the end of the connection is the end of the body.
TEST_F(ResponseStreams, EndWithTheConnectionForHttp10) {
  TestServer server(units);
  Client client(server.port());
  client.send("GET /rows?count=2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Answer answer = client.read();
  EXPECT_EQ(answer.field("Transfer-Encoding"), "");
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(client.read_all(), "row 0\nrow 1\n");
}

TEST_F(ResponseStreams, HaveNoBodyForHead) {
  TestServer server(units);
  Client client(server.port());
  const Answer answer = client.ask(head("HEAD", "/rows?count=3", ""), true);
  EXPECT_EQ(answer.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.ask(head("POST", "/upload", "")).body, "0");
  EXPECT_EQ(bytes_written, 0u);
}

TEST_F(ResponseStreams, ThatFailAreSeenToBeIncomplete) {
  TestServer server(units);
  Client client(server.port());
  EXPECT_EQ(client.ask(head("POST", "/rows", "")).status, 200);
  EXPECT_EQ(client.read_all(), "5\r\nbegun\r\n");
  Client old(server.port());
  old.send("POST /rows HTTP/1.0\r\n\r\n");
  char byte;
  ssize_t last;
  while ((last = ::recv(old.fd(), &byte, 1, 0)) > 0) {
  }
  EXPECT_LT(last, 0);  // reset: an ordinary end would be the body's
}

TEST_F(ResponseStreams, KeepToTheLengthTheyAnnounce) {
  TestServer server(units);
  Client client(server.port());
  EXPECT_EQ(client.ask(head("PUT", "/rows?size=5", "")).body, "12345");
  EXPECT_EQ(client.ask(head("PUT", "/rows?size=4", "")).body, "1234");
  EXPECT_EQ(client.read_all(), "");
  Client other(server.port());
  const Answer answer = other.ask(head("PUT", "/rows?size=6", ""));
  EXPECT_EQ(answer.field("Content-Length"), "6");
  EXPECT_EQ(answer.body, "12345");
}

TEST_F(ResponseStreams, WaitForAClientThatDoesNotRead) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("PATCH", "/rows", ""));
  ASSERT_EQ(client.read().status, 200);
  // It stands still when the kernel's buffers and max_stream_output are full.
  std::uint64_t before = 1;
  ASSERT_TRUE(eventually([&] {
    std::this_thread::sleep_for(100ms);
    return std::exchange(before, bytes_written.load()) == bytes_written;
  }));
  EXPECT_LT(bytes_written, 32u * 1024 * 1024);
  std::uint64_t taken = 0;
  while (taken < 64u * 1024 * 1024) {
    ASSERT_TRUE(client.more());
    taken += client.buffer().size();
    client.buffer().clear();
  }
  EXPECT_GT(bytes_written, before);
  client.reset();  // the writer ends with its client
  EXPECT_TRUE(eventually([] { return live == 0; }));
}

TEST_F(ResponseStreams, GiveEveryByteThroughASlowReader) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("GET", "/rows?count=200000", "Connection: close\r\n"));
  ASSERT_EQ(client.read().status, 200);
  std::string expected;
  for (int row = 0; row < 200000; ++row) expected += "row " + std::to_string(row) + "\n";
  std::string body;
  EXPECT_TRUE(unchunk(client.read_all(), body));
  EXPECT_TRUE(body == expected);
}

// HTML Living Standard §9.2.5
TEST_F(EventStreams, AreWrittenAsTheStandardHasThem) {
  EXPECT_EQ(EventStream::format({.data = "a"}), "data: a\n\n");
  EXPECT_EQ(EventStream::format({.data = ""}), "data: \n\n");
  EXPECT_EQ(EventStream::format({.data = "a\nb\r\nc\rd\n"}), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
  EXPECT_EQ(EventStream::format({.data = "x", .event = "e\ndata: y", .id = "1\r\n2", .retry = 1500ms}),
            "event: edata: y\nid: 12\nretry: 1500\ndata: x\n\n");
}

TEST_F(EventStreams, SendEventsAndEndWithTheServer) {
  TestServer server(units);
  Client client(server.port());
  client.send(head("GET", "/ticks", "Last-Event-ID: 7\r\n"));
  const Answer answer = client.read();
  EXPECT_EQ(answer.field("Content-Type"), "text/event-stream");
  EXPECT_EQ(answer.field("Cache-Control"), "no-store");
  const std::string event = "event: tick\nid: 1\nretry: 2000\ndata: after 7\n\n";
  while (client.buffer().size() < event.size() + 6) ASSERT_TRUE(client.more());
  EXPECT_NE(client.buffer().find(event), std::string::npos);
  server.begin_stop();
  std::string body;
  EXPECT_TRUE(unchunk(client.read_all(), body));
  EXPECT_EQ(body, event);
  client.close();
  server.join();
}

TEST_F(EventStreams, AreNotSilentForLong) {
  app::Config config;
  config.event_heartbeat = 1;
  TestServer server(units, config);
  Client client(server.port());
  client.send(head("GET", "/ticks", ""));
  while (client.buffer().find("\r\n:\n\n\r\n") == std::string::npos) ASSERT_TRUE(client.more());
}

}  // namespace
}  // namespace folio::test
