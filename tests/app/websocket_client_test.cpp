// WebSocketClient against a server of our own and against peers that are none.
#include <folio/block_on.hpp>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_client {

namespace echo {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.subprotocols = {"b", "a"}, .max_message = 4 * 1024 * 1024};
Task<> WS(Request& req, WebSocket ws) {
  if (req.query("close")) {
    ws.close(4001, "go away");
    co_return;
  }
  while (auto message = co_await ws.next()) {
    if (message->text() != nullptr && *message->text() == "who") {
      *message->text() = std::string(req.header("X-Name")) + " " + std::string(req.header("Host")) + " '" +
                         std::string(ws.subprotocol()) + "'";
    }
    co_await ws.send(std::move(*message));
  }
}
FOLIO_TEST_FILE("echo.cpp")
FOLIO_ROUTE_UNIT
}  // namespace echo

namespace dedicated {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.compression = WsCompression::Dedicated, .compress_from = 0};
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("dedicated.cpp")
FOLIO_ROUTE_UNIT
}  // namespace dedicated

namespace plain {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.compression = WsCompression::Off};
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
FOLIO_TEST_FILE("plain.cpp")
FOLIO_ROUTE_UNIT
}  // namespace plain

// Adds up the pieces of messages that are larger than what it would take whole.
namespace pieces {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.max_message = 1000, .streaming = true, .max_streamed = 50'000'000};
Task<> WS(Request& req, WebSocket ws) {
  if (req.query("whole")) {
    while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
    co_return;
  }
  std::size_t bytes = 0;
  std::size_t largest = 0;
  bool begun = false;
  while (auto piece = co_await ws.next_piece()) {
    EXPECT_EQ(piece->first, !begun);
    begun = !piece->final;
    bytes += piece->bytes.size();
    largest = std::max(largest, piece->bytes.size());
    if (!piece->final) continue;
    EXPECT_LE(largest, 64u * 1024) << "memory does not follow the message";
    co_await ws.send((piece->is_text ? "text " : "binary ") + std::to_string(std::exchange(bytes, 0)));
  }
}
FOLIO_TEST_FILE("pieces.cpp")
FOLIO_ROUTE_UNIT
}  // namespace pieces

namespace forbidden {
using namespace folio::absent;
using namespace folio;
Response GET() {
  return Response::text("no", 403);
}
FOLIO_TEST_FILE("forbidden.cpp")
FOLIO_ROUTE_UNIT
}  // namespace forbidden

// A route that is a client itself.
namespace relay {
using namespace folio::absent;
using namespace folio;
Task<> WS(QueryParam<"port", int> port, WebSocket ws) {
  auto upstream = co_await WebSocketClient::connect("ws://127.0.0.1:" + std::to_string(*port) + "/echo");
  if (!upstream) {
    ws.close(close_code::bad_gateway, upstream.error().message());
    co_return;
  }
  while (auto message = co_await ws.next()) {
    co_await upstream->send(std::move(*message));
    auto answer = co_await upstream->next();
    if (!answer) break;
    co_await ws.send(std::move(*answer));
  }
}
FOLIO_TEST_FILE("relay.cpp")
FOLIO_ROUTE_UNIT
}  // namespace relay

}  // namespace test_client

namespace folio {
namespace {

using test::TestServer;

// A server that says one thing to whoever connects, and reads on until the peer ends.
class Impostor {
 public:
  explicit Impostor(std::string answer) : answer_(std::move(answer)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Impostor() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_) + "/secret?token=x"; }

 private:
  void serve() {
    const int peer = ::accept(fd_, nullptr, nullptr);
    if (peer < 0) return;
    (void)!::write(peer, answer_.data(), answer_.size());
    if (answer_.ends_with("!")) ::shutdown(peer, SHUT_WR);
    char bytes[4096];
    while (::read(peer, bytes, sizeof(bytes)) > 0) {
    }
    ::close(peer);
  }
  std::string answer_;
  int fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

struct Clients : testing::Test {
  TestServer server{std::vector<const RouteUnit*>{&test_client::echo::folio_unit, &test_client::forbidden::folio_unit,
                                                  &test_client::relay::folio_unit, &test_client::dedicated::folio_unit,
                                                  &test_client::plain::folio_unit, &test_client::pieces::folio_unit},
                    [] {
                      app::Config config;
                      config.threads = 2;
                      return config;
                    }()};
  [[nodiscard]] std::string url(const std::string& path) const {
    return "ws://127.0.0.1:" + std::to_string(server.port()) + path;
  }
};

Task<std::string> why_not(std::string url, WebSocketClientOptions options = {}) {
  auto ws = co_await WebSocketClient::connect(std::move(url), std::move(options));
  co_return ws ? "open" : std::to_string(ws.error().status()) + " " + ws.error().message();
}

Task<> converse(std::string url) {
  WebSocketClientOptions options;
  options.subprotocols = {"c", "a", "b"};
  options.headers = {{"X-Name", "ada"}};
  options.socket.max_message = 4 * 1024 * 1024;
  auto ws = co_await WebSocketClient::connect(url, options);
  EXPECT_TRUE(ws) << ws.error().message();
  EXPECT_EQ(ws->subprotocol(), "a");
  EXPECT_TRUE(ws->request().path().empty() || ws->request().path() == "/");

  co_await ws->send("who");
  auto answer = co_await ws->next();
  EXPECT_EQ(*answer->text(), "ada " + url.substr(5, url.rfind('/') - 5) + " 'a'");

  const std::string large(3'000'000, 'x');
  co_await ws->send(large);
  EXPECT_EQ(*(co_await ws->next())->text(), large);
  co_await ws->send_binary(std::string("\0\1\2", 3));
  EXPECT_EQ((co_await ws->next())->binary()->size(), 3u);
  EXPECT_EQ(ws->sender().ping("p"), SendResult::Sent);
  auto pong = co_await ws->receive();
  EXPECT_NE((*pong)->pong(), nullptr);

  ws->close(3000, "done");
  auto closing = co_await ws->receive();
  EXPECT_EQ((*closing)->close()->code, 3000);
  EXPECT_FALSE((co_await ws->receive())->has_value());
  EXPECT_EQ(ws->close_status().code, 3000);
  EXPECT_FALSE(co_await ws->send("late"));
}

TEST_F(Clients, ConverseWithAServer) {
  block_on(converse(url("/echo")));
}

Task<> compress(std::string url, WsCompression compression, bool expected) {
  WebSocketClientOptions options;
  options.socket.compression = compression;
  options.socket.compress_from = 10;
  auto ws = co_await WebSocketClient::connect(url, options);
  EXPECT_EQ(ws->compressed(), expected);
  for (int i = 0; i < 50; ++i) {
    // Alike, of many sizes, and some that does not compress.
    std::string text;
    for (int k = 0; k < i * i; ++k) text += "line " + std::to_string(k % 7) + "; ";
    co_await ws->send(text);
    co_await ws->send_binary(text.substr(0, static_cast<std::size_t>(i)));
    EXPECT_EQ(*(co_await ws->next())->text(), text);
    EXPECT_EQ((co_await ws->next())->binary()->size(), std::min(text.size(), static_cast<std::size_t>(i)));
  }
}

TEST_F(Clients, CompressWhereBothWantIt) {
  for (const auto compression : {WsCompression::Shared, WsCompression::Dedicated}) {
    block_on(compress(url("/echo"), compression, true));
    block_on(compress(url("/dedicated"), compression, true));
    block_on(compress(url("/plain"), compression, false));
  }
  block_on(compress(url("/echo"), WsCompression::Off, false));
}

Task<> send_large(std::string url, WsCompression compression) {
  WebSocketClientOptions options;
  options.socket.compression = compression;
  auto ws = co_await WebSocketClient::connect(url, options);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}, std::size_t{20'000'000}}) {
    co_await ws->send(std::string(size, 'x'));
    EXPECT_EQ(*(co_await ws->next())->text(), "text " + std::to_string(size));
    co_await ws->send_binary(std::string(size, 'x'));
    EXPECT_EQ(*(co_await ws->next())->text(), "binary " + std::to_string(size));
  }
  co_await ws->send(std::string(50'000'001, 'x'));
  EXPECT_FALSE(co_await ws->next());
  EXPECT_EQ(ws->close_status().code, 1009);
}

TEST_F(Clients, SendWhatIsLargerThanMemoryShouldBe) {
  block_on(send_large(url("/pieces"), WsCompression::Off));
  block_on(send_large(url("/pieces"), WsCompression::Shared));
}

Task<> send_whole(std::string url) {
  auto ws = co_await WebSocketClient::connect(url);
  for (const std::size_t size : {std::size_t{0}, std::size_t{999}, std::size_t{1000}}) {
    co_await ws->send(std::string(size, 'x'));
    EXPECT_EQ((co_await ws->next())->text()->size(), size);
    co_await ws->send_binary(std::string(size, 'x'));
    EXPECT_EQ((co_await ws->next())->binary()->size(), size);
  }
  co_await ws->send(std::string(200'000, 'x'));
  EXPECT_FALSE(co_await ws->next());
  EXPECT_EQ(ws->close_status().code, 1009);
  EXPECT_EQ(ws->close_status().reason, "message is over the limit of 1000 bytes");
}

TEST_F(Clients, MayBeReadWholeWhereMessagesComeInPieces) {
  block_on(send_whole(url("/pieces?whole=1")));
}

Task<WsMessage::Close> be_closed(std::string url) {
  auto ws = co_await WebSocketClient::connect(url);
  EXPECT_FALSE(co_await ws->next());
  co_return ws->close_status();
}

TEST_F(Clients, LearnWhyTheServerClosed) {
  const auto status = block_on(be_closed(url("/echo?close=1")));
  EXPECT_EQ(status.code, 4001);
  EXPECT_EQ(status.reason, "go away");
}

TEST_F(Clients, LearnWhyThereIsNoConnection) {
  const std::string begin = "502 cannot open " + url("");
  EXPECT_EQ(block_on(why_not(url("/forbidden?token=secret"))),
            begin + "/forbidden: the server answered with status 403");
  EXPECT_EQ(block_on(why_not(url("/nowhere"))), begin + "/nowhere: the server answered with status 404");
  EXPECT_NE(block_on(why_not("ws://127.0.0.1:1/")).find("connection refused"), std::string::npos);
  EXPECT_NE(block_on(why_not("ws://name.invalid/")).find("502 cannot open ws://name.invalid/: "), std::string::npos);
  EXPECT_NE(block_on(why_not("example.com")).find("is no URL to connect to"), std::string::npos);
  WebSocketClientOptions broken;
  broken.headers = {{"X-Name", "a\r\nHost: b"}};
  EXPECT_NE(block_on(why_not(url("/echo"), broken)).find("control character"), std::string::npos);
}

TEST(ClientsOfImpostors, LearnWhatTheyTalkTo) {
  const std::pair<const char*, const char*> cases[] = {
      {"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP/1.1"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "the server answered with status 200"},
      {"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 426 Upgrade Required\r\n\r\n", "the server answered with status 426"},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
       "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
       "Sec-WebSocket-Accept does not answer the key"},
      {"HTTP/1.1 101 Swit!", "the server ended the connection before it answered"},
  };
  for (const auto& [answer, reason] : cases) {
    Impostor impostor(answer);
    const std::string got = block_on(why_not(impostor.url()));
    EXPECT_NE(got.find(reason), std::string::npos) << got;
    EXPECT_EQ(got.find("token"), std::string::npos) << "a query may hold a secret: " << got;
  }
}

TEST(ClientsOfImpostors, DoNotWaitForEver) {
  Impostor impostor("");
  WebSocketClientOptions options;
  options.timeout = std::chrono::seconds(1);
  EXPECT_NE(block_on(why_not(impostor.url(), options)).find("504 "), std::string::npos);
}

Task<> give_up_on(std::string url) {
  TaskScope scope;
  scope.spawn(why_not(url));
  co_await sleep_for(std::chrono::milliseconds(20));
}

TEST(ClientsOfImpostors, MayBeGivenUp) {
  Impostor impostor("");
  block_on(give_up_on(impostor.url()));
}

Task<> leave_it_open(std::string url, std::shared_ptr<WebSocket>& kept) {
  auto ws = co_await WebSocketClient::connect(url);
  co_await ws->send("x");
  kept = std::make_shared<WebSocket>(*std::move(ws));
}

TEST_F(Clients, AConnectionEndsWithItsLoop) {
  std::shared_ptr<WebSocket> kept;
  block_on(leave_it_open(url("/echo"), kept));
  EXPECT_EQ(kept->sender().send("y"), SendResult::Closed);
}

TEST_F(Clients, ARouteIsAClient) {
  test::SocketClient client(server.port(), "/relay?port=" + std::to_string(server.port()));
  for (int i = 0; i < 100; ++i) {
    client.send(std::to_string(i));
    ASSERT_EQ(client.next(), std::to_string(i));
  }
  client.close();
  EXPECT_EQ(client.next(), "close 1000");
  test::SocketClient refused(server.port(), "/relay?port=1");
  EXPECT_EQ(refused.next(), "close 1014");
}

Task<> join_as_client(std::string url, WsRoom& room) {
  auto ws = co_await WebSocketClient::connect(url);
  room.join("client", ws->sender());
  room.broadcast("to the server");
  EXPECT_EQ(*(co_await ws->next())->text(), "to the server") << "masked, and echoed";
}

TEST_F(Clients, AreMembersOfRooms) {
  WsRoom room;
  block_on(join_as_client(url("/echo"), room));
}

}  // namespace
}  // namespace folio
