// TcpConnection::connect: names, addresses, deadlines, and an owner who goes away.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "net_test.hpp"

using namespace std::chrono_literals;
using folio::test::Peer;
using ConnectTest = folio::test::NetTest;

namespace {

// A port that accepts nobody: a listener whose queue is full, so that further connections wait for ever.
class FullListener {
 public:
  explicit FullListener(const char* host, std::uint16_t port = 0) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    socklen_t size = sizeof(address);
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 0), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 8; ++i) {
      const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      (void)::connect(filler, reinterpret_cast<sockaddr*>(&address), size);
      fillers_.push_back(filler);
    }
  }
  ~FullListener() {
    for (const int filler : fillers_) ::close(filler);
    ::close(fd_);
  }
  FullListener(const FullListener&) = delete;
  FullListener& operator=(const FullListener&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_;
  std::vector<int> fillers_;
};

bool has_ipv6() {
  const auto socket = folio::net::listen_tcp("::1", 0, folio::net::PortSharing::Exclusive);
  if (socket.fd >= 0) ::close(socket.fd);
  return socket.fd >= 0;
}

// A port on which nobody listens.
std::uint16_t closed_port() {
  const auto socket = folio::net::listen_tcp("127.0.0.1", 0, folio::net::PortSharing::Exclusive);
  ::close(socket.fd);
  return socket.port;
}

TEST_F(ConnectTest, ToAnIpv4Address) {
  const auto port = listen();
  Peer& client = connect(port);
  EXPECT_TRUE(client.tcp.opening());
  ASSERT_TRUE(until([&] { return client.connected == 1 && server != nullptr; }));
  EXPECT_FALSE(client.tcp.opening());
  EXPECT_FALSE(client.tcp.encrypted());
  EXPECT_EQ(client.tcp.peer_address(), "127.0.0.1");
  client.tcp.output().append("to the server");
  server->tcp.output().append("to the client");
  ASSERT_TRUE(until([&] { return !client.received.empty() && !server->received.empty(); }));
  EXPECT_EQ(client.received, "to the client");
  EXPECT_EQ(server->received, "to the server");
  EXPECT_EQ(client.tcp.failure(), "");
}

TEST_F(ConnectTest, ToAnIpv6AddressWithBracketsAndWithout) {
  if (!has_ipv6()) {
    // There is nothing to connect to on this machine, and that has to be said.
    Peer& client = make_peer();
    client.tcp.connect({.host = "[::1]", .port = 1});
    ASSERT_TRUE(until([&] { return client.closed; }));
    EXPECT_NE(client.tcp.failure().find("cannot connect to [::1]:1: "), std::string::npos) << client.tcp.failure();
    return;
  }
  const auto port = listen(nullptr, {}, "::1");
  for (const char* host : {"[::1]", "::1"}) {
    Peer& client = make_peer();
    client.tcp.connect({.host = host, .port = port});
    ASSERT_TRUE(until([&] { return client.connected == 1 || client.closed; }));
    EXPECT_EQ(client.tcp.failure(), "");
    EXPECT_EQ(client.tcp.peer_address(), "::1");
  }
}

TEST_F(ConnectTest, ToAName) {
  const auto port = listen();
  Peer& client = make_peer();
  client.tcp.connect({.host = "localhost", .port = port});
  ASSERT_TRUE(until([&] { return client.connected == 1 || client.closed; }));
  EXPECT_EQ(client.tcp.failure(), "");
}

TEST_F(ConnectTest, SaysThatItWasRefused) {
  const auto port = closed_port();
  Peer& client = connect(port);
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.connected, 0);
  EXPECT_EQ(client.tcp.failure(), "cannot connect to 127.0.0.1:" + std::to_string(port) + ": connection refused");
}

TEST_F(ConnectTest, SaysThatANameIsUnknown) {
  Peer& client = make_peer();
  client.tcp.connect({.host = "name.invalid", .port = 80});
  ASSERT_TRUE(until([&] { return client.closed; }));
  // Which of the two depends on whether there is a resolver.
  EXPECT_TRUE(client.tcp.failure() == "cannot connect to name.invalid:80: there is no host of this name" ||
              client.tcp.failure() ==
                  "cannot connect to name.invalid:80: the name cannot be looked up at the moment: "
                  "the resolver does not answer")
      << client.tcp.failure();
}

TEST_F(ConnectTest, RefusesWhatIsNoName) {
  for (const auto& host : {std::string(), std::string("two words"), std::string("n\0ul", 4), std::string(300, 'a')}) {
    Peer& client = make_peer();
    client.tcp.connect({.host = host, .port = 80});
    ASSERT_TRUE(until([&] { return client.closed; }));
    EXPECT_TRUE(client.tcp.failure().ends_with(": this is no name or address of a host")) << client.tcp.failure();
  }
  Peer& client = make_peer();
  client.tcp.connect({.host = "example.com", .port = 80, .addresses = {"example.com"}});
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.tcp.failure(), "cannot connect to example.com:80: 'example.com' is no numeric address");
}

TEST_F(ConnectTest, TriesTheNextAddressWhenOneRefuses) {
  const auto port = listen();
  Peer& client = make_peer();
  client.tcp.connect({.host = "example.com", .port = port, .addresses = {"127.0.0.2", "::1", "127.0.0.1"}});
  ASSERT_TRUE(until([&] { return client.connected == 1 || client.closed; }));
  EXPECT_EQ(client.tcp.failure(), "");
  EXPECT_EQ(client.tcp.peer_address(), "127.0.0.1");
}

TEST_F(ConnectTest, SaysHowManyAddressesRefused) {
  const auto port = closed_port();
  Peer& client = make_peer();
  client.tcp.connect({.host = "example.com", .port = port, .addresses = {"127.0.0.2", "127.0.0.1"}});
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.tcp.failure(),
            "cannot connect to example.com:" + std::to_string(port) + ": connection refused (the last of 2 addresses)");
}

TEST_F(ConnectTest, TriesTheNextAddressWhenOneDoesNotAnswer) {
  const FullListener full("127.0.0.2");
  listen(nullptr, {}, "127.0.0.1", full.port());
  Peer& client = make_peer();
  client.tcp.connect(
      {.host = "example.com", .port = full.port(), .timeout = 400ms, .addresses = {"127.0.0.2", "127.0.0.1"}});
  ASSERT_TRUE(until([&] { return client.connected == 1 || client.closed; }));
  EXPECT_EQ(client.tcp.failure(), "");
  EXPECT_EQ(client.tcp.peer_address(), "127.0.0.1");
}

TEST_F(ConnectTest, GivesUpAtItsDeadline) {
  const FullListener full("127.0.0.1");
  Peer& client = make_peer();
  client.tcp.connect({.host = "127.0.0.1", .port = full.port(), .timeout = 150ms});
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.tcp.failure(),
            "cannot connect to 127.0.0.1:" + std::to_string(full.port()) + ": no answer within 150 ms");
}

TEST_F(ConnectTest, GivesUpAtItsDeadlineWithinTheHandshake) {
  const auto port = listen();  // takes the ClientHello and says nothing
  Peer& client = make_peer();
  client.tcp.connect({.host = "127.0.0.1", .port = port, .tls = &folio::test::client_context(), .timeout = 150ms});
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.connected, 0);
  EXPECT_EQ(client.tcp.failure(),
            "cannot connect to 127.0.0.1:" + std::to_string(port) + ": the TLS handshake was not done within 150 ms");
}

TEST_F(ConnectTest, IsCancelledWhileTheNameIsLookedUp) {
  const auto port = listen();
  Peer& client = make_peer();
  client.tcp.connect({.host = "localhost", .port = port});
  client.tcp.close();
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.connected, 0);
  EXPECT_EQ(client.tcp.failure(), "");
  peers.clear();  // the resolver's answer may still be to come
}

TEST_F(ConnectTest, IsCancelledWhileItConnects) {
  const FullListener full("127.0.0.1");
  Peer& client = connect(full.port());
  turns(1);
  client.tcp.close();
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.connected, 0);
  peers.clear();
}

TEST_F(ConnectTest, IsCancelledBetweenTwoAddresses) {
  const auto port = closed_port();
  Peer& client = make_peer();
  client.tcp.connect({.host = "example.com", .port = port, .addresses = std::vector<std::string>(50, "127.0.0.1")});
  turns(3);
  client.tcp.finish();  // nobody is there to be told
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_EQ(client.connected, 0);
}

TEST_F(ConnectTest, KeepsWhatIsWrittenUntilItIsConnected) {
  const auto port = listen();
  Peer& client = make_peer();
  client.tcp.connect({.host = "localhost", .port = port});
  const auto large = std::make_shared<const std::string>(folio::test::pattern(4000));
  client.tcp.output().append("early ");
  client.tcp.write(large);
  client.tcp.flush();
  EXPECT_EQ(client.tcp.unsent(), 4006U);
  ASSERT_TRUE(until([&] { return server != nullptr && server->received.size() == 4006 && client.drained == 1; }));
  EXPECT_EQ(server->received, "early " + *large);
  EXPECT_EQ(client.tcp.unsent(), 0U);
}

TEST_F(ConnectTest, IsPausedFromTheStart) {
  const auto port = listen(nullptr, [](Peer& peer) { peer.tcp.output().append("first"); });
  Peer& client = make_peer();
  client.tcp.connect({.host = "127.0.0.1", .port = port});
  client.tcp.pause_reading();
  ASSERT_TRUE(until([&] { return client.connected == 1 && server != nullptr && server->tcp.unsent() == 0; }));
  turns(1);
  EXPECT_EQ(client.received, "");
  client.tcp.resume_reading();
  ASSERT_TRUE(until([&] { return client.received == "first"; }));
  EXPECT_FALSE(client.paused_data);
}

TEST_F(ConnectTest, SaysThatThePeerReset) {
  const auto port = listen();
  Peer& client = connect(port);
  ASSERT_TRUE(until([&] { return client.connected == 1 && server != nullptr; }));
  server->tcp.reset();
  ASSERT_TRUE(until([&] { return client.closed && server->closed; }));
  EXPECT_EQ(client.tcp.failure(), "connection reset by peer");
  EXPECT_EQ(server->tcp.failure(), "");
}

}  // namespace
