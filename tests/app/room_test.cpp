// Rooms as clients see them: over real sockets, on two loops, and used from other threads at the same time.
#include <folio/block_on.hpp>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_rooms {

std::string spelled(folio::JoinResult result) {
  switch (result) {
    case folio::JoinResult::Joined:
      return "joined";
    case folio::JoinResult::Replaced:
      return "replaced";
    case folio::JoinResult::Full:
      return "full";
    case folio::JoinResult::Closed:
      break;
  }
  return "closed";
}

// Joins the room that the query names, and says in it what it is told to.
namespace room {
using namespace folio::absent;
using namespace folio;
Task<> WS(Request& req, WebSocket ws) {
  const std::string id = req.query("id").value_or("?");
  const WsRoom room = rooms().get(req.query("room").value_or("?"), {.max_members = 3, .history = 2});
  const Replay replay = req.query("replay") ? Replay::History : Replay::None;
  co_await ws.send(spelled(room.join(id, ws.sender(), replay)) + " " + std::to_string(room.count()));
  while (auto message = co_await ws.next()) {
    if (auto* bytes = message->binary()) {
      room.broadcast_binary_except(id, *bytes);
    } else if (message->text()->starts_with("@")) {
      const auto space = message->text()->find(' ');
      if (room.send_to(message->text()->substr(1, space - 1), message->text()->substr(space + 1)) ==
          SendResult::Closed) {
        co_await ws.send("nobody");
      }
    } else {
      room.broadcast(*message->text());
    }
  }
}
FOLIO_TEST_FILE("room.cpp")
FOLIO_ROUTE_UNIT
}  // namespace room

// A member by its channel, as in the seed's guide.
namespace by_channel {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  auto [tx, rx] = channel<std::string>();
  const WsRoom room = rooms().get("by channel");
  room.join("channel", tx);
  co_await ws.send("ready");
  while (auto text = co_await rx.recv()) {
    if (!co_await ws.send("by channel: " + *text)) break;
  }
}
FOLIO_TEST_FILE("by_channel.cpp")
FOLIO_ROUTE_UNIT
}  // namespace by_channel

}  // namespace test_rooms

namespace folio {
namespace {

using test::SocketClient;
using test::TestServer;

struct RoomTest : testing::Test {
  TestServer server{{&test_rooms::room::folio_unit, &test_rooms::by_channel::folio_unit}, [] {
                      app::Config config;
                      config.threads = 2;
                      return config;
                    }()};
  std::unique_ptr<SocketClient> enter(const std::string& room, const std::string& id, const std::string& more = {}) {
    return std::make_unique<SocketClient>(server.port(), "/room?room=" + room + "&id=" + id + more);
  }
};

bool soon(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST_F(RoomTest, MembersAreLimitedAndIdsTakenOver) {
  auto ada = enter("limited", "ada");
  EXPECT_EQ(ada->next(), "joined 1");
  auto bob = enter("limited", "bob");
  EXPECT_EQ(bob->next(), "joined 2");
  auto eve = enter("limited", "eve");
  EXPECT_EQ(eve->next(), "joined 3");
  auto zoe = enter("limited", "zoe");
  EXPECT_EQ(zoe->next(), "full 3");
  auto second = enter("limited", "ada");
  EXPECT_EQ(second->next(), "replaced 3");
  bob->send("hello");
  EXPECT_EQ(second->next(), "hello");
  EXPECT_EQ(eve->next(), "hello");
  bob->send("@eve psst");
  EXPECT_EQ(eve->next(), "psst");
  bob->send("@zoe psst");
  EXPECT_EQ(bob->next(), "hello");
  EXPECT_EQ(bob->next(), "nobody");
  bob->send("bytes", ws::Opcode::Binary);
  EXPECT_EQ(eve->next(), "binary bytes");
  ada->send("still open, and out of the room");
  EXPECT_EQ(bob->next(), "still open, and out of the room");
}

TEST_F(RoomTest, ANewMemberIsSentTheHistory) {
  auto ada = enter("remembering", "ada");
  EXPECT_EQ(ada->next(), "joined 1");
  for (const char* text : {"one", "two", "three"}) {
    ada->send(text);
    EXPECT_EQ(ada->next(), text);
  }
  auto bob = enter("remembering", "bob", "&replay=1");
  std::vector<std::string> got = {bob->next(), bob->next(), bob->next()};
  std::ranges::sort(got);
  EXPECT_EQ(got, (std::vector<std::string>{"joined 2", "three", "two"}));
  ada->send("four");
  EXPECT_EQ(bob->next(), "four");
  auto eve = enter("remembering", "eve");
  EXPECT_EQ(eve->next(), "joined 3");
  ada->send("five");
  EXPECT_EQ(eve->next(), "five");
}

TEST_F(RoomTest, ANamedRoomGoesWithItsLastMember) {
  const auto exists = [](const std::string& name) { return std::ranges::count(rooms().names(), name) == 1; };
  auto ada = enter("passing", "ada");
  EXPECT_EQ(ada->next(), "joined 1");
  EXPECT_TRUE(exists("passing"));
  ada->send("remember me");
  EXPECT_EQ(ada->next(), "remember me");
  ada->close();
  EXPECT_EQ(ada->next(), "close 1000");
  EXPECT_TRUE(soon([&] { return !exists("passing"); }));
  auto bob = enter("passing", "bob", "&replay=1");
  EXPECT_EQ(bob->next(), "joined 1");
  bob->send("a new room");
  EXPECT_EQ(bob->next(), "a new room") << "and nothing of the old one";

  EXPECT_FALSE(exists("held"));
  {
    const WsRoom held = rooms().get("held");
    EXPECT_TRUE(exists("held"));
  }
  EXPECT_FALSE(exists("held"));
  rooms().get("kept", {.history = 1, .keep = true}).broadcast("x");
  EXPECT_TRUE(exists("kept"));
  EXPECT_EQ(rooms().get("kept").history(), std::vector<std::string>{"x"});
}

Task<std::string> tell(Receiver<RoomEvent> events, int count) {
  std::string told;
  while (count-- > 0) {
    const auto event = co_await events.next();
    if (!event) break;
    const char* const kind = event->kind == RoomEvent::Kind::Joined ? "+"
                             : event->kind == RoomEvent::Kind::Left ? "-"
                                                                    : "=";
    told += kind + event->id + std::to_string(event->count) + " ";
    if (event->missed != 0) told += "(" + std::to_string(event->missed) + " missed) ";
  }
  co_return told;
}

TEST_F(RoomTest, TellsWhoComesAndGoes) {
  auto events = rooms().get("watched").events();
  auto room = rooms().get("watched");
  // The room that the listener asked for is gone already, and so are its events.
  EXPECT_EQ(block_on(tell(std::move(events), 1)), "");

  events = room.events();
  auto ada = enter("watched", "ada");
  EXPECT_EQ(ada->next(), "joined 1");
  auto bob = enter("watched", "bob");
  EXPECT_EQ(bob->next(), "joined 2");
  auto second = enter("watched", "ada");
  EXPECT_EQ(second->next(), "replaced 2");
  bob->client.reset();
  EXPECT_TRUE(soon([&] { return room.count() == 1; }));
  EXPECT_EQ(block_on(tell(std::move(events), 4)), "+ada1 +bob2 =ada2 -bob1 ");
}

TEST_F(RoomTest, AListenerThatLagsLearnsWhatItMissed) {
  const WsRoom room;
  auto few = room.events(2);
  std::vector<Receiver<std::string>> members;
  for (int i = 1; i <= 5; ++i) {
    auto [sender, receiver] = channel<std::string>();
    members.push_back(std::move(receiver));
    room.join("m" + std::to_string(i), sender);
  }
  EXPECT_EQ(few.try_recv()->id, "m1");
  EXPECT_EQ(few.try_recv()->id, "m2");
  room.leave("m1");
  const auto next = few.try_recv();
  EXPECT_EQ(next->id, "m1");
  EXPECT_EQ(next->missed, 3u);
}

TEST_F(RoomTest, AChannelIsAMemberUntilItsReceiverIsGone) {
  SocketClient client(server.port(), "/by_channel");
  EXPECT_EQ(client.next(), "ready");
  const WsRoom room = rooms().get("by channel");
  EXPECT_EQ(room.count(), 1u);
  room.broadcast("hello");
  EXPECT_EQ(client.next(), "by channel: hello");
  client.client.reset();
  EXPECT_TRUE(soon([&] {
    room.broadcast("is anybody there?");
    return room.count() == 0;
  }));
}

TEST_F(RoomTest, AConnectionIsInManyRooms) {
  auto ada = enter("first", "ada");
  EXPECT_EQ(ada->next(), "joined 1");
  const WsRoom first = rooms().get("first");
  // A closed connection cannot join.
  EXPECT_EQ(first.join("nobody", WsSender()), JoinResult::Closed);
  ada->close();
  EXPECT_EQ(ada->next(), "close 1000");
  EXPECT_TRUE(soon([&] { return first.count() == 0; }));
}

// A message that compresses reaches members that take it compressed, members with a context of their own, and members
// that take none, all the same.
Task<> hear(std::string url, WsCompression compression, std::atomic<int>& listening, std::string expected) {
  WebSocketClientOptions options;
  options.socket.compression = compression;
  options.socket.compress_from = 1;
  auto ws = co_await WebSocketClient::connect(url, options);
  EXPECT_TRUE((co_await ws->next())->text()->starts_with("joined"));
  ++listening;
  for (int i = 0; i < 3; ++i) {
    auto shared = co_await ws->next();
    EXPECT_EQ(*shared->text(), expected + std::to_string(i));
    // And what is sent to one, between them.
    auto own = co_await ws->next();
    EXPECT_EQ(*own->text(), "to you " + expected);
  }
}

TEST_F(RoomTest, CompressesABroadcastOnce) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "a line that repeats itself, ";
  const WsRoom room = rooms().get("compressed");
  const std::string url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/room?room=compressed&id=";
  std::atomic<int> listening{0};
  std::vector<std::thread> threads;
  const std::pair<const char*, WsCompression> members[] = {
      {"off", WsCompression::Off}, {"shared", WsCompression::Shared}, {"dedicated", WsCompression::Dedicated}};
  for (const auto& [id, compression] : members) {
    threads.emplace_back([&, id, compression] { block_on(hear(url + id, compression, listening, text)); });
  }
  ASSERT_TRUE(soon([&] { return listening == 3; }));
  for (int i = 0; i < 3; ++i) {
    room.broadcast(text + std::to_string(i));
    for (const auto& [id, compression] : members) room.send_to(id, "to you " + text);
  }
  for (auto& thread : threads) thread.join();
}

TEST_F(RoomTest, FourThreadsAtOnce) {
  const WsRoom room;
  std::vector<std::unique_ptr<SocketClient>> clients;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) clients.push_back(enter("four", "client" + std::to_string(i)));
  for (auto& client : clients) {
    EXPECT_TRUE(client->next().starts_with("joined"));
    readers.emplace_back([&client] {
      while (client->next() != "ended") {
      }
    });
  }
  const WsRoom four = rooms().get("four");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        const std::string id = std::to_string(t) + "." + std::to_string(i % 3);
        auto [sender, receiver] = channel<std::string>(4);
        switch ((t + i) % 4) {
          case 0:
            room.join(id, sender);
            four.broadcast("from " + id);
            break;
          case 1:
            four.send_to("client" + std::to_string(t % 3), "to you");
            room.broadcast("to channels");
            break;
          case 2:
            room.leave(id);
            four.broadcast_except("client0", "not for the first");
            break;
          default:
            EXPECT_LE(room.members().size(), 12u);
            (void)four.count();
            break;
        }
      }
    });
  }
  // Connections come and go meanwhile.
  threads.emplace_back([&] {
    for (int i = 0; i < 40; ++i) {
      auto client = std::make_unique<SocketClient>(server.port(), "/by_channel");
      client->next();
      if (i % 2 == 0) client->client.reset();
    }
  });
  for (auto& thread : threads) thread.join();
  server.begin_stop();
  for (auto& reader : readers) reader.join();
  for (auto& client : clients) client->client.close();
  EXPECT_TRUE(soon([&] { return four.count() == 0; })) << "all leave by themselves";
}

}  // namespace
}  // namespace folio
