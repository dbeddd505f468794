// Sending: RFC 6455 §5.1, §5.3 and §6.1, and what one end sends as the other receives it.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using namespace testing;

class Rfc6455Section6_1 : public BothRoles {};
FOLIO_BOTH_ROLES(Rfc6455Section6_1);

TEST_P(Rfc6455Section6_1, FramesOfEveryLengthClass) {
  for (const std::size_t size : {0, 1, 7, 8, 125, 126, 127, 1000, 65535, 65536, 100'000}) {
    const std::string payload = payload_of(size, true);
    Protocol protocol(role());
    base::Buffer out;
    EXPECT_TRUE(protocol.send(Opcode::Text, payload, out));
    EXPECT_EQ(out.size(), size + header_size(size, role()));
    EXPECT_TRUE(protocol.send(Opcode::Binary, payload, out));
    EXPECT_EQ(read_frames(out.view(), role()),
              (std::vector{sent(Opcode::Text, payload), sent(Opcode::Binary, payload)}));
  }
}

TEST_P(Rfc6455Section6_1, PingsAndPongs) {
  Protocol protocol(role());
  base::Buffer out;
  EXPECT_TRUE(protocol.ping("", out));
  EXPECT_TRUE(protocol.ping(std::string(125, 'p'), out));
  EXPECT_FALSE(protocol.ping(std::string(126, 'p'), out));
  EXPECT_TRUE(protocol.pong("heartbeat", out));
  EXPECT_FALSE(protocol.pong(std::string(126, 'p'), out));
  EXPECT_EQ(read_frames(out.view(), role()),
            (std::vector{sent(Opcode::Ping, ""), sent(Opcode::Ping, std::string(125, 'p')),
                         sent(Opcode::Pong, "heartbeat")}));
}

TEST(Rfc6455Section5_1, AServersFramesByteForByte) {
  Protocol protocol(Role::Server);
  base::Buffer out;
  EXPECT_TRUE(protocol.send(Opcode::Text, "Hello", out));
  EXPECT_EQ(out.view(), bytes({0x81, 0x05}) + "Hello");
  out.clear();
  EXPECT_TRUE(protocol.send_header_only(Opcode::Binary, 256, out));
  EXPECT_EQ(out.view(), bytes({0x82, 0x7E, 0x01, 0x00}));
  out.clear();
  EXPECT_TRUE(protocol.send_header_only(Opcode::Binary, 65536, out));
  EXPECT_EQ(out.view(), bytes({0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Rfc6455Section5_1, ASharedFrameIsTheOneThatSendWrites) {
  for (const std::size_t size : {0, 1, 125, 126, 65535, 65536}) {
    for (const Opcode opcode : {Opcode::Text, Opcode::Binary}) {
      const std::string payload = payload_of(size, true);
      Protocol protocol(Role::Server);
      base::Buffer out;
      EXPECT_TRUE(protocol.send(opcode, payload, out));
      EXPECT_EQ(*make_server_frame(opcode, payload), out.view());
    }
  }
}

TEST(Rfc6455Section5_3, AClientMasksEachFrameWithAKeyOfItsOwn) {
  Protocol protocol(Role::Client);
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i) {
    base::Buffer out;
    ASSERT_TRUE(protocol.send(Opcode::Binary, "payload", out));
    keys.insert(std::string(out.view().substr(2, 4)));
  }
  // A thousand keys of 32 bits: that more than three coincide has a chance of less than one in 10^17.
  EXPECT_GE(keys.size(), 997U);

  // Nor do two connections share theirs.
  Protocol another(Role::Client);
  base::Buffer out;
  ASSERT_TRUE(another.send(Opcode::Binary, "payload", out));
  ASSERT_TRUE(another.send(Opcode::Binary, "payload", out));
  EXPECT_FALSE(keys.contains(std::string(out.view().substr(2, 4))) &&
               keys.contains(std::string(out.view().substr(15, 4))));
}

// Two ends talk to each other over a transport that cuts as it likes.
TEST(Rfc6455Section6, WhatOneEndSendsTheOtherReceives) {
  std::mt19937 random(61);
  Protocol ends[] = {Protocol(Role::Server), Protocol(Role::Client)};
  base::Buffer wires[2];
  std::vector<Seen> sent_by[2];
  std::vector<Seen> received_by[2];
  const auto deliver = [&](int from, std::size_t limit) {
    const std::size_t count = std::min(limit, wires[from].size());
    const std::string chunk(wires[from].view().substr(0, count));
    wires[from].consume(count);
    feed(ends[1 - from], chunk, wires[1 - from], received_by[1 - from]);
  };
  for (int step = 0; step < 4000; ++step) {
    const int end = static_cast<int>(random() % 2);
    const std::string payload = payload_of(random() % 3 == 0 ? random() % 3000 : random() % 40, true);
    switch (random() % 8) {
      case 0:
        ASSERT_TRUE(ends[end].send(Opcode::Text, payload, wires[end]));
        sent_by[end].push_back(text(payload));
        break;
      case 1:
        ASSERT_TRUE(ends[end].send(Opcode::Binary, payload, wires[end]));
        sent_by[end].push_back(binary(payload));
        break;
      case 2:
        ASSERT_TRUE(ends[end].ping(payload.substr(0, 125), wires[end]));
        break;
      default:
        deliver(end, random() % 200);
        break;
    }
  }
  for (const int end : {0, 1}) ASSERT_TRUE(ends[end].close(CloseCode::Normal, "done", wires[end]));
  while (!wires[0].empty() || !wires[1].empty()) {
    deliver(0, 100'000);
    deliver(1, 100'000);
  }
  for (const int end : {0, 1}) {
    sent_by[end].push_back(closed(1000, "done"));
    std::erase_if(received_by[1 - end],
                  [](const Seen& event) { return event.kind == Event::Kind::Ping || event.kind == Event::Kind::Pong; });
    EXPECT_TRUE(received_by[1 - end] == sent_by[end]);
    EXPECT_EQ(ends[end].state(), Protocol::State::Finished);
  }
}

}  // namespace
}  // namespace folio::ws
