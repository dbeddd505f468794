// What a server tells of its work: metrics, request ids, traces, and the lines of its log.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>

#include "app/log.hpp"
#include "app/metrics_server.hpp"
#include "app/metrics_text.hpp"
#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME, ...)                                               \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };
#define FOLIO_NO_PARAMS \
  folio::ParamNames<0> {}

namespace test_observed {

// Holds handlers until the test lets them go.
struct Latch {
  std::mutex mutex;
  std::condition_variable changed;
  int arrived = 0;
  bool open = false;
  void arrive_and_wait() {
    std::unique_lock lock(mutex);
    ++arrived;
    changed.notify_all();
    changed.wait_for(lock, std::chrono::seconds(20), [&] { return open; });
  }
  void await_arrival() {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(20), [&] { return arrived > 0; });
  }
  void release() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
};
Latch*& latch() {
  static Latch* current = nullptr;
  return current;
}

namespace home {
using namespace folio::absent;
using namespace folio;
std::string GET(Request& req) {
  log::info(req, "in the handler");
  return "id " + std::string(req.id());
}
void POST() {}
FOLIO_TEST_FILE("index.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace home

namespace user {
using namespace folio::absent;
using namespace folio;
Result<std::string> GET(Path<"id", int> id) {
  if (*id == 0) return AppError::not_found("none");
  if (*id == 1) return AppError::internal("secret");
  return std::string("user");
}
FOLIO_TEST_FILE("users/[id].cpp", folio::ParamNames<1>{{"id"}})
FOLIO_ROUTE_UNIT
}  // namespace user

namespace trace {
using namespace folio::absent;
using namespace folio;
std::string GET(Request& req) {
  const Trace& trace = req.trace();
  return trace.trace_id + " " + trace.parent_id + " " + trace.span_id + " " + (trace.sampled ? "1" : "0") + " " +
         trace.traceparent() + " " + trace.state;
}
FOLIO_TEST_FILE("trace.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace trace

namespace blocks {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  latch()->arrive_and_wait();
  return "done";
}
FOLIO_TEST_FILE("blocks.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace blocks

namespace sleeps {
using namespace folio::absent;
using namespace folio;
Task<std::string> GET() {
  co_await sleep_for(std::chrono::hours(1));
  co_return "never";
}
FOLIO_TEST_FILE("sleeps.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace sleeps

namespace stream {
using namespace folio::absent;
using namespace folio;
Response GET() {
  return Response::stream("text/plain", [](ResponseStream out) -> Task<> {
    co_await out.write("one ");
    co_await out.write("two");
  });
}
Task<std::string> POST(BodyStream body) {
  std::size_t size = 0;
  while (auto piece = co_await body.read()) size += piece->size();
  co_return std::to_string(size);
}
FOLIO_TEST_FILE("stream.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace stream

namespace echo {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  auto room = rooms().get("observed");
  room.join("me", ws.sender());
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("echo.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace echo
}  // namespace test_observed

namespace folio {
namespace {

using test::Answer;
using test::Client;
using test::SocketClient;
using test::TestServer;

std::vector<const RouteUnit*> units() {
  using namespace test_observed;
  return {&home::folio_unit, &user::folio_unit, &trace::folio_unit, &blocks::folio_unit, &sleeps::folio_unit, &stream::folio_unit, &echo::folio_unit};
}

app::Config with_metrics() {
  app::Config config;
  config.metrics_listen = "127.0.0.1:0";
  return config;
}

// The samples by name and labels. Holds the text to its grammar: each family has HELP and TYPE once, in front of its
// samples, which stand together, no sample comes twice, and histograms add up.
std::map<std::string, double> parse(const std::string& text) {
  static const std::regex comment(R"(# (HELP|TYPE) ([a-z_]+) (.+))");
  static const std::regex sample(
      R"(([a-z_]+)(\{([a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*)\})? ([0-9.e+-]+))");
  std::map<std::string, double> samples;
  std::set<std::string> families;
  std::string family;
  std::string type;
  std::istringstream lines(text);
  EXPECT_TRUE(text.ends_with('\n'));
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, comment)) {
      if (match[1] == "HELP") {
        family = match[2];
        EXPECT_TRUE(families.insert(family).second) << line;
        type.clear();
      } else {
        EXPECT_EQ(match[2], family);
        type = match[3];
        EXPECT_TRUE(type == "counter" || type == "gauge" || type == "histogram") << line;
        EXPECT_EQ(type == "counter", family.ends_with("_total")) << line;
      }
      continue;
    }
    if (!std::regex_match(line, match, sample)) {
      ADD_FAILURE() << line;
      continue;
    }
    const std::string name = match[1];
    EXPECT_TRUE(name == family || (type == "histogram" && (name == family + "_bucket" || name == family + "_sum" ||
                                                           name == family + "_count")))
        << line;
    EXPECT_FALSE(type.empty());
    EXPECT_TRUE(samples.emplace(name + match[2].str(), std::stod(match[match.size() - 1])).second) << line;
  }
  for (const auto& [name, value] : samples) {
    const auto bucket = name.find("_bucket{");
    const auto infinite = name.find("le=\"+Inf\"");
    if (bucket == std::string::npos || infinite == std::string::npos) continue;
    std::string labels = name.substr(bucket + 8, infinite - bucket - 8);
    if (labels.ends_with(',')) labels.pop_back();
    EXPECT_EQ(samples.at(name.substr(0, bucket) + "_count" + (labels.empty() ? "" : "{" + labels + "}")), value) << name;
  }
  return samples;
}

double value(const std::map<std::string, double>& samples, const std::string& name) {
  const auto found = samples.find(name);
  return found == samples.end() ? -1 : found->second;
}

// Metrics are counted when the loop gets there, which may be after the client has its answer. A scrape reads one after the
// other while the loop goes on: what was counted before `name` became `wanted` is for certain in the next scrape alone.
std::map<std::string, double> eventually(app::Server& server, const std::string& name, double wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (true) {
    const auto samples = parse(app::metrics_text(server));
    if (value(samples, name) == wanted) return parse(app::metrics_text(server));
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << name << " is " << value(samples, name) << ", not " << wanted;
      return samples;
    }
    std::this_thread::yield();
  }
}

// --- metrics ---

TEST(Metrics, CountRequestsByRouteMethodAndStatus) {
  app::Config config = with_metrics();
  config.threads = 2;
  TestServer server(units(), config);
  Client client(server.port());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get("/").status, 200);
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 204);
  EXPECT_EQ(client.get("/users/5").status, 200);
  EXPECT_EQ(client.get("/users/0").status, 404);
  EXPECT_EQ(client.get("/users/1").status, 500);
  EXPECT_EQ(client.get("/nowhere/at/all").status, 404);
  EXPECT_EQ(client.get("/nowhere/else").status, 404);
  EXPECT_EQ(client.ask("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
  const auto samples = eventually(
      server.server(), R"(folio_http_requests_total{route="index.cpp",method="other",status="4xx"})", 1);
  EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="index.cpp",method="GET",status="2xx"})"), 3);
  EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="index.cpp",method="POST",status="2xx"})"), 1);
  for (const char* status : {"2xx", "4xx", "5xx"}) {
    EXPECT_EQ(value(samples, std::string(R"(folio_http_requests_total{route="users/[id].cpp",method="GET",status=")") +
                                 status + "\"}"),
              1);
  }
  EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="none",method="GET",status="4xx"})"), 2)
      << "paths that nothing answers are counted together";
  EXPECT_EQ(value(samples, R"(folio_http_request_duration_seconds_count{route="users/[id].cpp"})"), 3);
  EXPECT_EQ(value(samples, R"(folio_http_request_duration_seconds_bucket{route="index.cpp",le="10"})"), 5);
  EXPECT_EQ(value(samples, "folio_http_requests_in_flight"), 0);
  EXPECT_EQ(value(samples, "folio_connections_open"), 1);
  EXPECT_EQ(value(samples, "folio_connections_accepted_total"), 1);
  EXPECT_EQ(value(samples, "folio_loops"), 2);
  EXPECT_GT(value(samples, "folio_network_received_bytes_total"), 300);
  EXPECT_GT(value(samples, "folio_network_sent_bytes_total"), 1000);
  EXPECT_GT(value(samples, "process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value(samples, "process_open_fds"), 5);
  EXPECT_GT(value(samples, "process_start_time_seconds"), 1e9);
}

TEST(Metrics, GoOnWhenTheApplicationChanges) {
  TestServer server(units(), with_metrics());
  Client client(server.port());
  EXPECT_EQ(client.get("/").status, 200);
  auto other = app::Application::build(std::vector<const RouteUnit*>{&test_observed::trace::folio_unit,
                                                                    &test_observed::home::folio_unit});
  ASSERT_TRUE(other);
  server.server().publish(*std::move(other));
  while (client.get("/users/5").status != 404) std::this_thread::yield();
  EXPECT_EQ(client.get("/").status, 200);
  (void)eventually(server.server(), R"(folio_http_requests_total{route="index.cpp",method="GET",status="2xx"})", 2);
}

TEST(Metrics, CountWhatIsRefusedAndAbandoned) {
  app::Config config = with_metrics();
  config.max_connections = 2;
  TestServer server(units(), config);
  {
    Client client(server.port());
    EXPECT_EQ(client.ask("nonsense\r\n\r\n").status, 400);
  }
  (void)eventually(server.server(), "folio_http_requests_refused_total", 1);
  {
    Client client(server.port());
    client.send("GET /sleeps HTTP/1.1\r\nHost: a\r\n\r\n");
    (void)eventually(server.server(), "folio_http_requests_in_flight", 1);
    client.reset();
  }
  (void)eventually(server.server(), "folio_http_requests_abandoned_total", 1);
  EXPECT_EQ(value(parse(app::metrics_text(server.server())), "folio_http_requests_in_flight"), 0);
  (void)eventually(server.server(), "folio_connections_open", 0);
  Client first(server.port());
  Client second(server.port());
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
  Client third(server.port());
  EXPECT_FALSE(third.more());
  (void)eventually(server.server(), "folio_connections_refused_total", 1);
}

TEST(Metrics, CountStreamsAtTheirEnd) {
  TestServer server(units(), with_metrics());
  Client client(server.port());
  EXPECT_EQ(client.get("/stream").status, 200);
  while (client.buffer().find("0\r\n\r\n") == std::string::npos) ASSERT_TRUE(client.more());
  client.buffer().clear();
  EXPECT_EQ(client.ask("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc").body, "3");
  auto samples =
      eventually(server.server(), R"(folio_http_request_duration_seconds_count{route="stream.cpp"})", 1);  // of the POST alone
  EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="stream.cpp",method="POST",status="2xx"})"), 1);
  EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="stream.cpp",method="GET",status="2xx"})"), 1);
  // A body that breaks off ends its handler, and the request with it.
  client.send("POST /stream HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n");
  EXPECT_EQ(client.read().status, 400);
  Client gone(server.port());
  gone.send("POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  (void)eventually(server.server(), "folio_http_requests_in_flight", 1);
  gone.reset();
  samples = eventually(server.server(), "folio_http_requests_abandoned_total", 1);
  EXPECT_EQ(value(samples, "folio_http_requests_in_flight"), 0);
  EXPECT_EQ(value(samples, "folio_http_requests_refused_total"), 1);
}

TEST(Metrics, CountWebSocketsMessagesAndCloses) {
  TestServer server(units(), with_metrics());
  const auto before = parse(app::metrics_text(server.server()));  // rooms belong to the process
  {
    SocketClient client(server.port(), "/echo");
    ASSERT_EQ(client.answer.status, 101);
    for (int i = 0; i < 3; ++i) {
      client.send("hello");
      EXPECT_EQ(client.next(), "hello");
    }
    const auto samples =
        eventually(server.server(), R"(folio_websocket_messages_total{role="server",direction="out"})", 3);
    EXPECT_EQ(value(samples, R"(folio_websockets_open{role="server"})"), 1);
    EXPECT_EQ(value(samples, R"(folio_websocket_messages_total{role="server",direction="in"})"), 3);
    EXPECT_EQ(value(samples, R"(folio_websocket_message_bytes_total{role="server",direction="in"})"), 15);
    EXPECT_EQ(value(samples, R"(folio_http_requests_total{route="echo.cpp",method="GET",status="1xx"})"), 1);
    EXPECT_EQ(value(samples, "folio_rooms"), value(before, "folio_rooms") + 1);
    EXPECT_EQ(value(samples, "folio_room_members"), value(before, "folio_room_members") + 1);
    client.close(1001);
    EXPECT_EQ(client.next(), "close 1001");
  }
  {
    SocketClient client(server.port(), "/echo");
    client.client.reset();
  }
  const auto samples = eventually(server.server(), R"(folio_websocket_closes_total{role="server",code="1006"})", 1);
  EXPECT_EQ(value(samples, R"(folio_websocket_closes_total{role="server",code="1001"})"), 1);
  EXPECT_EQ(value(samples, R"(folio_websockets_open{role="server"})"), 0);
  EXPECT_EQ(value(samples, R"(folio_websockets_opened_total{role="server"})"), 2);
}

// The server of the metrics waits for no loop of the other: it answers, and tells how long that one has been held up.
TEST(MetricsServer, AnswersWhileAllLoopsAreHeldUp) {
  test_observed::Latch latch;
  test_observed::latch() = &latch;
  TestServer server(units(), with_metrics());
  app::MetricsServer metrics(server.server());
  ASSERT_TRUE(metrics.start("127.0.0.1:0"));
  Client client(server.port());
  client.send("GET /blocks HTTP/1.1\r\nHost: a\r\n\r\n");
  latch.await_arrival();
  Client scraper(metrics.port());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  double stalled = 0;
  while (stalled == 0 && std::chrono::steady_clock::now() < deadline) {
    const Answer answer = scraper.get("/metrics");
    ASSERT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    const auto samples = parse(answer.body);
    EXPECT_EQ(value(samples, "folio_http_requests_in_flight"), 1);
    stalled = value(samples, R"(folio_loop_stalled_seconds{loop="0"})");
  }
  EXPECT_GT(stalled, 0);
  latch.release();
  EXPECT_EQ(client.read().body, "done");
}

TEST(MetricsServer, HasNothingElse) {
  TestServer server(units(), with_metrics());
  app::MetricsServer metrics(server.server());
  ASSERT_TRUE(metrics.start("127.0.0.1:0"));
  Client scraper(metrics.port());
  EXPECT_EQ(scraper.get("/").status, 404);
  EXPECT_EQ(scraper.ask("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status, 405);
  const Answer head = scraper.ask("HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(head.status, 200);
  Client client(server.port());
  EXPECT_EQ(client.get("/metrics").status, 404) << "the app's own address knows nothing of them";
}

TEST(MetricsServer, SaysWhatIsWrongWithAnAddress) {
  TestServer server(units());
  for (const char* address : {"9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", ":9100", "::1:9100", "a:9x"}) {
    app::MetricsServer metrics(server.server());
    auto started = metrics.start(address);
    ASSERT_FALSE(started) << address;
    EXPECT_NE(started.error().message().find("such as 127.0.0.1:9100"), std::string::npos);
  }
}

// --- request ids ---

TEST(RequestId, IsTheClientsWhenItIsSensible) {
  app::Config config;
  config.send_request_id = true;
  TestServer server(units(), config);
  Client client(server.port());
  const Answer given = client.get("/", "X-Request-Id: abc-123\r\n");
  EXPECT_EQ(given.field("X-Request-Id"), "abc-123");
  EXPECT_EQ(given.body, "id abc-123");
  for (const std::string& wrong : {std::string(), std::string("a b"), std::string("a\"b"), std::string("\xc3\xa9"),
                                   std::string(129, 'x')}) {
    const Answer made = client.get("/", "X-Request-Id: " + wrong + "\r\n");
    EXPECT_TRUE(std::regex_match(made.field("X-Request-Id"), std::regex("[0-9a-f]{16}"))) << made.head;
    EXPECT_EQ(made.body, "id " + made.field("X-Request-Id"));
  }
}

TEST(RequestId, IsAnotherOneForEachRequest) {
  TestServer server(units());
  Client client(server.port());
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.insert(client.get("/").body);
  EXPECT_EQ(ids.size(), 200u);
}

TEST(RequestId, IsNotSentUnlessItIsWanted) {
  TestServer server(units());
  Client client(server.port());
  EXPECT_EQ(client.get("/", "X-Request-Id: abc\r\n").field("X-Request-Id"), "");
}

// --- traces ---

struct Traced {
  std::string trace_id, parent_id, span_id, sampled, traceparent, state;
};
Traced ask_trace(Client& client, const std::string& fields) {
  const std::string body = client.get("/trace", fields).body;
  static const std::regex words("([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*)");
  std::smatch match;
  if (!std::regex_match(body, match, words)) ADD_FAILURE() << body;
  return {match[1], match[2], match[3], match[4], match[5], match[6]};
}

TEST(RequestTrace, GoesOnWithTheCallers) {
  TestServer server(units());
  Client client(server.port());
  const Traced traced = ask_trace(client,
                                  "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
                                  "tracestate: rojo=00f067aa0ba902b7\r\ntracestate: congo=1\r\n");
  EXPECT_EQ(traced.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(traced.parent_id, "00f067aa0ba902b7");
  EXPECT_TRUE(std::regex_match(traced.span_id, std::regex("[0-9a-f]{16}")));
  EXPECT_NE(traced.span_id, traced.parent_id);
  EXPECT_EQ(traced.sampled, "1");
  EXPECT_EQ(traced.traceparent, "00-4bf92f3577b34da6a3ce929d0e0e4736-" + traced.span_id + "-01");
  EXPECT_EQ(traced.state, "rojo=00f067aa0ba902b7,congo=1");
}

TEST(RequestTrace, BeginsAnewWithoutASoundOne) {
  TestServer server(units());
  Client client(server.port());
  const std::string sound = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  std::set<std::string> ids;
  for (const std::string& fields :
       {std::string(), std::string("traceparent: 00-xyz\r\ntracestate: a=1\r\n"), sound + sound}) {
    const Traced traced = ask_trace(client, fields);
    EXPECT_TRUE(std::regex_match(traced.trace_id, std::regex("[0-9a-f]{32}")));
    EXPECT_EQ(traced.parent_id, "");
    EXPECT_EQ(traced.sampled, "0");
    EXPECT_EQ(traced.traceparent, "00-" + traced.trace_id + "-" + traced.span_id + "-02");
    EXPECT_EQ(traced.state, "");
    EXPECT_TRUE(ids.insert(traced.trace_id).second);
  }
}

// --- the log ---

// Everything that is written while `action` runs, to standard output and to standard error.
template <class Action>
std::pair<std::string, std::string> written(app::AccessLog form, Action action) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  EXPECT_TRUE(app::start_log("info", form));
  action();
  app::stop_log();
  std::fflush(stdout);
  return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Log, HasTheAccessLogOnStandardOutputAndTheRestOnStandardError) {
  const auto [out, err] = written(app::AccessLog::Json, [] {
    TestServer server(units());
    Client client(server.port());
    client.get("/?q=1", "X-Request-Id: req-7\r\nUser-Agent: a \"quoted\" one\r\n");
    client.get("/users/1", "X-Request-Id: req-8\r\n");
    client.ask("nonsense\r\n\r\n");
    server.stop();
  });
  const std::regex first(
      R"re(\{"time":"[0-9TZ:.-]+","peer":"127.0.0.1","method":"GET","host":"test","path":"/","query":"q=1",)re"
      R"re("protocol":"HTTP/1.1","status":200,"bytes":8,"duration":[0-9.]+,"route":"index.cpp","id":"req-7",)re"
      R"re("agent":"a \\"quoted\\" one"\})re");
  std::istringstream lines(out);
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_TRUE(std::regex_match(line, first)) << line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_NE(line.find(R"("status":500)"), std::string::npos) << line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_NE(line.find(R"("status":400)"), std::string::npos) << line;
  EXPECT_FALSE(std::getline(lines, line)) << line;
  EXPECT_NE(err.find("[req-7] in the handler"), std::string::npos) << err;
  EXPECT_NE(err.find("[req-8] GET /users/1 failed with 500 in users/[id].cpp"), std::string::npos) << err;
}

TEST(Log, HasNoAccessLogWhenItIsOff) {
  const auto [out, err] = written(app::AccessLog::Off, [] {
    TestServer server(units());
    Client(server.port()).get("/");
    server.stop();
  });
  EXPECT_EQ(out, "");
  EXPECT_EQ(err.find("GET /"), std::string::npos) << err;
}

}  // namespace
}  // namespace folio
