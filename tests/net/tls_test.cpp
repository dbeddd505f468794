// TcpConnection under TLS where the peer, or somebody in between, does not do as it should.
#include "net/tcp.hpp"
#include "net_test.hpp"
#include "raw_tls.hpp"

using folio::test::client_context;
using folio::test::pattern;
using folio::test::Peer;
using folio::test::RawTls;
using folio::test::server_context;

namespace {

class TlsTest : public folio::test::NetTest {
 protected:
  // A client in clear on a server's TLS port.
  Peer& connect_clear() {
    Peer& client = connect(listen(&server_context()));
    EXPECT_TRUE(until([&] { return client.connected == 1 && server != nullptr; }));
    return client;
  }
  // OpenSSL itself as the client, by way of a connection in clear.
  Peer& connect_raw(RawTls& raw) {
    Peer& client = connect_clear();
    client.when_data = [this, &client, &raw](std::span<char> bytes) {
      wire.append(bytes.data(), bytes.size());
      client.tcp.output().append(raw.exchange({bytes.data(), bytes.size()}));
    };
    client.tcp.output().append(raw.exchange({}));
    EXPECT_TRUE(until([&] { return raw.shaken() && !server->tcp.opening(); }));
    return client;
  }
  // Records of application data in what the raw client was sent.
  [[nodiscard]] std::vector<std::size_t> records() const {
    std::vector<std::size_t> sizes;
    for (std::size_t at = 0; at + 5 <= wire.size();) {
      const auto size = static_cast<std::size_t>(static_cast<unsigned char>(wire[at + 3])) << 8 |
                        static_cast<unsigned char>(wire[at + 4]);
      if (wire[at] == 23) sizes.push_back(size);
      at += 5 + size;
    }
    return sizes;
  }
  std::string wire;
};

TEST_F(TlsTest, NamesTheHostInTheCertificateWhateverTheAddress) {
  const auto identity = folio::net::make_self_signed({.names = {"example.com"}});
  const auto served =
      folio::net::TlsContext::server({.certificate_pem = identity.certificate_pem, .key_pem = identity.key_pem});
  const auto trusting = folio::net::TlsContext::client({.authorities_pem = identity.certificate_pem});
  const auto port = listen(served.context.get());
  Peer& good = make_peer();
  good.tcp.connect({.host = "example.com", .port = port, .tls = trusting.context.get(), .addresses = {"127.0.0.1"}});
  ASSERT_TRUE(until([&] { return good.connected == 1 || good.closed; }));
  EXPECT_EQ(good.tcp.failure(), "");
  Peer& wrong = make_peer();
  wrong.tcp.connect({.host = "example.org", .port = port, .tls = trusting.context.get(), .addresses = {"127.0.0.1"}});
  ASSERT_TRUE(until([&] { return wrong.closed && server->closed; }));
  EXPECT_EQ(wrong.connected, 0);
  EXPECT_EQ(wrong.tcp.failure(), "cannot connect to example.org:" + std::to_string(port) +
                                     ": the TLS handshake failed: certificate verify failed: hostname mismatch");
  EXPECT_EQ(server->tcp.failure(), "the TLS handshake failed: the peer refused with the alert \"bad certificate\"");
}

TEST_F(TlsTest, SaysWhyAServerIsNotTrusted) {
  const auto other = folio::net::make_self_signed();
  const auto served =
      folio::net::TlsContext::server({.certificate_pem = other.certificate_pem, .key_pem = other.key_pem});
  Peer& client = connect(listen(served.context.get()), &client_context());
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_TRUE(client.tcp.failure().ends_with("certificate verify failed: self-signed certificate"))
      << client.tcp.failure();
}

TEST_F(TlsTest, ResumesWithAnotherConnection) {
  SSL_CTX* context = RawTls::client_context();
  SSL_CTX_up_ref(context);
  RawTls first(context);
  Peer& client = connect_raw(first);
  ASSERT_TRUE(until([&] { return SSL_SESSION_is_resumable(SSL_get0_session(first.ssl)) == 1; }));
  client.tcp.output().append(first.end());
  RawTls second(context);
  SSL_set_session(second.ssl, SSL_get0_session(first.ssl));
  connect_raw(second);
  EXPECT_EQ(SSL_session_reused(second.ssl), 1);
}

// --- in the handshake ---

TEST_F(TlsTest, RefusesGarbage) {
  Peer& client = connect_clear();
  client.tcp.output().append(std::string(100, '\x7f'));
  ASSERT_TRUE(until([&] { return server->closed && client.ended == 1; }));
  EXPECT_EQ(server->tcp.failure(), "the TLS handshake failed: the peer does not speak TLS (wrong version number)");
  EXPECT_EQ(server->received, "");
}

TEST_F(TlsTest, RefusesABrokenClientHelloWithAnAlert) {
  Peer& client = connect_clear();
  client.tcp.output().append(std::string_view("\x16\x03\x01\x00\x08\x01\x00\x00\x04zzzz", 13));
  ASSERT_TRUE(until([&] { return server->closed && client.ended == 1; }));
  EXPECT_TRUE(server->tcp.failure().starts_with("the TLS handshake failed: ")) << server->tcp.failure();
  ASSERT_FALSE(client.received.empty());
  EXPECT_EQ(client.received.front(), 21);  // RFC 8446 §5.1: alert
}

TEST_F(TlsTest, ToAServerInClearSaysSo) {
  Peer& client = connect(listen(nullptr, [](Peer& peer) { peer.tcp.output().append("HTTP/1.1 400 Bad Request\r\n"); }),
                         &client_context());
  ASSERT_TRUE(until([&] { return client.closed; }));
  EXPECT_TRUE(
      client.tcp.failure().ends_with(": the TLS handshake failed: the peer does not speak TLS (wrong version "
                                     "number)"))
      << client.tcp.failure();
}

TEST_F(TlsTest, KnowsThatItIsInTheHandshake) {
  Peer& client = connect_clear();
  EXPECT_TRUE(server->tcp.handshaking());
  EXPECT_TRUE(server->tcp.opening());
  EXPECT_FALSE(server->tcp.reading());
  EXPECT_FALSE(client.tcp.handshaking());
  // What an owner does whose patience is at its end. Nobody is there to read an answer.
  server->tcp.output().append("408");
  server->tcp.finish();
  ASSERT_TRUE(until([&] { return server->closed && client.ended == 1; }));
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(server->tcp.failure(), "");
}

TEST_F(TlsTest, IsResetInTheHandshake) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_clear();
  client.tcp.output().append(std::string_view(raw.exchange({})).substr(0, 50));
  turns(2);
  client.tcp.reset();
  ASSERT_TRUE(until([&] { return server->closed; }));
  EXPECT_EQ(server->tcp.failure(), "connection reset by peer");
}

TEST_F(TlsTest, IsEndedInTheHandshake) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_clear();
  client.tcp.output().append(std::string_view(raw.exchange({})).substr(0, 50));
  client.tcp.finish();
  ASSERT_TRUE(until([&] { return server->closed; }));
  EXPECT_EQ(server->tcp.failure(), "the peer ended the connection during the TLS handshake");
  EXPECT_EQ(server->ended, 0);
}

TEST_F(TlsTest, ClientIsLeftInTheHandshake) {
  for (const bool reset : {false, true}) {
    const auto port = listen(nullptr, [&](Peer& peer) {
      peer.when_data = [&, reset](std::span<char>) { reset ? peer.tcp.reset() : peer.tcp.close(); };
    });
    Peer& client = connect(port, &client_context());
    ASSERT_TRUE(until([&] { return client.closed; }));
    EXPECT_EQ(client.connected, 0);
    EXPECT_TRUE(client.tcp.failure().starts_with("cannot connect to 127.0.0.1:")) << client.tcp.failure();
  }
}

TEST_F(TlsTest, HoldsBackWhatComesWithTheEndOfTheHandshake) {
  Peer& client = connect(listen(&server_context()), &client_context());
  client.tcp.output().append("early");
  client.when_connected = [&] {
    client.tcp.flush();  // the last flight, the bytes and the end in one go
    client.tcp.finish();
  };
  ASSERT_TRUE(until([&] { return server != nullptr; }));
  server->tcp.pause_reading();
  ASSERT_TRUE(until([&] { return !server->tcp.opening(); }));
  turns(3);
  EXPECT_EQ(server->received, "");
  EXPECT_EQ(server->ended, 0);
  server->tcp.resume_reading();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  EXPECT_EQ(server->received, "early");
  EXPECT_FALSE(server->paused_data);
  EXPECT_FALSE(server->tcp.truncated());
}

// --- records ---

TEST_F(TlsTest, TakesRecordsByteByByte) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_raw(raw);
  const std::string bytes = raw.send("one") + raw.send(pattern(200)) + raw.end();
  for (const char byte : bytes) {
    client.tcp.output().append(byte);
    client.tcp.flush();
    turns(1);
  }
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  EXPECT_EQ(server->received, "one" + pattern(200));
  EXPECT_FALSE(server->tcp.truncated());
}

TEST_F(TlsTest, PutsTheWritesOfATurnIntoOneRecord) {
  RawTls raw(RawTls::client_context());
  connect_raw(raw);
  turns(2);
  wire.clear();
  std::size_t total = 0;
  for (int i = 0; i < 100; ++i) {
    server->tcp.output().append("small ");
    server->tcp.write(std::make_shared<const std::string>(i % 10 == 0 ? 600 : 6, 'x'));
    total += 6U + (i % 10 == 0 ? 600U : 6U);
  }
  ASSERT_TRUE(until([&] { return raw.received.size() == total; }));
  EXPECT_EQ(records().size(), 1U);
}

TEST_F(TlsTest, FillsItsRecords) {
  RawTls raw(RawTls::client_context());
  connect_raw(raw);
  turns(2);
  wire.clear();
  server->tcp.output().append("head");
  server->tcp.write(std::make_shared<const std::string>(pattern(100'000)));
  ASSERT_TRUE(until([&] { return raw.received.size() == 100'004; }));
  EXPECT_EQ(records().size(), 7U);
  EXPECT_EQ(raw.received, "head" + pattern(100'000));
}

TEST_F(TlsTest, ChangesKeysInTheMiddleOfATransfer) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_raw(raw);
  const auto large = std::make_shared<const std::string>(pattern(4'000'000));
  server->tcp.write(large);
  server->tcp.flush();
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(SSL_key_update(raw.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    client.tcp.output().append(raw.send("new keys "));
    turns(1);
  }
  ASSERT_TRUE(until([&] { return raw.received.size() == large->size() && server->received.size() == 180; }));
  EXPECT_TRUE(raw.received == *large);
  EXPECT_EQ(server->tcp.failure(), "");
}

TEST_F(TlsTest, KnowsThatTheEndWasCutOff) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_raw(raw);
  client.tcp.output().append(raw.send("to be contin"));
  client.tcp.finish();
  ASSERT_TRUE(until([&] { return server->ended == 1; }));
  EXPECT_EQ(server->received, "to be contin");
  EXPECT_TRUE(server->tcp.truncated());
  EXPECT_EQ(server->tcp.failure(), "");
}

TEST_F(TlsTest, FailsOnAChangedRecord) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_raw(raw);
  std::string bytes = raw.send("good");
  const std::string changed = raw.send("changed");
  bytes += changed;
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  client.tcp.output().append(bytes);
  ASSERT_TRUE(until([&] { return server->closed && client.ended == 1; }));
  EXPECT_EQ(server->received, "good");
  EXPECT_EQ(server->tcp.failure(), "TLS failed: decryption failed or bad record mac");
  EXPECT_EQ(raw.error, "sslv3 alert bad record mac");
}

TEST_F(TlsTest, IsResetInTheMiddleOfARecord) {
  RawTls raw(RawTls::client_context());
  Peer& client = connect_raw(raw);
  const auto bytes = raw.send(pattern(1000));
  client.tcp.output().append(std::string_view(bytes).substr(0, 500));
  turns(2);
  client.tcp.reset();
  ASSERT_TRUE(until([&] { return server->closed; }));
  EXPECT_EQ(server->tcp.failure(), "connection reset by peer");
  EXPECT_EQ(server->received, "");
}

}  // namespace
