// What the tests of connections share: a loop with listeners and connections on it, each of which notes what happens to
// it, and certificates made anew for each program.
#pragma once

#include <gtest/gtest.h>
#include <uv.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/alarm.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/self_signed.hpp"
#include "net/tcp.hpp"
#include "net/tls_context.hpp"

namespace folio::test {

inline const net::SelfSigned& certificate() {
  static const net::SelfSigned made = net::make_self_signed();
  return made;
}

inline const net::TlsContext& server_context() {
  static const auto setup =
      net::TlsContext::server({.certificate_pem = certificate().certificate_pem, .key_pem = certificate().key_pem});
  EXPECT_EQ(setup.message, "");
  return *setup.context;
}

// Trusts the test's own certificate.
inline const net::TlsContext& client_context() {
  static const auto setup = net::TlsContext::client({.authorities_pem = certificate().certificate_pem});
  EXPECT_EQ(setup.message, "");
  return *setup.context;
}

// One connection, and what happened to it.
class Peer final : public net::TcpEvents {
 public:
  explicit Peer(net::Loop& loop) : tcp(loop, *this) {}

  net::TcpConnection tcp;
  std::string received;
  int connected = 0;
  int ended = 0;
  int drained = 0;
  bool closed = false;
  bool paused_data = false;  // data came while it was not wanted
  // What else is to be done. on_data's replaces the noting of what is received.
  std::function<void()> when_connected;
  std::function<void(std::span<char>)> when_data;
  std::function<std::span<char>()> space;  // where it wants what comes
  std::function<void()> when_ended;
  std::function<void()> when_drained;

 private:
  void on_connected() noexcept override {
    ++connected;
    if (when_connected) when_connected();
  }
  std::span<char> receive_space() noexcept override {
    return space ? space() : std::span<char>();
  }
  void on_data(std::span<char> bytes) noexcept override {
    if (!tcp.reading()) paused_data = true;
    if (when_data) {
      when_data(bytes);
    } else {
      received.append(bytes.data(), bytes.size());
    }
  }
  void on_end() noexcept override {
    ++ended;
    if (when_ended) when_ended();
  }
  void on_drained() noexcept override {
    ++drained;
    if (when_drained) when_drained();
  }
  void on_closed() noexcept override {
    closed = true;
  }
};

class NetTest : public ::testing::Test {
 protected:
  NetTest() { std::signal(SIGPIPE, SIG_IGN); }
  ~NetTest() override {
    listeners.clear();
    for (const auto& peer : peers) peer->tcp.close();
    EXPECT_TRUE(until([&] { return std::ranges::all_of(peers, [](const auto& peer) { return peer->closed; }); }));
  }

  // Runs the loop until `done`, which is asked after every event; false when that takes too long.
  template <class Done>
  bool until(Done done) {
    bool late = false;
    net::Alarm alarm(loop.raw(), [&] { late = true; });
    alarm.set(std::chrono::seconds(20));
    loop.bind_to_thread();
    loop.end_turn();
    while (!done() && !late) uv_run(loop.raw(), UV_RUN_ONCE);
    return !late;
  }
  // Lets the loop take in what has come, so many times.
  void turns(int count) {
    loop.bind_to_thread();
    loop.end_turn();
    for (int turn = 0; turn < count; ++turn) uv_run(loop.raw(), UV_RUN_NOWAIT);
  }

  Peer& make_peer() {
    peers.push_back(std::make_unique<Peer>(loop));
    return *peers.back();
  }

  // Listens on a free port, which it gives. Each connection becomes a peer that `on_accept` gets to see first.
  std::uint16_t listen(const net::TlsContext* tls = nullptr, std::function<void(Peer&)> on_accept = {},
                       const std::string& host = "127.0.0.1", std::uint16_t port = 0) {
    const auto socket = net::listen_tcp(host, port, net::PortSharing::Exclusive);
    EXPECT_EQ(socket.message, "");
    if (socket.fd >= 0) listen_on(socket.fd, tls, std::move(on_accept));
    return socket.port;
  }
  void listen_on(int fd, const net::TlsContext* tls, std::function<void(Peer&)> on_accept) {
    listeners.push_back(std::make_unique<net::Listener>(loop, fd, [this, tls, on_accept](uv_stream_s* stream) {
      Peer& peer = make_peer();
      server = &peer;
      if (on_accept) on_accept(peer);
      (void)peer.tcp.accept(stream, tls);
    }));
  }

  // A connection to the port, begun.
  Peer& connect(std::uint16_t port, const net::TlsContext* tls = nullptr) {
    Peer& peer = make_peer();
    peer.tcp.connect({.host = "127.0.0.1", .port = port, .tls = tls});
    return peer;
  }

  net::Loop loop;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::vector<std::unique_ptr<Peer>> peers;
  Peer* server = nullptr;  // what was accepted last
};

// Bytes that do not repeat soon.
inline std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 12345;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace folio::test
