// TlsSession without a socket: against itself, and against OpenSSL in moods that ours never has.
#include "net/tls_session.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "net_test.hpp"
#include "raw_tls.hpp"

using folio::net::SelfSigned;
using folio::net::TlsContext;
using folio::net::TlsSession;
using folio::test::certificate;
using folio::test::pattern;
using folio::test::RawTls;
using State = TlsSession::State;

namespace {

// A session with the plaintext that it gave.
struct Side {
  Side(const TlsContext& context, std::string_view host) : session(context, host) {}

  // Takes `bytes`, `step` of them at a time.
  void receive(std::string_view bytes, std::size_t step = std::string_view::npos) {
    while (!bytes.empty()) {
      const auto part = bytes.substr(0, step);
      std::string plaintext(TlsSession::plaintext_room(part.size()), '\0');
      received.append(plaintext, 0, session.receive(part, plaintext));
      bytes.remove_prefix(part.size());
    }
  }
  std::string take() {
    std::string bytes(session.output().view());
    session.output().clear();
    return bytes;
  }

  TlsSession session;
  std::string received;
};

const TlsContext& trusting_client() {
  return folio::test::client_context();
}

class Pair {
 public:
  explicit Pair(const TlsContext& context = trusting_client(), std::string_view host = "localhost",
                const TlsContext& server_context = folio::test::server_context())
      : client(context, host), server(server_context, {}) {
    client.session.start();
  }
  // Carries bytes both ways until both are silent.
  void carry(std::size_t step = std::string_view::npos) {
    while (true) {
      const auto up = client.take();
      server.receive(up, step);
      const auto down = server.take();
      client.receive(down, step);
      if (up.empty() && down.empty()) return;
    }
  }
  Side client;
  Side server;
};

std::unique_ptr<TlsContext> client_of(folio::net::TlsClientOptions options) {
  auto setup = TlsContext::client(options);
  EXPECT_EQ(setup.message, "");
  return std::move(setup.context);
}

std::unique_ptr<TlsContext> server_of(const SelfSigned& identity) {
  auto setup = TlsContext::server({.certificate_pem = identity.certificate_pem, .key_pem = identity.key_pem});
  EXPECT_EQ(setup.message, "");
  return std::move(setup.context);
}

// Why a client that trusts `identity` does not like it for `host`; empty when it does.
std::string verdict(const SelfSigned& identity, std::string_view host) {
  const auto client = client_of({.authorities_pem = identity.certificate_pem});
  const auto server = server_of(identity);
  Pair pair(*client, host, *server);
  pair.carry();
  EXPECT_EQ(pair.client.session.state() == State::Open, pair.client.session.failure().empty());
  return pair.client.session.failure();
}

// A raw peer's conversation with one of our sessions, until both are silent.
void carry(RawTls& raw, Side& ours) {
  std::string up = raw.exchange({});
  while (true) {
    ours.receive(up);
    const auto down = ours.take();
    if (down.empty() && up.empty()) return;
    up = raw.exchange(down);
  }
}

class TlsSplits : public ::testing::TestWithParam<std::size_t> {};

TEST_P(TlsSplits, WholeConversation) {
  Pair pair;
  pair.carry(GetParam());
  ASSERT_EQ(pair.client.session.state(), State::Open);
  ASSERT_EQ(pair.server.session.state(), State::Open);
  const auto large = pattern(TlsSession::record_size);
  pair.client.session.send("a question");
  pair.client.session.send(large);
  pair.carry(GetParam());
  EXPECT_EQ(pair.server.received, "a question" + large);
  pair.server.session.send("an answer");
  pair.server.session.end();
  pair.carry(GetParam());
  EXPECT_EQ(pair.client.received, "an answer");
  EXPECT_EQ(pair.client.session.state(), State::PeerEnded);
  // RFC 8446 §6.1: the peer's end is not ours.
  pair.client.session.send("an afterthought");
  pair.client.session.end();
  pair.carry(GetParam());
  EXPECT_TRUE(pair.server.received.ends_with("an afterthought"));
  EXPECT_EQ(pair.server.session.state(), State::PeerEnded);
}

INSTANTIATE_TEST_SUITE_P(ByteByByteAndWhole, TlsSplits, ::testing::Values(1, 7, 1400, std::string::npos));

TEST(TlsSession, GivesAllThatOneReadBrings) {
  Pair pair;
  pair.carry();
  const auto bytes = pattern(6 * TlsSession::record_size);
  for (std::size_t at = 0; at < bytes.size(); at += TlsSession::record_size) {
    pair.client.session.send(std::string_view(bytes).substr(at, TlsSession::record_size));
  }
  // All but one byte of the first record, then as much as one read can bring.
  const auto wire = pair.client.take();
  const std::size_t first = TlsSession::record_size;
  const std::size_t full = folio::net::Loop::receive_size;
  pair.server.receive(wire.substr(0, first));
  EXPECT_EQ(pair.server.received, "");
  pair.server.receive(wire.substr(first, full));
  EXPECT_EQ(pair.server.received.size(), 4 * TlsSession::record_size);
  pair.server.receive(wire.substr(first + full));
  EXPECT_EQ(pair.server.received, bytes);
}

TEST(TlsSession, FailsOnAChangedRecordAndKeepsWhatCameBefore) {
  Pair pair;
  pair.carry();
  pair.client.session.send("good");
  pair.client.session.send("changed");
  auto wire = pair.client.take();
  wire.back() = static_cast<char>(wire.back() ^ 1);
  pair.server.receive(wire);
  EXPECT_EQ(pair.server.received, "good");
  EXPECT_EQ(pair.server.session.state(), State::Failed);
  EXPECT_EQ(pair.server.session.failure(), "decryption failed or bad record mac");
  pair.carry();
  EXPECT_EQ(pair.client.session.failure(), "the peer refused with the alert \"bad record mac\"");
}

TEST(TlsSession, FailsOnGarbage) {
  Side server(folio::test::server_context(), {});
  server.receive(std::string(64, '\x7f'));
  EXPECT_EQ(server.session.state(), State::Failed);
  EXPECT_EQ(server.session.failure(), "the peer does not speak TLS (wrong version number)");
}

TEST(TlsSession, KnowsPlainHttpOnEitherSide) {
  Side server(folio::test::server_context(), {});
  server.receive("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
  EXPECT_EQ(server.session.failure(), "the peer speaks HTTP without TLS");
  Side client(trusting_client(), "localhost");
  client.session.start();
  client.receive("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(client.session.failure(), "the peer does not speak TLS (wrong version number)");
}

// --- whom a client trusts ---

TEST(TlsVerification, AcceptsNamesAndAddressesOfTheCertificate) {
  for (const char* host : {"localhost", "LocalHost", "localhost.", "127.0.0.1", "::1", "[::1]"}) {
    EXPECT_EQ(verdict(certificate(), host), "") << host;
  }
  const auto wildcard = folio::net::make_self_signed({.names = {"*.example.com"}});
  EXPECT_EQ(verdict(wildcard, "a.example.com"), "");
  EXPECT_EQ(verdict(wildcard, "a.b.example.com"), "certificate verify failed: hostname mismatch");
}

TEST(TlsVerification, RefusesAnotherHost) {
  EXPECT_EQ(verdict(certificate(), "example.com"), "certificate verify failed: hostname mismatch");
  EXPECT_EQ(verdict(certificate(), "127.0.0.2"), "certificate verify failed: IP address mismatch");
  const auto address_as_name = folio::net::make_self_signed({.names = {"localhost"}});
  EXPECT_EQ(verdict(address_as_name, "127.0.0.1"), "certificate verify failed: IP address mismatch");
}

TEST(TlsVerification, NeverConnectsToNobodyInParticular) {
  Side client(trusting_client(), "");
  EXPECT_EQ(client.session.state(), State::Failed);
  EXPECT_EQ(client.session.failure(), "'' cannot be in a certificate");
}

TEST(TlsVerification, RefusesWhoIsNotTrusted) {
  const auto other = folio::net::make_self_signed();
  const auto server = server_of(other);
  Pair pair(trusting_client(), "localhost", *server);
  pair.carry();
  EXPECT_EQ(pair.client.session.failure(), "certificate verify failed: self-signed certificate");
  EXPECT_EQ(pair.server.session.state(), State::Failed);
  EXPECT_EQ(pair.server.session.failure(), "the peer refused with the alert \"unknown CA\"");
}

TEST(TlsVerification, BySystemAuthoritiesRefusesASelfSigned) {
  const auto client = client_of({});
  Pair pair(*client);
  pair.carry();
  EXPECT_EQ(pair.client.session.failure(), "certificate verify failed: self-signed certificate");
}

TEST(TlsVerification, RefusesWhatHasExpiredOrHasNotBegun) {
  using std::chrono::hours;
  EXPECT_EQ(verdict(folio::net::make_self_signed({.begins = hours(-48), .lasts = hours(24)}), "localhost"),
            "certificate verify failed: certificate has expired");
  EXPECT_EQ(verdict(folio::net::make_self_signed({.begins = hours(24)}), "localhost"),
            "certificate verify failed: certificate is not yet valid");
}

TEST(TlsVerification, CanBeTurnedOff) {
  const auto client = client_of({.peer_check = folio::net::PeerCheck::AcceptAnybodyInsecurely});
  Pair pair(*client, "example.com");
  pair.carry();
  EXPECT_EQ(pair.client.session.state(), State::Open);
}

// RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in "HostName"."
TEST(TlsVerification, NamesTheServerUnlessItIsAnAddress) {
  for (const bool name : {true, false}) {
    RawTls raw(RawTls::server_context(certificate()));
    Side client(trusting_client(), name ? "localhost." : "127.0.0.1");
    client.session.start();
    carry(raw, client);
    ASSERT_TRUE(raw.shaken());
    const char* sent = SSL_get_servername(raw.ssl, TLSEXT_NAMETYPE_host_name);
    EXPECT_EQ(sent == nullptr ? "" : std::string(sent), name ? "localhost" : "");
  }
}

// --- what a server speaks ---

TEST(TlsServer, RefusesVersionsBefore12) {
  RawTls raw(RawTls::client_context([](SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
    SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  }));
  Side server(folio::test::server_context(), {});
  carry(raw, server);
  EXPECT_EQ(server.session.failure(), "unsupported protocol");
  EXPECT_EQ(raw.error, "tlsv1 alert protocol version");
}

TEST(TlsServer, SpeaksBothVersionsAndForwardSecretCiphersOnly) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawTls raw(RawTls::client_context([&](SSL_CTX* context) {
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    }));
    Side server(folio::test::server_context(), {});
    carry(raw, server);
    EXPECT_TRUE(raw.shaken());
    EXPECT_EQ(server.session.state(), State::Open);
  }
  RawTls raw(RawTls::client_context([](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-SHA256:AES128-SHA");
  }));
  Side server(folio::test::server_context(), {});
  carry(raw, server);
  EXPECT_EQ(server.session.failure(), "no shared cipher");
}

TEST(TlsServer, ChoosesHttp11OrRefuses) {
  const auto talk = [](std::string_view offer) {
    RawTls raw(RawTls::client_context([&](SSL_CTX* context) {
      SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(offer.data()),
                              static_cast<unsigned>(offer.size()));
    }));
    Side server(folio::test::server_context(), {});
    carry(raw, server);
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(raw.ssl, &chosen, &size);
    return raw.shaken() ? std::string(reinterpret_cast<const char*>(chosen), size) : "refused: " + raw.error;
  };
  EXPECT_EQ(talk("\x02h2\x08http/1.1"), "http/1.1");
  EXPECT_EQ(talk(""), "");
  EXPECT_EQ(talk("\x02h2"), "refused: tlsv1 alert no application protocol");
}

TEST(TlsServer, ResumesByTickets) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX* context = RawTls::client_context([&](SSL_CTX* made) { SSL_CTX_set_max_proto_version(made, version); });
    SSL_CTX_up_ref(context);
    RawTls first(context);
    Side server(folio::test::server_context(), {});
    carry(first, server);
    ASSERT_TRUE(first.shaken());
    SSL_SESSION* session = SSL_get1_session(first.ssl);
    RawTls second(context);
    SSL_set_session(second.ssl, session);
    Side again(folio::test::server_context(), {});
    carry(second, again);
    EXPECT_TRUE(second.shaken());
    EXPECT_EQ(SSL_session_reused(second.ssl), 1) << version;
    SSL_SESSION_free(session);
    first.end();  // OpenSSL forgets the session of a connection that is freed without an end
  }
}

// RFC 8446 §4.6.3: "If the request_update field is set to "update_requested", then the receiver MUST send a KeyUpdate
// of its own with request_update set to "update_not_requested" prior to sending its next Application Data record."
TEST(TlsServer, AnswersARequestForNewKeys) {
  RawTls raw(RawTls::client_context());
  Side server(folio::test::server_context(), {});
  carry(raw, server);
  ASSERT_EQ(SSL_key_update(raw.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
  server.receive(raw.send("with new keys"));
  EXPECT_EQ(server.received, "with new keys");
  server.session.send("also with new keys");
  raw.exchange(server.take());
  EXPECT_EQ(raw.received, "also with new keys");
  EXPECT_EQ(raw.error, "");
}

TEST(TlsServer, KeepsFewAnswersForAPeerThatDoesNotRead) {
  RawTls raw(RawTls::client_context());
  Side server(folio::test::server_context(), {});
  carry(raw, server);
  std::size_t most = 0;
  for (int round = 0; round < 10'000 && server.session.state() == State::Open; ++round) {
    most = server.session.output().size();
    ASSERT_EQ(SSL_key_update(raw.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    server.receive(raw.send("x"));
  }
  EXPECT_EQ(server.session.failure(), "the peer asks for answers and does not read them");
  EXPECT_LE(most, TlsSession::max_replies);
}

TEST(TlsServer, RefusesRenegotiation) {
  RawTls raw(RawTls::client_context([](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); }));
  Side server(folio::test::server_context(), {});
  carry(raw, server);
  ASSERT_TRUE(raw.shaken());
  ASSERT_EQ(SSL_renegotiate(raw.ssl), 1);
  carry(raw, server);
  EXPECT_EQ(raw.error, "no renegotiation");
}

}  // namespace
