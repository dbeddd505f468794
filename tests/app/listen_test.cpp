// Where a server listens, what stands before the first request, and how it leaves.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "app/tls_client.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_listen {

namespace who {
using namespace folio::absent;
using namespace folio;
std::string GET(const Request& request) {
  return std::string(request.scheme()) + " " + std::string(request.remote_address());
}
FOLIO_TEST_FILE("who.cpp")
FOLIO_ROUTE_UNIT
}  // namespace who

namespace slow {
using namespace folio::absent;
using namespace folio;
inline std::atomic<int> running = 0;
Task<std::string> GET(QueryParam<"ms", int> ms) {
  ++running;
  co_await sleep_for(std::chrono::milliseconds(*ms));
  --running;
  co_return "slept";
}
FOLIO_TEST_FILE("slow.cpp")
FOLIO_ROUTE_UNIT
}  // namespace slow

namespace socket {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "a page";
}
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("socket.cpp")
FOLIO_ROUTE_UNIT
}  // namespace socket

}  // namespace test_listen

namespace {

using namespace folio::test;
namespace fs = std::filesystem;
using folio::RouteUnit;
using folio::app::Config;
using folio::app::Server;

std::vector<const RouteUnit*> units() {
  return {&test_listen::who::folio_unit, &test_listen::slow::folio_unit, &test_listen::socket::folio_unit};
}

Config one_thread() {
  Config config;
  config.threads = 1;
  return config;
}

// --- PROXY ---

Config behind_a_proxy() {
  Config config = one_thread();
  config.proxy_protocol = true;
  return config;
}

constexpr const char* text_header = "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n";
const std::string binary_header("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1\xbb\x20\0\5\1\0\0\0\0", 36);

TEST(ProxyProtocol, SaysWhoTheClientIs) {
  TestServer server(units(), behind_a_proxy());
  Client text(server.port());
  text.send(text_header);
  EXPECT_EQ(text.get("/who").body, "http 192.0.2.1");
  EXPECT_EQ(text.get("/who").body, "http 192.0.2.1");
  Client binary(server.port());
  EXPECT_EQ(binary.ask(binary_header + "GET /who HTTP/1.1\r\nHost: x\r\n\r\n").body, "https 192.0.2.1");
  Client unknown(server.port());
  unknown.send("PROXY UNKNOWN\r\n");
  EXPECT_EQ(unknown.get("/who").body, "http 127.0.0.1");
}

TEST(ProxyProtocol, ComesInPieces) {
  TestServer server(units(), behind_a_proxy());
  Client client(server.port());
  for (const char c : std::string(text_header) + "GET /who HTTP/1.1\r\nHost: x\r\n\r\n") client.send({&c, 1});
  EXPECT_EQ(client.read().body, "http 192.0.2.1");
}

TEST(ProxyProtocol, ComesBeforeTls) {
  const auto made = folio::net::make_self_signed();
  Config config = behind_a_proxy();
  config.tls.identities.emplace_back();
  config.tls.identities[0].certificate_pem = made.certificate_pem;
  config.tls.identities[0].key_pem = made.key_pem;
  TestServer server(units(), std::move(config));
  TlsClient client(server.port(), {.before = text_header});
  EXPECT_EQ(client.get("/who").body, "https 192.0.2.1");
  TlsClient bare(server.port());
  EXPECT_FALSE(bare.open);
}

TEST(ProxyProtocol, ClosesWhatDoesNotBeginWithIt) {
  TestServer server(units(), behind_a_proxy());
  for (const std::string& bytes :
       {std::string("GET /who HTTP/1.1\r\nHost: x\r\n\r\n"), std::string("PROXY TCP4 1.2.3.4 5.6.7.8 1 99999\r\n"),
        std::string("\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0", 16), std::string("PROXY TCP4 1.2.3.4")}) {
    Client client(server.port());
    client.send(bytes);
    client.end();
    EXPECT_EQ(client.read_all(), "") << bytes;
  }
}

TEST(ProxyProtocol, HasADeadline) {
  Config config = behind_a_proxy();
  config.tls.handshake_timeout = 1;
  TestServer server(units(), std::move(config));
  Client silent(server.port());
  Client half(server.port());
  half.send("PROXY TCP4 192.0");
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(half.read_all(), "");
}

TEST(ProxyProtocol, IsNotLookedForUnlessAsked) {
  TestServer server(units(), one_thread());
  Client client(server.port());
  client.send(text_header);
  EXPECT_EQ(client.read().status, 400);
}

// --- addresses ---

class ListenTest : public ::testing::Test {
 protected:
  ListenTest() {
    std::string name = fs::temp_directory_path() / "folio-listen-XXXXXX";
    folder = ::mkdtemp(name.data());
    path = folder / "app.sock";
  }
  ~ListenTest() override { fs::remove_all(folder); }

  [[nodiscard]] Config at_path() const {
    Config config;
    config.threads = 2;
    config.host = "unix:" + path;
    return config;
  }
  // The whole answer to a request by the socket.
  [[nodiscard]] std::string ask_unix() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    std::string answer;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
      constexpr std::string_view request = "GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      (void)!::write(fd, request.data(), request.size());
      char chunk[4096];
      for (ssize_t got; (got = ::read(fd, chunk, sizeof(chunk))) > 0;) answer.append(chunk, static_cast<std::size_t>(got));
    }
    ::close(fd);
    return answer;
  }

  fs::path folder;
  std::string path;
};

// A server as it is, with its own address.
class Running {
 public:
  explicit Running(Config config) : server(std::move(config)) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto listening = server.listen();
    if (!listening) problem = listening.error().message();
    if (!problem.empty()) return;
    server.publish(*folio::app::Application::build(units()));
    thread_ = std::thread([this] {
      server.run();
      ended = true;
    });
  }
  ~Running() { stop(); }
  void stop() {
    if (!thread_.joinable()) return;
    server.stop();
    thread_.join();
  }
  void retire() {
    server.main_loop().inbox()->post([this] { server.retire(); });
  }
  void join() { thread_.join(); }

  Server server;
  std::string problem;
  std::atomic<bool> ended = false;

 private:
  std::thread thread_;
};

template <class Probe>
bool eventually(Probe probe) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!probe()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(ListenTest, ServesAUnixSocketAndRemovesIt) {
  Running server(at_path());
  ASSERT_EQ(server.problem, "");
  EXPECT_EQ(server.server.where(), "http+unix:" + path);
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0660U);
  EXPECT_TRUE(ask_unix().ends_with("http unix")) << ask_unix();
  server.stop();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ListenTest, ReplacesASocketThatNobodyListensOn) {
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ::close(fd);
  }
  Running server(at_path());
  EXPECT_EQ(server.problem, "");
  EXPECT_TRUE(ask_unix().ends_with("http unix"));
}

TEST_F(ListenTest, LeavesAnothersSocketAlone) {
  Running first(at_path());
  Running second(at_path());
  EXPECT_EQ(second.problem, "cannot listen on unix:" + path + ": another program listens there; stop it, or choose another path");
  EXPECT_TRUE(ask_unix().ends_with("http unix"));
}

TEST_F(ListenTest, LeavesOtherFilesAlone) {
  std::ofstream(path) << "precious";
  Running server(at_path());
  EXPECT_EQ(server.problem, "cannot listen on unix:" + path + ": there is something else than a socket; choose another path");
  EXPECT_EQ(fs::file_size(path), 8U);
}

TEST_F(ListenTest, SaysWhenAPathIsTooLong) {
  path = folder / std::string(100, 'x');
  Running server(at_path());
  EXPECT_EQ(server.problem, "cannot listen on unix:" + path + ": the path has to have 1 to 103 bytes");
}

TEST_F(ListenTest, ServesBothFamiliesByTheUnspecifiedAddress) {
  Config config = one_thread();
  config.host = "::";
  config.port = 0;
  Running server(std::move(config));
  if (server.problem.empty()) {
    EXPECT_EQ(server.server.where(), "http://[::]:" + std::to_string(server.server.port()));
    EXPECT_EQ(Client(server.server.port()).get("/who").body, "http 127.0.0.1");
  } else {
    // A machine without IPv6.
    EXPECT_EQ(::socket(AF_INET6, SOCK_STREAM, 0), -1) << server.problem;
  }
}

// --- the end ---

TEST(Health, AnswersUntilTheServerIsToStop) {
  Config config = one_thread();
  config.health_path = "/healthz";
  config.drain_delay = 600;
  TestServer server(units(), std::move(config));
  Client client(server.port());
  const auto good = client.get("/healthz");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.field("Cache-Control"), "no-store");
  EXPECT_EQ(client.ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n", true).status, 200);
  EXPECT_EQ(client.ask("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").status, 404);
  server.server().main_loop().inbox()->post([&] { server.server().retire(); });
  EXPECT_TRUE(eventually([&] { return Client(server.port()).get("/healthz").status == 503; }));
  // It still serves, and tells clients to come by another way next time.
  const auto last = client.get("/who");
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_EQ(client.read_all(), "");
  // Who is asked a second time does not wait.
  server.server().main_loop().inbox()->post([&] { server.server().retire(); });
  server.join();
}

TEST(Health, IsNoRouteUnlessAsked) {
  TestServer server(units(), one_thread());
  EXPECT_EQ(Client(server.port()).get("/healthz").status, 404);
}

TEST(Drain, ClosesWebSocketsOneAfterTheOther) {
  Config config = one_thread();
  config.drain_delay = 3;
  TestServer server(units(), std::move(config));
  std::vector<std::unique_ptr<SocketClient>> sockets;
  for (int i = 0; i < 9; ++i) sockets.push_back(std::make_unique<SocketClient>(server.port(), "/socket"));
  const auto begun = std::chrono::steady_clock::now();
  server.server().main_loop().inbox()->post([&] { server.server().retire(); });
  std::vector<std::thread> readers;
  std::mutex mutex;
  std::vector<std::chrono::steady_clock::duration> after;
  for (const auto& socket : sockets) {
    readers.emplace_back([&] {
      EXPECT_EQ(socket->next(), "close 1001");
      const std::lock_guard lock(mutex);
      after.push_back(std::chrono::steady_clock::now() - begun);
    });
  }
  for (auto& reader : readers) reader.join();
  server.join();
  // Not all at once: the last ones a second later than the first, at least.
  EXPECT_GE(after.back() - after.front(), std::chrono::milliseconds(500));
}

// --- takeover ---

class Takeover : public ListenTest {
 protected:
  [[nodiscard]] Config config_for(unsigned threads) const {
    Config config;
    config.threads = threads;
    config.host = "127.0.0.1";
    config.port = 0;
    config.takeover_path = folder / "takeover.sock";
    config.takeover_delay = 5;
    return config;
  }
};

TEST_F(Takeover, LeavesEveryRequestAnswered) {
  auto current = std::make_unique<Running>(config_for(2));
  ASSERT_EQ(current->problem, "");
  const std::uint16_t port = current->server.port();
  std::atomic<bool> done = false;
  std::atomic<int> answered = 0;
  std::atomic<int> told_to_close = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&, fresh = i % 2 == 0] {
      auto client = std::make_unique<Client>(port);
      while (!done) {
        const auto answer = client->get("/slow?ms=2");
        EXPECT_EQ(answer.status, 200);
        if (answer.status == 200) ++answered;
        const bool last = answer.field("Connection") == "close";
        if (last) ++told_to_close;
        if (fresh || last || answer.status != 200) client = std::make_unique<Client>(port);
      }
    });
  }
  for (const unsigned threads : {1U, 3U, 2U, 2U}) {
    const int before = answered;
    EXPECT_TRUE(eventually([&] { return answered > before + 20; }));
    auto next = std::make_unique<Running>(config_for(threads));
    ASSERT_EQ(next->problem, "");
    EXPECT_EQ(next->server.port(), port);
    current->join();
    current = std::move(next);
  }
  const int before = answered;
  EXPECT_TRUE(eventually([&] { return answered > before + 20; }));
  done = true;
  for (auto& client : clients) client.join();
  EXPECT_GE(told_to_close, 4);
  current->stop();
  EXPECT_FALSE(fs::exists(folder / "takeover.sock"));
}

TEST_F(Takeover, LetsWhatIsUnderWayFinish) {
  auto first = std::make_unique<Running>(config_for(1));
  const std::uint16_t port = first->server.port();
  Client busy(port);
  busy.send("GET /slow?ms=300 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(eventually([] { return test_listen::slow::running > 0; }));
  Client idle(port);
  EXPECT_EQ(idle.get("/who").status, 200);
  Client silent(port);  // connected, and nothing said yet
  Running second(config_for(1));
  EXPECT_EQ(busy.read().body, "slept");
  // One request more each.
  const auto last = idle.get("/who");
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_EQ(silent.get("/who").status, 200);
  busy.close();
  first->join();
  EXPECT_EQ(Client(port).get("/who").status, 200);
}

TEST_F(Takeover, HandsAUnixSocketOn) {
  Config config = config_for(2);
  config.host = "unix:" + path;
  auto first = std::make_unique<Running>(config);
  ASSERT_EQ(first->problem, "");
  Running second(config);
  ASSERT_EQ(second.problem, "");
  first->join();
  first.reset();
  EXPECT_TRUE(ask_unix().ends_with("http unix"));
  second.stop();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(Takeover, TakesTheTicketsKeysAlong) {
  const auto made = folio::net::make_self_signed();
  Config config = config_for(1);
  config.tls.identities.emplace_back();
  config.tls.identities[0].certificate_pem = made.certificate_pem;
  config.tls.identities[0].key_pem = made.key_pem;
  auto first = std::make_unique<Running>(config);
  const std::uint16_t port = first->server.port();
  SSL_SESSION* session = nullptr;
  {
    TlsClient client(port);
    EXPECT_EQ(client.get("/who").status, 200);
    session = client.session();
  }
  Running second(config);
  first->join();
  TlsClient again(port, {.session = session});
  EXPECT_TRUE(again.resumed());
  EXPECT_EQ(again.get("/who").status, 200);
  SSL_SESSION_free(session);
}

TEST_F(Takeover, ByNobodyWhoIsNotReady) {
  Running first(config_for(1));
  {
    // Asks for the sockets, and dies.
    Server dying(config_for(1));
    EXPECT_TRUE(dying.listen());
  }
  EXPECT_EQ(Client(first.server.port()).get("/who").status, 200);
  EXPECT_FALSE(first.ended);
  Running second(config_for(1));
  EXPECT_EQ(second.problem, "");
  EXPECT_TRUE(eventually([&] { return first.ended.load(); }));
}

TEST_F(Takeover, ByOneAtATime) {
  Running first(config_for(1));
  Server slow(config_for(1));
  EXPECT_TRUE(slow.listen());
  Server other(config_for(1));
  const auto refused = other.listen();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "cannot take over by " + (folder / "takeover.sock").string() +
                                           ": another process is taking over; wait until it is ready");
}

}  // namespace
