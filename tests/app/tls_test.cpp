// TLS of a whole server: what clients of different minds agree upon with it, and what it makes of those that do not mean
// well.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "app/tls_client.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_tls {

namespace who {
using namespace folio::absent;
using namespace folio;
std::string GET(const Request& request) {
  std::string text = std::string(request.scheme()) + " " + std::string(request.remote_address());
  if (const ClientCertificate* client = request.client_certificate()) {
    text += " " + client->subject + " " + client->common_name + " " + client->serial;
    for (const auto* names : {&client->dns_names, &client->email_addresses, &client->uris}) {
      for (const auto& name : *names) text += " " + name;
    }
  }
  return text;
}
FOLIO_TEST_FILE("who.cpp")
FOLIO_ROUTE_UNIT
}  // namespace who

namespace cookie {
using namespace folio::absent;
using namespace folio;
Response GET() {
  return Response::text("").cookie("a", "1").cookie("b", "2", {.secure = false});
}
FOLIO_TEST_FILE("cookie.cpp")
FOLIO_ROUTE_UNIT
}  // namespace cookie

namespace socket {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "a page";
}
Task<> WS(WebSocket ws) {
  const std::string scheme(ws.request().scheme());
  while (auto message = co_await ws.next()) {
    if (const auto* text = message->text()) co_await ws.send(scheme + " " + std::string(*text));
  }
}
FOLIO_TEST_FILE("socket.cpp")
FOLIO_ROUTE_UNIT
}  // namespace socket

namespace slow {
using namespace folio::absent;
using namespace folio;
Task<std::string> GET(QueryParam<"ms", int> ms) {
  co_await sleep_for(std::chrono::milliseconds(*ms));
  co_return "slept";
}
FOLIO_TEST_FILE("slow.cpp")
FOLIO_ROUTE_UNIT
}  // namespace slow

}  // namespace test_tls

namespace {

using namespace folio::test;
namespace fs = std::filesystem;
using folio::RouteUnit;
using folio::net::make_self_signed;
using folio::net::SelfSigned;

std::vector<const RouteUnit*> units() {
  return {&test_tls::who::folio_unit, &test_tls::cookie::folio_unit, &test_tls::socket::folio_unit,
          &test_tls::slow::folio_unit};
}

folio::net::TlsIdentity identity_of(const SelfSigned& made) {
  folio::net::TlsIdentity identity;
  identity.certificate_pem = made.certificate_pem;
  identity.key_pem = made.key_pem;
  return identity;
}

const SelfSigned& localhost() {
  static const SelfSigned made = make_self_signed();
  return made;
}

folio::app::Config config_for(unsigned threads = 1) {
  folio::app::Config config;
  config.threads = threads;
  config.tls.identities = {identity_of(localhost())};
  return config;
}

struct Session {
  explicit Session(TlsClient& client) : session(client.session()) {}
  ~Session() { SSL_SESSION_free(session); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  SSL_SESSION* session;
};

TEST(TlsServer, AnswersByBothVersionsAndKnowsTheScheme) {
  TestServer server(units(), config_for());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.max_version = version});
    EXPECT_EQ(client.error, "");
    EXPECT_EQ(SSL_version(client.ssl), version);
    EXPECT_EQ(client.get("/who").body, "https 127.0.0.1");
    EXPECT_EQ(client.get("/who").status, 200);
  }
  TestServer clear(units());
  EXPECT_EQ(Client(clear.port()).get("/who").body, "http 127.0.0.1");
}

TEST(TlsServer, RefusesOldVersions) {
  TestServer server(units(), config_for());
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient client(server.port(), {.max_version = version});
    EXPECT_FALSE(client.open);
    EXPECT_EQ(client.error, "tlsv1 alert protocol version");
  }
}

TEST(TlsServer, ClosesForHttpInClearAndForGarbage) {
  TestServer server(units(), config_for());
  for (const char* bytes : {"GET /who HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\xff\xff garbage that is no record", "\r\n\r\n\r\n"}) {
    Client client(server.port());
    client.send(bytes);
    client.end();
    EXPECT_EQ(client.read_all().find("HTTP"), std::string::npos);
  }
  EXPECT_EQ(TlsClient(server.port()).get("/who").status, 200);
}

TEST(Rfc7301_3_2, ChoosesHttp11) {
  TestServer server(units(), config_for());
  for (const std::string& offer : {std::string("\x02h2\x08http/1.1"), std::string("\x08http/1.1\x02h2")}) {
    TlsClient client(server.port(), {.alpn = offer});
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client.ssl, &chosen, &size);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
  }
  TlsClient other(server.port(), {.alpn = "\x02h2\x06spdy/3"});
  EXPECT_EQ(other.error, "tlsv1 alert no application protocol");
  TlsClient none(server.port(), {.alpn = ""});
  EXPECT_EQ(none.get("/who").status, 200);
}

TEST(Rfc6066_3, ShowsTheCertificateOfTheNamedHost) {
  const auto exact = make_self_signed({.names = {"www.example.com"}});
  const auto wild = make_self_signed({.names = {"*.example.com", "example.com"}});
  auto config = config_for();
  config.tls.identities.push_back(identity_of(exact));
  config.tls.identities.push_back(identity_of(wild));
  TestServer server(units(), std::move(config));
  const auto shown = [&](const std::string& host) {
    TlsClient client(server.port(), {.host = host});
    EXPECT_EQ(client.get("/who").status, 200) << host;
    return client.shown_name();
  };
  EXPECT_EQ(shown("localhost"), "localhost");
  EXPECT_EQ(shown("www.example.com"), "www.example.com");
  EXPECT_EQ(shown("WWW.Example.COM"), "www.example.com");
  EXPECT_EQ(shown("api.example.com"), "*.example.com");
  EXPECT_EQ(shown("example.com"), "*.example.com");
  // The first is for whoever is not known.
  EXPECT_EQ(shown("a.b.example.com"), "localhost");
  EXPECT_EQ(shown("example.org"), "localhost");
  EXPECT_EQ(shown(""), "localhost");
}

// --- resumption ---

class Rfc8446_2_2_Resumption : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Versions, Rfc8446_2_2_Resumption, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(Rfc8446_2_2_Resumption, WorksOnEveryLoop) {
  TestServer server(units(), config_for(4));
  TlsClient first(server.port(), {.max_version = GetParam()});
  EXPECT_EQ(first.get("/who").status, 200);
  EXPECT_FALSE(first.resumed());
  const Session session(first);
  for (int i = 0; i < 16; ++i) {
    TlsClient again(server.port(), {.max_version = GetParam(), .session = session.session});
    EXPECT_TRUE(again.resumed()) << i;
    EXPECT_EQ(again.get("/who").status, 200);
  }
}

// RFC 8446 §C.4: "Clients SHOULD NOT reuse a ticket for multiple connections"; so a connection that resumes is given
// another one.
TEST(Rfc8446_C_4, GivesANewTicketWithEachConnection) {
  TestServer server(units(), config_for());
  const auto ticket_of = [](const Session& session) {
    const unsigned char* bytes = nullptr;
    std::size_t size = 0;
    SSL_SESSION_get0_ticket(session.session, &bytes, &size);
    return std::string(reinterpret_cast<const char*>(bytes), size);
  };
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < 4; ++i) {
    SSL_SESSION* const before = sessions.empty() ? nullptr : sessions.back()->session;
    TlsClient client(server.port(), {.max_version = TLS1_3_VERSION, .session = before});
    EXPECT_EQ(client.get("/who").status, 200);
    EXPECT_EQ(client.resumed(), i != 0);
    sessions.push_back(std::make_unique<Session>(client));
    if (i != 0) EXPECT_NE(ticket_of(*sessions[sessions.size() - 1]), ticket_of(*sessions[sessions.size() - 2])) << i;
  }
}

TEST_P(Rfc8446_2_2_Resumption, SurvivesAReload) {
  TestServer server(units(), config_for());
  TlsClient first(server.port(), {.max_version = GetParam()});
  EXPECT_EQ(first.get("/who").status, 200);
  const Session session(first);
  server.server().main_loop().inbox()->post([&] { server.server().reload_certificates(); });
  // What was begun before the reload goes on after it.
  EXPECT_EQ(first.get("/who").status, 200);
  TlsClient again(server.port(), {.max_version = GetParam(), .session = session.session});
  EXPECT_TRUE(again.resumed());
}

TEST_P(Rfc8446_2_2_Resumption, IsRefusedForAnotherCertificate) {
  auto config = config_for();
  config.tls.identities.push_back(identity_of(make_self_signed({.names = {"example.com"}})));
  TestServer server(units(), std::move(config));
  TlsClient first(server.port(), {.max_version = GetParam()});
  EXPECT_EQ(first.get("/who").status, 200);
  const Session session(first);
  TlsClient other(server.port(), {.host = "example.com", .max_version = GetParam(), .session = session.session});
  EXPECT_FALSE(other.resumed());
  EXPECT_EQ(other.shown_name(), "example.com");
  EXPECT_EQ(other.get("/who").status, 200);
}

TEST_P(Rfc8446_2_2_Resumption, IsRefusedByAnotherServer) {
  TestServer one(units(), config_for());
  TestServer two(units(), config_for());
  TlsClient first(one.port(), {.max_version = GetParam()});
  EXPECT_EQ(first.get("/who").status, 200);
  const Session session(first);
  TlsClient other(two.port(), {.max_version = GetParam(), .session = session.session});
  EXPECT_FALSE(other.resumed());
  EXPECT_EQ(other.get("/who").status, 200);
}

// --- certificates in files ---

class TlsFiles : public ::testing::Test {
 protected:
  TlsFiles() {
    std::string name = fs::temp_directory_path() / "folio-tls-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~TlsFiles() override { fs::remove_all(folder); }
  // Replaces it in one step, as tools for certificates do.
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder / (name + ".new")) << text;
    fs::rename(folder / (name + ".new"), folder / name);
    return folder / name;
  }
  folio::app::Config config_with(const SelfSigned& made) {
    folio::app::Config config;
    folio::net::TlsIdentity identity;
    identity.certificate_file = write("a.pem", made.certificate_pem);
    identity.key_file = write("a.key", made.key_pem);
    config.tls.identities = {identity};
    config.tls.check_interval = 1;
    return config;
  }
  // What a new connection is shown, once that is `wanted`; or what it is still after a long time.
  static std::string shown(TestServer& server, const std::string& wanted) {
    std::string name;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    do {
      TlsClient client(server.port());
      EXPECT_EQ(client.get("/who").status, 200) << client.error;
      name = client.shown_name();
    } while (name != wanted && std::chrono::steady_clock::now() < deadline);
    return name;
  }
  fs::path folder;
};

TEST_F(TlsFiles, AreReadAgainWhenTheyChange) {
  TestServer server(units(), config_with(make_self_signed({.names = {"old.example"}})));
  TlsClient before(server.port());
  EXPECT_EQ(before.get("/who").status, 200);
  EXPECT_EQ(before.shown_name(), "old.example");
  const auto renewed = make_self_signed({.names = {"new.example"}});
  write("a.key", renewed.key_pem);
  write("a.pem", renewed.certificate_pem);
  EXPECT_EQ(shown(server, "new.example"), "new.example");
  EXPECT_EQ(before.get("/who").status, 200);
}

TEST_F(TlsFiles, StayAsTheyWereWhenTheNewOnesCannotBeUsed) {
  TestServer server(units(), config_with(make_self_signed({.names = {"old.example"}})));
  const auto reload = [&] {
    // Only when it has been done does the answer come.
    std::promise<void> done;
    server.server().main_loop().inbox()->post([&] {
      server.server().reload_certificates();
      done.set_value();
    });
    done.get_future().wait();
  };
  const auto renewed = make_self_signed({.names = {"new.example"}});
  write("a.pem", renewed.certificate_pem);  // with the old key
  reload();
  EXPECT_EQ(shown(server, "old.example"), "old.example");
  write("a.pem", "nonsense");
  reload();
  EXPECT_EQ(shown(server, "old.example"), "old.example");
  fs::remove(folder / "a.pem");
  reload();
  EXPECT_EQ(shown(server, "old.example"), "old.example");
  write("a.key", renewed.key_pem);
  write("a.pem", renewed.certificate_pem);
  EXPECT_EQ(shown(server, "new.example"), "new.example");
}

TEST_F(TlsFiles, ThatAreWrongAtTheStartAreNamed) {
  auto config = config_with(localhost());
  config.host = "127.0.0.1";
  config.port = 0;
  config.tls.identities[0].key_file = write("b.key", make_self_signed().key_pem);
  folio::app::Server server(std::move(config));
  const auto listening = server.listen();
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().message(), "the private key " + (folder / "b.key").string() +
                                             " does not belong to the certificate " + (folder / "a.pem").string() +
                                             ": give the key that the certificate was made with");
}

// --- clients' certificates ---

class TlsClientCertificates : public TlsFiles {
 protected:
  folio::app::Config config_asking(folio::net::ClientCheck check) {
    auto config = config_for();
    config.tls.client_check = check;
    config.tls.client_authorities = write("clients.pem", alice.certificate_pem);
    return config;
  }
  const SelfSigned alice =
      make_client_identity("alice", "DNS:alice.example,email:alice@example.com,URI:spiffe://example.com/alice");
  const SelfSigned mallory = make_client_identity("alice", "DNS:alice.example");
};

TEST_F(TlsClientCertificates, AreDemanded) {
  TestServer server(units(), config_asking(folio::net::ClientCheck::Required));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), {.max_version = version, .identity = &alice});
    EXPECT_EQ(client.get("/who").body,
              "https 127.0.0.1 CN=alice,O=Example alice 0ABC alice.example alice@example.com spiffe://example.com/alice");
    // The session brings the certificate along.
    const Session session(client);
    TlsClient again(server.port(), {.max_version = version, .session = session.session});
    EXPECT_TRUE(again.resumed());
    EXPECT_TRUE(again.get("/who").body.starts_with("https 127.0.0.1 CN=alice,O=Example"));

    TlsClient nobody(server.port(), {.max_version = version});
    EXPECT_EQ(nobody.get("/who").status, 0);
    EXPECT_TRUE(nobody.error == "tlsv13 alert certificate required" || nobody.error == "sslv3 alert handshake failure")
        << nobody.error;
    TlsClient stranger(server.port(), {.max_version = version, .identity = &mallory});
    EXPECT_EQ(stranger.get("/who").status, 0);
  }
}

TEST_F(TlsClientCertificates, MayBeLeftOutWhereThatIsAllowed) {
  TestServer server(units(), config_asking(folio::net::ClientCheck::Optional));
  EXPECT_EQ(TlsClient(server.port()).get("/who").body, "https 127.0.0.1");
  TlsClient known(server.port(), {.identity = &alice});
  EXPECT_TRUE(known.get("/who").body.starts_with("https 127.0.0.1 CN=alice,O=Example"));
  TlsClient stranger(server.port(), {.identity = &mallory});
  EXPECT_EQ(stranger.get("/who").status, 0);
}

TEST_F(TlsClientCertificates, AreNotAskedForOtherwise) {
  TestServer server(units(), config_for());
  TlsClient client(server.port(), {.identity = &alice});
  EXPECT_EQ(client.get("/who").body, "https 127.0.0.1");
}

// --- clients that dawdle ---

TEST(TlsHandshake, HasADeadline) {
  auto config = config_for();
  config.tls.handshake_timeout = 1;
  TestServer server(units(), std::move(config));
  Client silent(server.port());
  Client half(server.port());
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  TlsClient good(server.port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(half.read_all(), "");
  // Who is through has the time of a connection that is kept alive.
  EXPECT_EQ(good.get("/who").status, 200);
}

TEST(TlsHandshake, PastTheLimitTheOldestGoes) {
  auto config = config_for();
  config.tls.max_handshakes = 2;
  TestServer server(units(), std::move(config));
  TlsClient before(server.port());
  EXPECT_EQ(before.get("/who").status, 200);
  Client first(server.port());
  Client second(server.port());
  Client third(server.port());
  EXPECT_EQ(first.read_all(), "");
  TlsClient good(server.port());
  EXPECT_EQ(good.get("/who").status, 200);
  EXPECT_EQ(second.read_all(), "");
  EXPECT_EQ(before.get("/who").status, 200);
  // The third is still there.
  char byte = 0;
  EXPECT_EQ(::recv(third.fd(), &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN);
}

// --- what else https changes ---

TEST(Https, MakesCookiesSecureUnlessTheHandlerDecided) {
  TestServer server(units(), config_for());
  const auto cookies = [](const std::string& head) {
    std::string found;
    for (std::size_t at = 0; (at = head.find("Set-Cookie: ", at)) != std::string::npos;) {
      const std::size_t end = head.find("\r\n", at);
      found += head.substr(at + 12, end - at - 12) + "|";
      at = end;
    }
    return found;
  };
  EXPECT_EQ(cookies(TlsClient(server.port()).get("/cookie").head),
            "a=1; Path=/; SameSite=Lax; HttpOnly; Secure|b=2; Path=/; SameSite=Lax; HttpOnly|");
  TestServer clear(units());
  EXPECT_EQ(cookies(Client(clear.port()).get("/cookie").head),
            "a=1; Path=/; SameSite=Lax; HttpOnly|b=2; Path=/; SameSite=Lax; HttpOnly|");
}

TEST(Https, AllowsSocketsToPagesThatCameByIt) {
  TestServer server(units(), config_for());
  const auto upgrade = [&](const std::string& origin) {
    TlsClient client(server.port());
    return client
        .get("/socket", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: " + origin + "\r\n")
        .status;
  };
  EXPECT_EQ(upgrade("https://localhost"), 101);
  EXPECT_EQ(upgrade("https://localhost:443"), 101);
  EXPECT_EQ(upgrade("http://localhost"), 403);
  EXPECT_EQ(upgrade("https://example.com"), 403);
}

}  // namespace
