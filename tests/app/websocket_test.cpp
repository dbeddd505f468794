// WebSocket routes and rooms as clients see them, over real sockets and on several loops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <stdexcept>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE_OF(NAME, ...)                                            \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };
#define FOLIO_TEST_FILE(NAME) FOLIO_TEST_FILE_OF(NAME, folio::ParamNames<0>{})

namespace test_sockets {

// What the handlers tell the tests.
struct Ledger {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, int> counts;
  std::map<std::string, folio::WsSender> senders;

  void note(const std::string& what) {
    std::lock_guard lock(mutex);
    ++counts[what];
    changed.notify_all();
  }
  bool wait_for(const std::string& what, int count = 1) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), [&] { return counts[what] >= count; });
  }
  folio::WsSender sender(const std::string& name) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::seconds(20), [&] { return senders.contains(name); });
    return senders[name];
  }
  void put(const std::string& name, folio::WsSender sender) {
    std::lock_guard lock(mutex);
    senders[name] = std::move(sender);
    changed.notify_all();
  }
};
Ledger& ledger() {
  static Ledger instance;
  return instance;
}

namespace echo {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "a page";
}
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
  ledger().note("echo ended");
}
FOLIO_TEST_FILE("echo.cpp")
FOLIO_ROUTE_UNIT
}  // namespace echo

// Sends each message on, after a look at it that changes what begins with `spoil`.
namespace spoiling {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) {
    WsMessage kept = *message;
    std::string* text = kept.text();
    if (text != nullptr && text->starts_with("spoil")) text->push_back('\xC3');
    message->visit([](auto& kind) {
      if constexpr (requires { kind.payload.starts_with("visit"); }) {
        if (kind.payload.starts_with("visit")) kind.payload.push_back('\xC3');
      }
    });
    co_await ws.send(kept);
    co_await ws.send(std::move(*message));
  }
}
FOLIO_TEST_FILE("spoiling.cpp")
FOLIO_ROUTE_UNIT
}  // namespace spoiling

namespace kinds {
using namespace folio::absent;
using namespace folio;
Task<> WS(Request& req, WebSocket ws) {
  co_await ws.send("hello " + req.query("name").value_or("nobody"));
  while (true) {
    auto received = co_await ws.receive();
    if (!received) {
      ledger().note("failed: " + received.error().message());
      break;
    }
    if (!*received) break;
    const WsMessage& message = **received;
    if (message.text() != nullptr) ledger().note("text " + *message.text());
    if (message.ping() != nullptr) ledger().note("ping");
    if (message.close() != nullptr)
      ledger().note("close " + std::to_string(message.close()->code) + message.close()->reason);
  }
  ledger().note("kinds ended " + std::string(ws.request().path()));
}
FOLIO_TEST_FILE("kinds.cpp")
FOLIO_ROUTE_UNIT
}  // namespace kinds

namespace by_hand {
using namespace folio::absent;
using namespace folio;
Task<Result<void>> chat(WebSocket ws) {
  auto sent = co_await ws.send("by hand");
  if (!sent) co_return sent.error();
  auto [sender, receiver] = ws.split();
  auto ticker = spawn([target = sender]() -> Task<> {
    while (target.send("tick") != SendResult::Closed) co_await sleep_for(std::chrono::milliseconds(1));
    ledger().note("ticker ended");
  });
  while (auto message = co_await receiver.next()) {
    if (message->text() != nullptr && *message->text() == "stop") break;
  }
  ticker.abort();
  co_return {};
}
Task<> run(WebSocketConnection connection) {
  auto result = co_await connection.handle(chat);
  ledger().note(result ? "by hand done" : "by hand failed");
}
Response GET(Request& req) {
  if (!is_websocket_upgrade(req)) return Response::json({{"error", "This endpoint requires WebSocket upgrade"}}, 400);
  auto upgrade = upgrade_websocket(req);
  if (!upgrade)
    return Response::json({{"error", "Upgrade failed: " + upgrade.error().message()}}, upgrade.error().status());
  auto [response, connection] = std::move(*upgrade);
  if (req.query("drop")) return std::move(response);
  spawn(run(std::move(connection)));
  if (req.query("refuse")) return Response::text("changed my mind", 418);
  return std::move(response);
}
FOLIO_TEST_FILE("by_hand.cpp")
FOLIO_ROUTE_UNIT
}  // namespace by_hand

namespace throwing {
using namespace folio::absent;
using namespace folio;
Task<> WS(QueryParam<"n", int>, WebSocket ws) {
  (void)co_await ws.next();
  throw std::runtime_error("a secret");
}
FOLIO_TEST_FILE("throwing.cpp")
FOLIO_ROUTE_UNIT
}  // namespace throwing

namespace room {
using namespace folio::absent;
using namespace folio;
static WsRoom lobby;
Task<> WS(Request& req, WebSocket ws) {
  const std::string name = req.query("name").value_or("?");
  lobby.join(name, ws.sender());
  ledger().put(name, ws.sender());
  co_await ws.send("joined");
  while (auto message = co_await ws.next()) {
    if (auto* text = message->text()) lobby.broadcast(name + ": " + *text);
  }
  ledger().note("left " + name + " " + std::to_string(lobby.count()));
}
FOLIO_TEST_FILE("room.cpp")
FOLIO_ROUTE_UNIT
}  // namespace room

namespace slow_reader {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  co_await sleep_for(std::chrono::milliseconds(50));
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (auto message = co_await ws.next()) {
    if (auto* text = message->text()) {
      if (*text == "sum") co_await ws.send(std::to_string(count) + " " + std::to_string(bytes));
      bytes += text->size();
      ++count;
    }
  }
}
FOLIO_TEST_FILE("slow_reader.cpp")
FOLIO_ROUTE_UNIT
}  // namespace slow_reader

// Reads in every way there is, and lets others run in between.
namespace changing {
using namespace folio::absent;
using namespace folio;
std::string seen(const WsMessage& message) {
  if (message.ping() != nullptr) return "ping";
  if (message.close() != nullptr) return "close";
  return message.text() != nullptr ? *message.text() : "binary of " + std::to_string(message.binary()->size());
}
Task<> WS(WebSocket ws) {
  std::string all;
  for (int turn = 0;; ++turn) {
    if (turn % 5 == 3) co_await yield();
    if (turn % 11 == 7) co_await sleep_for(std::chrono::microseconds(100));
    if (turn % 3 == 0) {
      auto received = co_await ws.receive();
      if (!received || !*received) break;
      all += seen(**received) + ",";
      if ((*received)->close() != nullptr) break;
    } else if (turn % 3 == 1) {
      const auto piece = co_await ws.next_piece();
      if (!piece) break;
      all += (piece->is_text ? piece->bytes : "binary of " + std::to_string(piece->bytes.size())) + ",";
    } else {
      auto message = co_await ws.next();
      if (!message) break;
      all += seen(*message) + ",";
    }
    if (all.ends_with("tell,")) co_await ws.send(std::exchange(all, {}));
  }
  ledger().note("changing ended");
}
FOLIO_TEST_FILE("changing.cpp")
FOLIO_ROUTE_UNIT
}  // namespace changing

namespace options {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.subprotocols = {"chat.v2", "chat.v1"},
                              .allowed_origins = {"https://friend.example"},
                              .max_message = 1000,
                              .ping_after = std::chrono::seconds(1),
                              .idle_timeout = std::chrono::seconds(3)};
Task<> WS(WebSocket ws) {
  co_await ws.send("speaking '" + std::string(ws.subprotocol()) + "'");
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
  const auto status = ws.close_status();
  ledger().note("options ended " + std::to_string(status.code) + " " + status.reason);
}
FOLIO_TEST_FILE("options.cpp")
FOLIO_ROUTE_UNIT
}  // namespace options

namespace by_hand_options {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.subprotocols = {"files"}};
Response GET(Request& req) {
  auto upgrade = req.query("own") ? upgrade_websocket(req, WsOptions{.subprotocols = {"own"}}) : upgrade_websocket(req);
  if (!upgrade) return Response::problem(upgrade.error());
  return std::move(upgrade->response);
}
FOLIO_TEST_FILE("by_hand_options.cpp")
FOLIO_ROUTE_UNIT
}  // namespace by_hand_options

// Sends more than its peer reads, and does not wait.
constexpr std::size_t large_piece = 100'000;
namespace dropping {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.slow_peer = SlowPeer::Drop};
Task<> WS(WebSocket ws) {
  const WsSender sender = ws.sender();
  int sent = 0;
  while (sender.send(std::string(large_piece, 'x')) != SendResult::Dropped) ++sent;
  ledger().note("dropping");
  co_await sender.drained();
  EXPECT_NE(sender.send("sent " + std::to_string(sent)), SendResult::Dropped) << "there is room again";
  co_await ws.closed();
}
FOLIO_TEST_FILE("dropping.cpp")
FOLIO_ROUTE_UNIT
}  // namespace dropping
namespace keeping_the_latest {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.slow_peer = SlowPeer::Latest};
Task<> WS(WebSocket ws) {
  constexpr int count = 1000;  // some 100 MB: more than the kernel takes for a peer that does not read
  for (int i = 1; i <= count; ++i) {
    EXPECT_NE(ws.sender().send(std::to_string(i) + std::string(large_piece, ' ')), SendResult::Dropped);
  }
  ledger().note("sent the latest");
  co_await ws.closed();
}
FOLIO_TEST_FILE("keeping_the_latest.cpp")
FOLIO_ROUTE_UNIT
}  // namespace keeping_the_latest

// An extractor that has to wait for what it gives.
struct Visitor {
  std::string name;
  static folio::Task<folio::Result<Visitor>> from_request(folio::Request& req) {
    const std::string name = req.query("name").value_or("");
    co_await folio::sleep_for(std::chrono::milliseconds(1));
    if (name.empty()) co_return folio::AppError::unauthorized("nobody");
    co_return Visitor{name};
  }
};
namespace awaited {
using namespace folio::absent;
using namespace folio;
Task<> WS(Visitor visitor, WebSocket ws, Request& req) {
  co_await ws.send(visitor.name + " at " + std::string(req.path()));
}
FOLIO_TEST_FILE("awaited.cpp")
FOLIO_ROUTE_UNIT
}  // namespace awaited

// Waits for something that never comes, while its peer goes away.
namespace stuck {
using namespace folio::absent;
using namespace folio;
struct Guard {
  ~Guard() { ledger().note("stuck freed"); }
};
Task<> WS(WebSocket ws) {
  const Guard guard;
  auto [sender, receiver] = channel<int>();
  co_await ws.send("waiting");
  (void)co_await receiver.recv();
  ledger().note("stuck went on");
}
FOLIO_TEST_FILE("stuck.cpp")
FOLIO_ROUTE_UNIT
}  // namespace stuck

namespace watching {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  co_await ws.send("watching");
  co_await ws.closed();
  ledger().note("watching saw it");
}
FOLIO_TEST_FILE("watching.cpp")
FOLIO_ROUTE_UNIT
}  // namespace watching

// A task that waits for messages, and another that lets go of what it waits on.
namespace abandoned {
using namespace folio::absent;
using namespace folio;
struct Shared {
  std::optional<WebSocket> socket;
};
Task<> read(std::shared_ptr<Shared> shared) {
  const auto message = co_await shared->socket->next();
  ledger().note(message ? "a message" : "abandoned saw the end");
}
Task<> WS(WebSocket ws) {
  auto shared = std::make_shared<Shared>();
  shared->socket.emplace(std::move(ws));
  spawn(read(shared));
  co_await yield();
  shared->socket.reset();
}
FOLIO_TEST_FILE("abandoned.cpp")
FOLIO_ROUTE_UNIT
}  // namespace abandoned

struct Caller {
  std::string name;
};
namespace guarded {
using namespace folio;
Task<Response> middleware(Request& req, Next next) {
  if (req.header("Authorization").empty()) co_return Response::text("who are you?", 401);
  req.set(Caller{std::string(req.header("Authorization"))});
  co_return (co_await next()).header("X-Guard", "passed");
}
FOLIO_TEST_FILE("guarded/_middleware.cpp")
FOLIO_MIDDLEWARE_UNIT
}  // namespace guarded

namespace guarded_socket {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  co_await ws.send("inside");
}
FOLIO_TEST_FILE("guarded/socket.cpp")
FOLIO_ROUTE_UNIT
}  // namespace guarded_socket

// What a request says of itself.
std::string all_of(const folio::Request& req) {
  const Caller* caller = req.get<Caller>();
  std::string all;
  for (const std::string_view one :
       {req.method(), req.path(), req.query_string(), req.header("X-Long"), req.remote_address(), req.scheme(), req.host(),
        req.route(), req.id(), caller != nullptr ? std::string_view(caller->name) : std::string_view("nobody")}) {
    all.append(one).append("|");
  }
  return all + req.cookie("c").value_or("none") + "|" + req.param("id").value_or("none") + "|" +
         req.query("q").value_or("none");
}

// Asks for its request when it has been open for long: it takes nothing that could point into it.
namespace asking {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws, Path<"id"> id) {
  while (auto message = co_await ws.next()) {
    if (*message->text() == "throw") throw std::runtime_error(*id);
    co_await ws.send(all_of(ws.request()));
  }
}
FOLIO_TEST_FILE_OF("asking/[id].cpp", folio::ParamNames<1>{{"id"}})
FOLIO_ROUTE_UNIT
}  // namespace asking
namespace asking_guarded {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(all_of(ws.request()));
}
FOLIO_TEST_FILE_OF("guarded/asking/[id].cpp", folio::ParamNames<1>{{"id"}})
FOLIO_ROUTE_UNIT
}  // namespace asking_guarded
}  // namespace test_sockets

namespace folio {
namespace {

using test::Client;
using test::SocketClient;
using test::TestServer;
using test_sockets::ledger;

std::vector<const RouteUnit*> all_units() {
  using namespace test_sockets;
  return {&echo::folio_unit,
          &spoiling::folio_unit,
          &kinds::folio_unit,
          &by_hand::folio_unit,
          &throwing::folio_unit,
          &test_sockets::room::folio_unit,
          &slow_reader::folio_unit,
          &changing::folio_unit,
          &test_sockets::options::folio_unit,
          &by_hand_options::folio_unit,
          &awaited::folio_unit,
          &dropping::folio_unit,
          &keeping_the_latest::folio_unit,
          &stuck::folio_unit,
          &watching::folio_unit,
          &abandoned::folio_unit,
          &guarded::folio_unit,
          &guarded_socket::folio_unit,
          &asking::folio_unit,
          &asking_guarded::folio_unit};
}

app::Config with_threads(unsigned threads) {
  app::Config config;
  config.threads = threads;
  config.socket.handler_timeout = 1;
  return config;
}

// Whether everybody has left, soon.
bool room_empties() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (test_sockets::room::lobby.count() != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return test_sockets::room::lobby.count() == 0;
}

struct Sockets : testing::Test {
  TestServer server{all_units(), with_threads(2)};
  std::uint16_t port = server.port();
  void SetUp() override {
    std::lock_guard lock(ledger().mutex);
    ledger().counts.clear();
    ledger().senders.clear();
  }
};

TEST_F(Sockets, EchoKeepsTheKind) {
  SocketClient client(port, "/echo");
  EXPECT_EQ(client.answer.status, 101);
  EXPECT_EQ(client.answer.field("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 §1.3
  client.send("text");
  EXPECT_EQ(client.next(), "text");
  client.send("bytes", ws::Opcode::Binary);
  EXPECT_EQ(client.next(), "binary bytes");
  const std::string large(700'000, 'x');
  client.send(large);
  EXPECT_EQ(client.next(), large);
  client.send("");
  EXPECT_EQ(client.next(), "");
  client.close(3001);
  EXPECT_EQ(client.next(), "close 3001");
  EXPECT_EQ(client.next(), "ended") << "the server ends the transport first";
  EXPECT_TRUE(ledger().wait_for("echo ended"));
}

TEST_F(Sockets, ManyMessagesInOneSegmentComeBackInOrder) {
  SocketClient client(port, "/echo");
  constexpr int count = 20'000;
  std::thread writer([&] {
    base::Buffer frames;
    ws::Protocol protocol(ws::Role::Client);
    for (int i = 0; i < count; ++i) ASSERT_TRUE(protocol.send(ws::Opcode::Text, std::to_string(i), frames));
    client.client.send(frames.view());
  });
  for (int i = 0; i < count; ++i) ASSERT_EQ(client.next(), std::to_string(i));
  writer.join();
}

TEST_F(Sockets, MessagesAreReadInOrderInWhateverWay) {
  SocketClient client(port, "/changing");
  for (int round = 0; round < 20; ++round) {
    // A ping counts for a reader of every kind alone, so none is sent.
    std::string expected;
    for (int i = 0; i < 100 + round; ++i) {
      const std::string text = "text of turn " + std::to_string(i);
      if (i % 4 == 1) {
        ASSERT_TRUE(client.protocol.send(ws::Opcode::Binary, text, client.out));
        expected += "binary of " + std::to_string(text.size()) + ",";
      } else {
        ASSERT_TRUE(client.protocol.send(ws::Opcode::Text, text, client.out));
        expected += text + ",";
      }
    }
    client.send("tell");
    ASSERT_EQ(client.next(), expected + "tell,");
  }
  client.close(1000);
  EXPECT_EQ(client.next(), "close 1000");
  EXPECT_TRUE(ledger().wait_for("changing ended"));
}

TEST_F(Sockets, FramesInTheSegmentOfTheHandshake) {
  Client client(port);
  base::Buffer frames;
  ws::Protocol protocol(ws::Role::Client);
  ASSERT_TRUE(protocol.send(ws::Opcode::Text, "early", frames));
  client.send(
      "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      std::string(frames.view()));
  EXPECT_EQ(client.read().status, 101);
  while (client.buffer().size() < 7) ASSERT_TRUE(client.more());
  EXPECT_EQ(client.buffer(),
            "\x81\x05"
            "early");
}

TEST_F(Sockets, GetBesideWs) {
  Client client(port);
  EXPECT_EQ(client.get("/echo").body, "a page");
  const auto required = client.get("/kinds");
  EXPECT_EQ(required.status, 426);
  EXPECT_EQ(required.field("Upgrade"), "websocket");
}

TEST_F(Sockets, ReceiveGivesEveryKind) {
  SocketClient client(port, "/kinds?name=ada");
  EXPECT_EQ(client.next(), "hello ada");
  client.send("one");
  ASSERT_TRUE(client.protocol.ping("abc", client.out));
  client.flush();
  EXPECT_EQ(client.next(), "pong abc");
  ASSERT_TRUE(client.protocol.close(ws::CloseCode::Normal, "bye", client.out));
  client.flush();
  EXPECT_EQ(client.next(), "close 1000");
  EXPECT_TRUE(ledger().wait_for("text one"));
  EXPECT_TRUE(ledger().wait_for("ping"));
  EXPECT_TRUE(ledger().wait_for("close 1000bye"));
  EXPECT_TRUE(ledger().wait_for("kinds ended /kinds"));
}

TEST_F(Sockets, APeerThatVanishesEndsTheHandler) {
  for (int i = 0; i < 50; ++i) {
    SocketClient client(port, "/kinds");
    EXPECT_EQ(client.next(), "hello nobody");
    client.client.reset();
  }
  EXPECT_TRUE(ledger().wait_for("kinds ended /kinds", 50));
}

TEST_F(Sockets, AFaultOfThePeerIsAnError) {
  SocketClient client(port, "/kinds");
  client.client.send("\x83\x80\x01\x02\x03\x04");  // a reserved opcode
  EXPECT_EQ(client.next(), "hello nobody");
  EXPECT_EQ(client.next(), "close 1002");
  EXPECT_EQ(client.next(), "ended");
  EXPECT_TRUE(ledger().wait_for("kinds ended /kinds"));
}

TEST_F(Sockets, ByHandAsInTheGuide) {
  Client plain(port);
  const auto refused = plain.get("/by_hand");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, R"({"error":"This endpoint requires WebSocket upgrade"})");
  SocketClient client(port, "/by_hand");
  EXPECT_EQ(client.next(), "by hand");
  EXPECT_EQ(client.next(), "tick");
  EXPECT_EQ(client.next(), "tick");
  client.send("stop");
  std::string last;
  do last = client.next();
  while (last == "tick");
  EXPECT_EQ(last, "close 1000");
  EXPECT_TRUE(ledger().wait_for("by hand done"));
}

TEST_F(Sockets, AnUpgradeThatIsNotAnsweredWithItsResponse) {
  SocketClient refused(port, "/by_hand?refuse=1");
  EXPECT_EQ(refused.answer.status, 418);
  EXPECT_TRUE(ledger().wait_for("by hand failed"));
  SocketClient dropped(port, "/by_hand?drop=1");
  EXPECT_EQ(dropped.answer.status, 101);
  EXPECT_EQ(dropped.next(), "close 1000");
}

TEST_F(Sockets, WrongHandshakes) {
  Client client(port);
  const auto version = client.get("/echo",
                                  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
                                  "8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  EXPECT_EQ(version.status, 426);
  EXPECT_EQ(version.field("Sec-WebSocket-Version"), "13");
  EXPECT_EQ(
      client
          .get("/echo",
               "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n")
          .status,
      400);
  SocketClient foreign(port, "/echo", "Origin: https://evil.example\r\n");
  EXPECT_EQ(foreign.answer.status, 403);
  SocketClient own(port, "/echo", "Origin: http://test\r\n");
  EXPECT_EQ(own.answer.status, 101);
}

TEST_F(Sockets, OptionsOfTheRoute) {
  SocketClient second(port, "/options", "Sec-WebSocket-Protocol: chat.v3, chat.v1, chat.v2\r\n");
  EXPECT_EQ(second.answer.field("Sec-WebSocket-Protocol"), "chat.v1");
  EXPECT_EQ(second.next(), "speaking 'chat.v1'");
  SocketClient none(port, "/options", "Sec-WebSocket-Protocol: chat.v3\r\nOrigin: https://friend.example\r\n");
  EXPECT_EQ(none.answer.status, 101);
  EXPECT_EQ(none.answer.field("Sec-WebSocket-Protocol"), "");
  EXPECT_EQ(none.next(), "speaking ''");
  SocketClient elsewhere(port, "/echo", "Origin: https://friend.example\r\n");
  EXPECT_EQ(elsewhere.answer.status, 403) << "the list is that route's";
  none.send(std::string(1000, 'x'));
  EXPECT_EQ(none.next().size(), 1000U);
  none.send(std::string(1001, 'x'));
  EXPECT_EQ(none.next(), "close 1009");
  EXPECT_TRUE(
      ledger().wait_for("options ended 1009 the peer broke the protocol: message is over the limit of 1000 bytes"));
}

TEST_F(Sockets, OptionsOfAnUpgradeByHand) {
  SocketClient of_the_file(port, "/by_hand_options", "Sec-WebSocket-Protocol: own, files\r\n");
  EXPECT_EQ(of_the_file.answer.field("Sec-WebSocket-Protocol"), "files");
  SocketClient of_the_call(port, "/by_hand_options?own=1", "Sec-WebSocket-Protocol: files, own\r\n");
  EXPECT_EQ(of_the_call.answer.field("Sec-WebSocket-Protocol"), "own");
}

TEST_F(Sockets, ASilentPeerIsPingedAndGivenUp) {
  SocketClient client(port, "/options");
  EXPECT_EQ(client.next(), "speaking ''");
  // Answering keeps it; the client of this test answers in next().
  EXPECT_EQ(client.next(), "ping ");
  EXPECT_EQ(client.next(), "ping ");
  // From here on it reads and says nothing.
  while (client.client.more()) {
  }
  EXPECT_TRUE(ledger().wait_for("options ended 1006 the peer did not answer pings"));
}

TEST_F(Sockets, AHandlerThatWaitsForSomethingElseEndsAfterItsConnection) {
  SocketClient client(port, "/stuck");
  EXPECT_EQ(client.next(), "waiting");
  client.client.reset();
  EXPECT_TRUE(ledger().wait_for("stuck freed"));
  std::lock_guard lock(ledger().mutex);
  EXPECT_EQ(ledger().counts["stuck went on"], 0);
}

TEST_F(Sockets, ClosedCanBeAwaited) {
  SocketClient client(port, "/watching");
  EXPECT_EQ(client.next(), "watching");
  client.client.reset();
  EXPECT_TRUE(ledger().wait_for("watching saw it"));
}

TEST_F(Sockets, WhoWaitsOnAHandleThatGoesFindsItClosed) {
  SocketClient client(port, "/abandoned");
  EXPECT_TRUE(ledger().wait_for("abandoned saw the end"));
  EXPECT_EQ(client.next(), "close 1000");
}

// From 16 KiB on a text that is sent as it came is not copied.
TEST_F(Sockets, TextsOfAnySizeComeBack) {
  SocketClient client(port, "/echo");
  for (const std::size_t size : {0U, 125U, 126U, 16'383U, 16'384U, 65'535U, 65'536U, 300'000U, 1'000'000U}) {
    const std::string text = std::string(size / 2, 'a') + std::string(size - size / 2, 'b');
    client.send("before");
    client.send(text);
    client.send("after");
    EXPECT_EQ(client.next(), "before");
    EXPECT_EQ(client.next(), text);
    EXPECT_EQ(client.next(), "after");
  }
}

TEST_F(Sockets, AnExtractorRefusesBeforeTheUpgrade) {
  SocketClient client(port, "/throwing");
  EXPECT_EQ(client.answer.status, 400);
  EXPECT_NE(client.answer.body.find("Missing query parameter: n"), std::string::npos);
}

TEST_F(Sockets, AnExtractorMayWait) {
  SocketClient refused(port, "/awaited");
  EXPECT_EQ(refused.answer.status, 401);
  SocketClient client(port, "/awaited?name=ada");
  EXPECT_EQ(client.next(), "ada at /awaited");
  EXPECT_EQ(client.next(), "close 1000");
  for (int i = 0; i < 20; ++i) SocketClient(port, "/awaited?name=x").client.reset();
}

TEST_F(Sockets, AnExceptionCloses1011) {
  SocketClient client(port, "/throwing?n=1");
  client.send("go");
  EXPECT_EQ(client.next(), "close 1011");
}

TEST_F(Sockets, MiddlewareStandsBeforeTheUpgrade) {
  SocketClient refused(port, "/guarded/socket");
  EXPECT_EQ(refused.answer.status, 401);
  SocketClient passed(port, "/guarded/socket", "Authorization: yes\r\n");
  EXPECT_EQ(passed.answer.status, 101);
  EXPECT_EQ(passed.answer.field("X-Guard"), "passed");
  EXPECT_EQ(passed.next(), "inside");
  EXPECT_EQ(passed.next(), "close 1000");
}

// A request is kept in few bytes while its socket is open, and had back when it is asked for: as long as it may have
// been, and whatever came on other connections since.
TEST_F(Sockets, RequestsSayTheSameLongAfterTheUpgrade) {
  const std::string filler(9000, 'x');
  const std::string fields = "X-Request-Id: the-id\r\nCookie: a=b; c=d%20e\r\nX-Long: " + filler + "\r\n";
  SocketClient plain(port, "/asking/a%20b%2Fc?q=%41&r", fields);
  SocketClient guarded(port, "/guarded/asking/7?q=1", fields + "Authorization: Ada\r\n");
  std::vector<std::unique_ptr<SocketClient>> others;
  for (int i = 0; i < 20; ++i) {
    others.push_back(std::make_unique<SocketClient>(port, "/guarded/asking/other", "Authorization: Bob\r\n"));
  }
  const std::string rest = "|" + filler + "|127.0.0.1|http|test|";
  for (int i = 0; i < 2; ++i) {
    plain.send("ask");
    EXPECT_EQ(plain.next(), "GET|/asking/a%20b%2Fc|q=%41&r" + rest + "asking/[id].cpp|the-id|nobody|d%20e|a b/c|A");
    guarded.send("ask");
    EXPECT_EQ(guarded.next(), "GET|/guarded/asking/7|q=1" + rest + "guarded/asking/[id].cpp|the-id|Ada|d%20e|7|1");
  }
  others.back()->send("ask");
  EXPECT_THAT(others.back()->next(), testing::HasSubstr("|Bob|none|other|none"));
}

TEST_F(Sockets, AHandlerThatThrowsLongAfterTheUpgradeCloses1011) {
  SocketClient client(port, "/asking/x");
  client.send("ask");
  EXPECT_THAT(client.next(), testing::StartsWith("GET|/asking/x|"));
  client.send("throw");
  EXPECT_EQ(client.next(), "close 1011");
  SocketClient unasked(port, "/asking/x");
  unasked.send("throw");
  EXPECT_EQ(unasked.next(), "close 1011");
}

TEST_F(Sockets, AHandlerThatLagsStopsItsPeerAndLosesNothing) {
  SocketClient client(port, "/slow_reader");
  constexpr int count = 2000;  // far past what waits for a handler
  base::Buffer frames;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(client.protocol.send(ws::Opcode::Text, std::string(1000, 'p'), frames));
  ASSERT_TRUE(client.protocol.send(ws::Opcode::Text, "sum", frames));
  std::thread writer([&] { client.client.send(frames.view()); });
  EXPECT_EQ(client.next(), "2000 2000000");
  writer.join();
}

TEST_F(Sockets, RoomsSpanLoopsInOneOrder) {
  constexpr int people = 8;
  constexpr int each = 50;
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < people; ++i) {
    clients.push_back(std::make_unique<SocketClient>(port, "/room?name=p" + std::to_string(i)));
    ASSERT_EQ(clients.back()->next(), "joined");
  }
  EXPECT_EQ(test_sockets::room::lobby.count(), static_cast<std::size_t>(people));
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> got(people);
  for (int i = 0; i < people; ++i) {
    threads.emplace_back([&, i] {
      auto& client = *clients[static_cast<std::size_t>(i)];
      for (int k = 0; k < each; ++k) client.send(std::to_string(k));
      while (got[static_cast<std::size_t>(i)].size() < people * each) {
        got[static_cast<std::size_t>(i)].push_back(client.next());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 1; i < people; ++i)
    EXPECT_EQ(got[static_cast<std::size_t>(i)], got[0]) << "every member sees the same order";
  clients.clear();
  EXPECT_TRUE(room_empties());
}

TEST_F(Sockets, ASenderIsUsableFromAnyThreadAndOutlivesItsConnection) {
  SocketClient client(port, "/room?name=sender");
  EXPECT_EQ(client.next(), "joined");
  const WsSender sender = ledger().sender("sender");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&sender] {
      for (int i = 0; i < 200; ++i) EXPECT_EQ(sender.send("x"), SendResult::Queued);
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 800; ++i) ASSERT_EQ(client.next(), "x");
  sender.close(4000, "enough");
  EXPECT_EQ(client.next(), "close 4000");
  EXPECT_EQ(client.next(), "ended");
  client.client.close();
  EXPECT_TRUE(ledger().wait_for("left sender 0"));
  EXPECT_TRUE(sender.closed());
  EXPECT_EQ(sender.send("late"), SendResult::Closed);
  server.stop();
  EXPECT_EQ(sender.send("later still"), SendResult::Closed);
}

TEST_F(Sockets, WhatIsNoUtf8GoesOutAsReplacementCharacters) {
  SocketClient first(port, "/room?name=first");
  EXPECT_EQ(first.next(), "joined");
  SocketClient second(port, "/room?name=%FFx");
  EXPECT_EQ(second.next(), "joined");
  second.send("hi");
  EXPECT_EQ(first.next(), "\xEF\xBF\xBDx: hi");
  const WsSender sender = ledger().sender("first");
  EXPECT_EQ(sender.send("cut \xC3"), SendResult::Queued);
  EXPECT_EQ(first.next(), "cut \xEF\xBF\xBD");
  SocketClient greeted(port, "/kinds?name=%C0%80");
  EXPECT_EQ(greeted.next(), "hello \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(Sockets, TextsOfAllLengthsComeBackWhateverTheyCameWith) {
  SocketClient client(port, "/echo");
  std::vector<std::string> sent;
  for (const std::size_t size : {4'090, 4'096, 16'384, 126, 60'000, 10, 5'000, 70'000, 1, 20'000, 8'000, 300, 0}) {
    const char letter = static_cast<char>('a' + sent.size());
    sent.emplace_back(size, letter);
    sent.push_back(std::string(size, letter) + "é");
  }
  for (int round = 0; round < 3; ++round) {
    for (const std::string& text : sent) client.send(text);
    for (const std::string& text : sent) ASSERT_EQ(client.next(), text);
  }
}

// RFC 6455 §5.6. A message that came in is UTF-8, and only as long as nobody has changed it.
TEST_F(Sockets, AMessageThatWasChangedIsLookedAtBeforeItGoesOut) {
  SocketClient client(port, "/spoiling");
  client.send("as it is");
  EXPECT_EQ(client.next(), "as it is");
  EXPECT_EQ(client.next(), "as it is");
  client.send("spoil");
  EXPECT_EQ(client.next(), "spoil\xEF\xBF\xBD");
  EXPECT_EQ(client.next(), "spoil");
  client.send("visit");
  EXPECT_EQ(client.next(), "visit");
  EXPECT_EQ(client.next(), "visit\xEF\xBF\xBD");
}

TEST_F(Sockets, APeerThatDoesNotReadIsBounded) {
  SocketClient client(port, "/room?name=deaf");
  EXPECT_EQ(client.next(), "joined");
  const WsSender sender = ledger().sender("deaf");
  const std::string piece(10'000, 'x');
  SendResult result = SendResult::Queued;
  std::size_t accepted = 0;
  // It takes what the kernel's buffers and our queue hold, and then it is over.
  while (result == SendResult::Queued && accepted < 100'000) {
    result = sender.send(piece);
    if (result == SendResult::Queued) ++accepted;
  }
  EXPECT_EQ(result, SendResult::Closed);
  EXPECT_LT(accepted * piece.size(), 64u * 1024 * 1024);
}

TEST_F(Sockets, ASlowPeerMayLoseMessagesAndTheSenderKnows) {
  SocketClient client(port, "/dropping");
  ASSERT_TRUE(ledger().wait_for("dropping"));
  int got = 0;
  std::string last;
  while ((last = client.next()).size() == test_sockets::large_piece) ++got;
  EXPECT_EQ(last, "sent " + std::to_string(got)) << "what was not dropped arrived";
  EXPECT_GE(got, 10) << "a mebibyte is queued before anything is dropped";
}

TEST_F(Sockets, ASlowPeerMayGetTheLatestOnly) {
  SocketClient client(port, "/keeping_the_latest");
  ASSERT_TRUE(ledger().wait_for("sent the latest"));
  int last = 0;
  int got = 0;
  while (last < 1000) {
    const std::string message = client.next();
    ASSERT_EQ(message.substr(message.size() - 3), "   ") << message.substr(0, 40);
    const int number = std::stoi(message);
    ASSERT_GT(number, last);
    if (number < 1000) EXPECT_EQ(number, last + 1) << "what was sent before there was no room arrives";
    last = number;
    ++got;
  }
  EXPECT_LT(got, 1000);
}

TEST(SocketLimits, IncompleteMessagesOfManyPeersAreBoundedTogether) {
  app::Config config;
  config.threads = 1;
  config.socket.large_message = 64 * 1024;
  config.socket.max_incomplete = 2 * 1024 * 1024;
  TestServer server(all_units(), config);
  const std::string part(200'000, 'x');
  const auto begin = [&](SocketClient& client) {
    // A frame of 4,000,000 bytes, masked with a key of zeros, of which this is the beginning.
    client.client.send(std::string("\x82\xff\0\0\0\0\0\x3d\x09\0\0\0\0\0", 14) + part);
  };
  std::vector<std::unique_ptr<SocketClient>> holding;
  // Each takes its part, and some room to grow: not many fit.
  for (int i = 0; i < 12; ++i) {
    holding.push_back(std::make_unique<SocketClient>(server.port(), "/echo"));
    begin(*holding.back());
  }
  // The last one is over the limit, whoever came before.
  EXPECT_EQ(holding.back()->next(), "close 1013");
  EXPECT_EQ(holding.back()->next(), "ended");
  // Small messages are nobody's loss.
  SocketClient small(server.port(), "/echo");
  small.send(std::string(60'000, 'y'));
  EXPECT_EQ(small.next().size(), 60'000u);
  // And once they are gone, there is room again, and it stays.
  for (auto& client : holding) client->client.reset();
  const auto echoes = [&] {
    SocketClient again(server.port(), "/echo");
    again.send(std::string(800'000, 'z'));
    return again.next().size() == 800'000;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!echoes() && std::chrono::steady_clock::now() < deadline) {
  }
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(echoes()) << i;
}

TEST_F(Sockets, ShutdownSays1001) {
  SocketClient client(port, "/echo");
  client.send("a");
  EXPECT_EQ(client.next(), "a");
  server.begin_stop();
  EXPECT_EQ(client.next(), "close 1001");
  EXPECT_EQ(client.next(), "ended");
  client.client.close();
  server.stop();
  EXPECT_TRUE(ledger().wait_for("echo ended"));
}

TEST_F(Sockets, ChurnLeavesNothingBehind) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        SocketClient client(port, "/room?name=c" + std::to_string(t));
        client.send("hi");
        switch (i % 3) {
          case 0:
            client.close();
            break;
          case 1:
            client.client.reset();
            break;
          default:
            break;  // the transport ends without a Close
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(room_empties());
}

}  // namespace
}  // namespace folio
