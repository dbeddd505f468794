// TcpConnection between two of its kind, in clear and under TLS: what its users may rely on is the same.
#include "net/tcp.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_test.hpp"

using folio::test::client_context;
using folio::test::pattern;
using folio::test::Peer;
using folio::test::server_context;

namespace {

enum class Wire { Clear, Tls };

class TcpTest : public folio::test::NetTest, public ::testing::WithParamInterface<Wire> {
 protected:
  // Two ends that are connected.
  void join(const std::function<void(Peer&)>& on_accept = {}) {
    const bool tls = GetParam() == Wire::Tls;
    client = &connect(listen(tls ? &server_context() : nullptr, on_accept), tls ? &client_context() : nullptr);
    ASSERT_TRUE(until([&] { return client->connected == 1 && server != nullptr && !server->tcp.opening(); }))
        << client->tcp.failure();
    EXPECT_EQ(client->tcp.encrypted(), tls);
    EXPECT_EQ(server->tcp.encrypted(), tls);
  }
  void expect_clean_end() {
    EXPECT_EQ(client->tcp.failure(), "");
    EXPECT_EQ(server->tcp.failure(), "");
    EXPECT_FALSE(client->tcp.truncated());
    EXPECT_FALSE(server->tcp.truncated());
  }

  Peer* client = nullptr;
};

using ListenerTest = folio::test::NetTest;

TEST_P(TcpTest, CarriesBytesBothWays) {
  join();
  client->tcp.output().append("question");
  ASSERT_TRUE(until([&] { return server->received == "question"; }));
  server->tcp.output().append("answer");
  ASSERT_TRUE(until([&] { return client->received == "answer"; }));
  EXPECT_EQ(client->tcp.unsent(), 0U);
  EXPECT_EQ(client->drained, 0);
}

TEST_P(TcpTest, KeepsTheOrderOfCopiedAndSharedBytes) {
  join();
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const auto piece = std::make_shared<const std::string>(pattern(static_cast<std::size_t>(i) * 37));
    client->tcp.write(piece);
    client->tcp.output().append(" then ");
    expected += *piece + " then ";
  }
  EXPECT_EQ(client->tcp.unsent(), expected.size());
  ASSERT_TRUE(until([&] { return server->received.size() >= expected.size(); }));
  EXPECT_EQ(server->received, expected);
  EXPECT_EQ(client->tcp.unsent(), 0U);
}

TEST_P(TcpTest, CarriesMuchBothWaysAtOnce) {
  join();
  const auto up = std::make_shared<const std::string>(pattern(6'000'000));
  const auto down = std::make_shared<const std::string>(pattern(5'000'001));
  client->tcp.write(up);
  server->tcp.write(down);
  ASSERT_TRUE(until([&] { return server->received.size() >= up->size() && client->received.size() >= down->size(); }));
  EXPECT_TRUE(server->received == *up);
  EXPECT_TRUE(client->received == *down);
}

TEST_P(TcpTest, CountsWhatThePeerDoesNotTakeAndTellsWhenItHas) {
  join();
  server->tcp.pause_reading();
  const auto large = std::make_shared<const std::string>(pattern(16'000'000));
  client->tcp.write(large);
  client->tcp.flush();
  turns(5);
  const std::size_t unsent = client->tcp.unsent();
  EXPECT_GT(unsent, 0U);
  EXPECT_LT(unsent, large->size() + 100'000);
  EXPECT_EQ(client->drained, 0);
  EXPECT_EQ(server->received, "");
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->received.size() == large->size() && client->drained == 1; }));
  EXPECT_EQ(client->tcp.unsent(), 0U);
  EXPECT_TRUE(server->received == *large);
}

TEST_P(TcpTest, PausesInTheMiddleOfATransfer) {
  join();
  std::size_t largest = 0;
  std::string all;
  int pauses = 0;
  server->when_data = [&](std::span<char> bytes) {
    all.append(bytes.data(), bytes.size());
    largest = std::max(largest, bytes.size());
    server->tcp.pause_reading();
    ++pauses;
  };
  const auto large = std::make_shared<const std::string>(pattern(1'000'000));
  client->tcp.write(large);
  while (all.size() < large->size()) {
    const int before = pauses;
    ASSERT_TRUE(until([&] { return pauses > before; }));
    turns(2);
    EXPECT_EQ(pauses, before + 1);  // nothing comes until it is wanted
    server->tcp.resume_reading();
  }
  EXPECT_TRUE(all == *large);
  EXPECT_FALSE(server->paused_data);
  EXPECT_LE(largest, folio::net::Loop::receive_size + 16 * 1024);
}

TEST_P(TcpTest, EchoesWithBackpressure) {
  join();
  constexpr std::size_t most = 256 * 1024;
  std::size_t peak = 0;
  server->when_data = [&](std::span<char> bytes) {
    server->tcp.output().append({bytes.data(), bytes.size()});
    server->tcp.flush();
    peak = std::max(peak, server->tcp.unsent());
    if (server->tcp.unsent() > most) server->tcp.pause_reading();
  };
  server->when_drained = [&] { server->tcp.resume_reading(); };
  const auto large = std::make_shared<const std::string>(pattern(8'000'000));
  client->tcp.write(large);
  ASSERT_TRUE(until([&] { return client->received.size() == large->size(); }));
  EXPECT_TRUE(client->received == *large);
  EXPECT_LT(peak, most + 100'000);
}

TEST_P(TcpTest, GivesRoomAroundWhatIsReceived) {
  join();
  bool ok = false;
  server->when_data = [&](std::span<char> bytes) {
    // Under AddressSanitizer this is the test.
    for (std::size_t i = 1; i <= folio::net::Loop::receive_padding; ++i) {
      volatile char* const data = bytes.data();
      data[-static_cast<std::ptrdiff_t>(i)] = 0;
      data[bytes.size() + i - 1] = 0;
    }
    ok = true;
  };
  client->tcp.output().append("x");
  ASSERT_TRUE(until([&] { return ok; }));
}

TEST_P(TcpTest, ReadsToWhereItsOwnerWantsWhatIsLarge) {
  join();
  const std::string sent = pattern(1'000'000);
  std::string place(sent.size(), '\0');
  std::size_t filled = 0;
  std::size_t in_place = 0;
  server->space = [&] { return std::span(place).subspan(filled); };
  server->when_data = [&](std::span<char> bytes) {
    if (bytes.data() == place.data() + filled) {
      in_place += bytes.size();
    } else {
      std::ranges::copy(bytes, place.begin() + static_cast<std::ptrdiff_t>(filled));
    }
    filled += bytes.size();
  };
  client->tcp.output().append(sent);
  ASSERT_TRUE(until([&] { return filled == sent.size(); }));
  EXPECT_TRUE(place == sent);
  if (GetParam() == Wire::Clear) {
    EXPECT_GE(in_place, sent.size() - 16 * 1024) << "only what is little is copied";
  } else {
    EXPECT_EQ(in_place, 0U) << "what was decrypted is elsewhere";
  }
}

TEST_P(TcpTest, FinishSendsEverythingAndThenTheEnd) {
  join();
  const auto large = std::make_shared<const std::string>(pattern(3'000'000));
  client->tcp.write(large);
  client->tcp.finish();
  EXPECT_TRUE(client->tcp.finishing());
  server->when_ended = [&] { server->tcp.finish(); };
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  EXPECT_TRUE(server->received == *large);
  EXPECT_EQ(server->ended, 1);
  EXPECT_EQ(client->ended, 0);
  expect_clean_end();
}

TEST_P(TcpTest, FinishingIgnoresWhatComes) {
  join();
  client->tcp.output().append("bye");
  client->tcp.finish();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  const auto late = std::make_shared<const std::string>(pattern(3'000'000));
  server->tcp.write(late);
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  EXPECT_EQ(client->received, "");
  expect_clean_end();
}

TEST_P(TcpTest, SendsOnAfterThePeersEnd) {
  join();
  const auto answer = std::make_shared<const std::string>(pattern(300'000));
  client->when_connected = {};
  server->when_ended = [&] { EXPECT_FALSE(server->tcp.reading()); };
  server->tcp.output().append("asked");
  client->when_data = [&](std::span<char>) {};
  client->tcp.finish();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  server->tcp.write(answer);
  server->tcp.flush();
  ASSERT_TRUE(until([&] { return server->tcp.unsent() == 0 || server->drained == 1; }));
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  expect_clean_end();
}

TEST_P(TcpTest, BothFinishAtOnce) {
  join();
  client->tcp.output().append("a");
  server->tcp.output().append("b");
  client->tcp.finish();
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  expect_clean_end();
}

TEST_P(TcpTest, HoldsBackTheEndWhilePaused) {
  join();
  server->when_data = [&](std::span<char> bytes) {
    server->received.append(bytes.data(), bytes.size());
    server->tcp.pause_reading();
  };
  client->tcp.output().append("last words");
  client->tcp.finish();
  ASSERT_TRUE(until([&] { return server->received == "last words"; }));
  turns(3);
  EXPECT_EQ(server->ended, 0);
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  expect_clean_end();
}

TEST_P(TcpTest, FinishesWhilePaused) {
  join();
  server->when_data = [&](std::span<char>) { server->tcp.pause_reading(); };
  client->tcp.output().append("question");
  client->tcp.finish();
  ASSERT_TRUE(until([&] { return !server->tcp.reading(); }));
  server->tcp.output().append("answer");
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  expect_clean_end();
}

TEST_P(TcpTest, CloseIsAnEndToThePeer) {
  join();
  client->tcp.close();
  ASSERT_TRUE(until([&] { return client->closed && server->ended == 1; }));
  expect_clean_end();
}

TEST_P(TcpTest, ResetIsAFailureToThePeer) {
  join();
  client->tcp.reset();
  ASSERT_TRUE(until([&] { return client->closed && server->closed; }));
  EXPECT_EQ(server->tcp.failure(), "connection reset by peer");
  EXPECT_EQ(server->ended, 0);
}

TEST_P(TcpTest, ClosesInTheMiddleOfATransfer) {
  join();
  const auto large = std::make_shared<const std::string>(pattern(16'000'000));
  server->tcp.pause_reading();
  client->tcp.write(large);
  client->tcp.flush();
  ASSERT_GT(client->tcp.unsent(), 0U);
  client->tcp.close();
  ASSERT_TRUE(until([&] { return client->closed; }));
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->ended == 1 || server->closed; }));
  EXPECT_LT(server->received.size(), large->size());
  // Bytes are missing, and TLS knows.
  if (server->ended == 1) EXPECT_EQ(server->tcp.truncated(), GetParam() == Wire::Tls);
}

TEST_P(TcpTest, ClosesFromWithinOnConnected) {
  const bool tls = GetParam() == Wire::Tls;
  client = &connect(listen(tls ? &server_context() : nullptr), tls ? &client_context() : nullptr);
  client->when_connected = [&] { client->tcp.close(); };
  ASSERT_TRUE(until([&] { return client->closed; }));
  EXPECT_EQ(client->connected, 1);
  EXPECT_EQ(client->tcp.failure(), "");
}

TEST_P(TcpTest, PausesFromWithinOnConnected) {
  const bool tls = GetParam() == Wire::Tls;
  // The server speaks first: its bytes may come together with the end of the handshake.
  const auto port = listen(tls ? &server_context() : nullptr, [](Peer& peer) { peer.tcp.output().append("welcome"); });
  client = &connect(port, tls ? &client_context() : nullptr);
  client->when_connected = [&] { client->tcp.pause_reading(); };
  ASSERT_TRUE(until([&] { return client->connected == 1 && !server->tcp.opening() && server->tcp.unsent() == 0; }));
  turns(3);
  EXPECT_EQ(client->received, "");
  client->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return client->received == "welcome"; }));
  EXPECT_FALSE(client->paused_data);
}

TEST_P(TcpTest, DrainsWhatWaitedForTheConnection) {
  const bool tls = GetParam() == Wire::Tls;
  client = &connect(listen(tls ? &server_context() : nullptr), tls ? &client_context() : nullptr);
  client->tcp.output().append("early");
  client->tcp.flush();
  EXPECT_EQ(client->tcp.unsent(), 5U);
  ASSERT_TRUE(until([&] { return server != nullptr && server->received == "early" && client->drained == 1; }));
}

// Taken as the kernel gives it, before the loop comes to it: no call is spent on each connection (RFC 896 §2, RFC 1122 §4.2.3.4).
TEST_F(ListenerTest, ItsConnectionsSendSmallPiecesAtOnce) {
  const auto socket = folio::net::listen_tcp("127.0.0.1", 0, folio::net::PortSharing::Exclusive);
  ASSERT_EQ(socket.message, "");
  listen_on(socket.fd, nullptr, {});
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(socket.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int asking = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(asking, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  pollfd ready{.fd = socket.fd, .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&ready, 1, 20'000), 1);
  const int taken = ::accept(socket.fd, nullptr, nullptr);
  ASSERT_GE(taken, 0);
  int on = 0;
  socklen_t size = sizeof(on);
  EXPECT_EQ(::getsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &on, &size), 0);
  EXPECT_NE(on, 0);
  ::close(taken);
  ::close(asking);
}

INSTANTIATE_TEST_SUITE_P(Wires, TcpTest, ::testing::Values(Wire::Clear, Wire::Tls),
                         [](const auto& info) { return info.param == Wire::Tls ? "Tls" : "Clear"; });

}  // namespace
