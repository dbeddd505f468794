// RFC 6455 §4.2: the opening handshake: what is accepted and how, and the status of every refusal.
#include "conformance/ws/handshake.hpp"

#include "conformance/ws/server.hpp"
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

struct HandshakeCase {
  std::string name;
  std::string section;
  std::string what;
  Handshake handshake;
  int status = 101;
  // Fields of the response. Without a value: it must not be there.
  std::vector<std::pair<std::string, std::optional<std::string>>> fields = {};
};

struct HandshakeTrial {
  std::shared_ptr<const HandshakeCase> attempt;
  Pace pace = Pace::Whole;
};

void PrintTo(const HandshakeTrial& trial, std::ostream* out) {
  *out << "RFC 6455 §" << trial.attempt->section << ": " << trial.attempt->what;
}

std::vector<HandshakeTrial> handshake_trials(std::vector<HandshakeCase> cases) {
  std::vector<HandshakeTrial> made;
  for (HandshakeCase& each : cases) {
    const auto shared = std::make_shared<const HandshakeCase>(std::move(each));
    for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) made.push_back({shared, pace});
  }
  return made;
}

std::string handshake_trial_name(const testing::TestParamInfo<HandshakeTrial>& info) {
  return info.param.attempt->name + "_" + std::string(pace_name(info.param.pace));
}

const std::vector<Step> greeting = {send(text("hello")), gets_text("hello")};

// RFC 6455 §4.2.2, step 5; RFC 9110 §8.6 and RFC 9112 §6.1: no Content-Length and no Transfer-Encoding with a 1xx.
void expect_switch(const HttpResponse& response) {
  EXPECT_EQ(response.field("upgrade"), "websocket");
  EXPECT_EQ(response.field("connection"), "Upgrade");
  EXPECT_EQ(response.count("sec-websocket-accept"), 1U);
  for (const std::string name : {"content-length", "transfer-encoding", "sec-websocket-version", "sec-websocket-key",
                                 "sec-websocket-protocol", "sec-websocket-extensions"}) {
    EXPECT_EQ(response.count(name), 0U) << name;
  }
}

class Opening : public testing::TestWithParam<HandshakeTrial> {};

TEST_P(Opening, Conforms) {
  const auto& [attempt, pace] = GetParam();
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(upgrade(attempt->handshake), pace)) << peer.wire().fault();
  const HttpResponse response = peer.response();
  ASSERT_EQ(response.status, attempt->status) << response.body << peer.wire().fault();
  for (const auto& [name, value] : attempt->fields) EXPECT_EQ(response.field(name), value) << name;
  if (response.status == 101) {
    expect_switch(response);
    return converse(peer, greeting, pace);
  }
  EXPECT_EQ(response.count("sec-websocket-accept"), 0U);
  if (response.field("connection") == "close") {
    EXPECT_TRUE(play(peer, ends_bare(), pace));
    return;
  }
  // A refusal is an ordinary response: the connection goes on behind it, and a right handshake may follow.
  ASSERT_TRUE(peer.wire().send(upgrade(), pace));
  ASSERT_EQ(peer.response().status, 101);
  converse(peer, greeting, pace);
}

std::string key(std::string_view value) {
  return "Sec-WebSocket-Key: " + std::string(value);
}
std::string version(std::string_view value) {
  return "Sec-WebSocket-Version: " + std::string(value);
}
std::string origin(std::string_view value) {
  return "Origin: " + std::string(value) + "\r\n";
}
std::string extensions(std::string_view value) {
  return "Sec-WebSocket-Extensions: " + std::string(value) + "\r\n";
}
std::string subprotocols(std::string_view value) {
  return "Sec-WebSocket-Protocol: " + std::string(value) + "\r\n";
}

std::vector<HandshakeCase> accepted_cases() {
  const auto accept = [](std::string value) {
    return std::vector<std::pair<std::string, std::optional<std::string>>>{{"sec-websocket-accept", std::move(value)}};
  };
  return {
      {"example", "1.3", "the handshake of the RFC", {}, 101, accept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")},
      {"key_2",
       "4.2.2",
       "the answer is a function of the key",
       {.key = key("x3JJHMbDL1EzLkh9GBhXDw==")},
       101,
       accept("HSmrc0sMlYUkAGmm5OPpG2HaGWk=")},
      {"key_of_zeros",
       "4.2.2",
       "any 16 bytes are a key",
       {.key = key("AAAAAAAAAAAAAAAAAAAAAA==")},
       101,
       accept("ICX+Yqv66kxgM0FcWaLWlFLwTAI=")},
      {"key_of_ones",
       "4.2.2",
       "any 16 bytes are a key",
       {.key = key("/////////////////////w==")},
       101,
       accept("XXpj4jYzLM2yUE0C7TIgMwTQh2g=")},
      {"key_with_space_around",
       "4.2.1",
       "white space around a value is none of it",
       {.key = "Sec-WebSocket-Key:  \t dGhlIHNhbXBsZSBub25jZQ==  "},
       101,
       accept("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")},
      {"names_in_lower_case",
       "4.2.1",
       "names of fields have no case",
       {.host = "host: test.example",
        .upgrade = "upgrade: websocket",
        .connection = "connection: Upgrade",
        .key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        .version = "sec-websocket-version: 13"}},
      {"names_in_upper_case",
       "4.2.1",
       "names of fields have no case",
       {.host = "HOST: test.example",
        .upgrade = "UPGRADE: websocket",
        .connection = "CONNECTION: Upgrade",
        .key = "SEC-WEBSOCKET-KEY: dGhlIHNhbXBsZSBub25jZQ==",
        .version = "SEC-WEBSOCKET-VERSION: 13"}},
      {"upgrade_in_another_case", "4.2.1", "\"websocket\" has no case", {.upgrade = "Upgrade: WebSocket"}},
      {"upgrade_in_upper_case", "4.2.1", "\"websocket\" has no case", {.upgrade = "Upgrade: WEBSOCKET"}},
      {"upgrade_among_others", "4.2.1", "other protocols may be listed", {.upgrade = "Upgrade: h2c, websocket"}},
      {"upgrade_in_two_lines",
       "4.2.1",
       "a list may be in several lines",
       {.upgrade = "Upgrade: h2c\r\nUpgrade: websocket"}},
      {"connection_in_lower_case", "4.2.1", "\"Upgrade\" has no case", {.connection = "Connection: upgrade"}},
      {"connection_in_upper_case", "4.2.1", "\"Upgrade\" has no case", {.connection = "Connection: UPGRADE"}},
      {"connection_of_firefox", "4.2.1", "\"Upgrade\" among others", {.connection = "Connection: keep-alive, Upgrade"}},
      {"connection_without_spaces",
       "4.2.1",
       "a list without spaces",
       {.connection = "Connection: keep-alive,Upgrade,x"}},
      {"connection_with_empty_members",
       "4.2.1",
       "a list with empty members",
       {.connection = "Connection: ,, Upgrade ,"}},
      {"connection_in_two_lines",
       "4.2.1",
       "a list in several lines",
       {.connection = "Connection: keep-alive\r\nConnection: Upgrade"}},
      {"host_with_port", "4.2.1", "a port in Host", {.host = "Host: test.example:5000"}},
      {"host_is_an_address", "4.2.1", "an address as Host", {.host = "Host: 127.0.0.1:5000"}},
      {"host_is_an_ipv6_address", "4.2.1", "an address as Host", {.host = "Host: [::1]:5000"}},
      {"query", "3", "a query is part of the resource name", {.line = "GET /echo?a=b&c=%20 HTTP/1.1"}},
      {"absolute_target",
       "4.2.1",
       "the target may be an absolute URI",
       {.line = "GET http://test.example/echo HTTP/1.1"}},
      {"other_fields",
       "4.2.1",
       "other fields are ignored",
       {.more = "Cookie: a=b\r\nUser-Agent: x\r\nPragma: no-cache\r\nSec-Fetch-Mode: websocket\r\nX-Empty:\r\n"}},
      {"many_fields", "4.2.1", "many fields", {.more = repeated("X-Field: some value\r\n", 50)}},
      {"no_origin", "4.2.1", "who is no browser sends no Origin", {}},
      {"own_origin", "10.2", "the server's own origin", {.more = origin("http://test.example")}},
      {"own_origin_behind_tls",
       "10.2",
       "a proxy in front may have taken TLS off",
       {.more = origin("https://test.example")}},
      {"own_origin_in_another_case", "10.2", "hosts have no case", {.more = origin("http://Test.EXAMPLE")}},
      {"own_origin_with_default_port", "10.2", "80 is the port of http", {.more = origin("http://test.example:80")}},
      {"own_origin_with_port",
       "10.2",
       "the same host and port",
       {.host = "Host: test.example:8080", .more = origin("http://test.example:8080")}},
      {"allowed_origin", "10.2", "an origin of the list", {.more = origin("https://friend.example")}},
      {"allowed_subdomain", "10.2", "a subdomain that the list allows", {.more = origin("https://a.friends.example")}},
      {"unknown_extension",
       "9.1",
       "an extension that the server does not know is declined",
       {.more = extensions("x-unknown")}},
      {"unknown_extension_with_parameters",
       "9.1",
       "parameters and quotes",
       {.more = extensions("x-a; b=1; c=\"2\", x-d;e")}},
      {"unknown_extensions_in_two_lines",
       "9.1",
       "the list in several lines",
       {.more = extensions("x-a") + extensions("x-b; c")}},
      {"subprotocol_that_nobody_speaks",
       "4.2.2",
       "a server that speaks none of them leaves the field out",
       {.more = subprotocols("chat.v9")}},
      {"subprotocols_in_two_lines",
       "4.2.2",
       "the list in several lines",
       {.more = subprotocols("a, b") + subprotocols("c")}},
  };
}

std::vector<HandshakeCase> refused_cases() {
  using Fields = std::vector<std::pair<std::string, std::optional<std::string>>>;
  const Fields asks_for_13 = {{"sec-websocket-version", "13"}};
  const Fields upgrade_to_13 = {{"sec-websocket-version", "13"}, {"upgrade", "websocket"}};
  std::vector<HandshakeCase> cases = {
      {"post",
       "4.2.1",
       "a WebSocket is opened with GET",
       {.line = "POST /echo HTTP/1.1", .more = "Content-Length: 0\r\n"},
       405},
      {"put",
       "4.2.1",
       "a WebSocket is opened with GET",
       {.line = "PUT /echo HTTP/1.1", .more = "Content-Length: 0\r\n"},
       405},
      {"http_1_0", "4.2.1", "HTTP/1.1 or higher", {.line = "GET /echo HTTP/1.0"}, 400},
      {"http_2_0", "4.2.1", "a version that is not spoken here", {.line = "GET /echo HTTP/2.0"}, 505},
      {"no_such_path", "4.2.2", "404 for a resource that is not there", {.line = "GET /nothing HTTP/1.1"}, 404},
      {"fragment_in_the_target",
       "3",
       "fragment identifiers \"MUST NOT be used\"",
       {.line = "GET /echo#here HTTP/1.1"},
       400},
      {"no_host", "4.2.1", "a Host field", {.host = ""}, 400},
      {"empty_host", "4.2.1", "a Host field \"containing the server's authority\"", {.host = "Host:"}, 400},
      {"two_hosts", "4.2.1", "one Host field", {.host = "Host: test.example\r\nHost: test.example"}, 400},
      {"two_different_hosts", "4.2.1", "one Host field", {.host = "Host: test.example\r\nHost: other.example"}, 400},
      {"host_that_is_none", "4.2.1", "a Host field that can be read", {.host = "Host: a b"}, 400},
      {"no_upgrade", "4.2.1", "an Upgrade field", {.upgrade = ""}, 426, upgrade_to_13},
      {"upgrade_to_something_else",
       "4.2.1",
       "an Upgrade field with \"websocket\"",
       {.upgrade = "Upgrade: h2c"},
       426,
       upgrade_to_13},
      {"upgrade_to_nearly_websocket",
       "4.2.1",
       "the whole word",
       {.upgrade = "Upgrade: websockets"},
       426,
       upgrade_to_13},
      {"no_connection", "4.2.1", "a Connection field", {.connection = ""}, 400},
      {"connection_keep_alive",
       "4.2.1",
       "a Connection field with \"Upgrade\"",
       {.connection = "Connection: keep-alive"},
       400},
      {"connection_nearly_upgrade", "4.2.1", "the whole word", {.connection = "Connection: Upgraded"}, 400},
      {"no_key", "4.2.1", "a key", {.key = ""}, 400},
      {"two_keys",
       "11.3.1",
       "the key \"MUST NOT appear more than once\"",
       {.key = key("dGhlIHNhbXBsZSBub25jZQ==") + "\r\n" + key("x3JJHMbDL1EzLkh9GBhXDw==")},
       400},
      {"the_same_key_twice",
       "11.3.1",
       "the key \"MUST NOT appear more than once\"",
       {.key = key("dGhlIHNhbXBsZSBub25jZQ==") + "\r\n" + key("dGhlIHNhbXBsZSBub25jZQ==")},
       400},
      {"no_version", "4.2.1", "a version", {.version = ""}, 400, asks_for_13},
      {"two_versions", "11.3.5", "one version", {.version = version("13") + "\r\n" + version("8")}, 400},
      {"two_origins",
       "10.2",
       "one origin",
       {.more = origin("http://test.example") + origin("https://evil.example")},
       400},
      {"too_large_a_head", "10.4", "fields without end", {.more = repeated("X-Field: some value\r\n", 20'000)}, 431},
  };
  int number = 0;
  for (const std::string_view wrong :
       {"", "a", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j",
        "dGhlIHNhbXBsZSBub25jZQAA", "dGhlIHNhbXBsZSBub25jZQA=", "dGhlIHNhbXBsZSBub25jZWQA==",
        "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25j-_==", "dGhlIHNh XBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==",
        "====================================", "========================",
        "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="}) {
    cases.push_back({"wrong_key_" + std::to_string(++number),
                     "4.2.1",
                     "no 16 bytes in base64: " + std::string(wrong),
                     {.key = key(wrong)},
                     400});
  }
  number = 0;
  for (const std::string_view wrong : {"0",   "1",    "4",   "7",   "8",    "12",    "14",    "25",   "130",      "255",
                                       "013", "13.0", "+13", "-13", "0x0D", "13, 8", "8, 13", "13 8", "thirteen", ""}) {
    cases.push_back({"wrong_version_" + std::to_string(++number),
                     "4.4",
                     "a version that is not 13: " + std::string(wrong),
                     {.version = version(wrong)},
                     426,
                     upgrade_to_13});
  }
  number = 0;
  for (const std::string_view wrong : {"https://evil.example",
                                       "http://test.example:8080",
                                       "http://sub.test.example",
                                       "http://test.example.evil.example",
                                       "http://eviltest.example",
                                       "http://test.example@evil.example",
                                       "http://evil.example/test.example",
                                       "http://example",
                                       "https://friend.example:444",
                                       "http://friend.example",
                                       "https://friends.example",
                                       "https://evilfriends.example",
                                       "https://a.friend.example",
                                       "null",
                                       "test",
                                       "*",
                                       "",
                                       "file://",
                                       "http://",
                                       "http://test.example http://evil.example"}) {
    cases.push_back({"wrong_origin_" + std::to_string(++number),
                     "10.2",
                     "an origin that is not allowed: " + std::string(wrong),
                     {.more = origin(wrong)},
                     403});
  }
  number = 0;
  for (const std::string_view wrong : {";", "a;", "a; ;b", "a b", "a;b=", "a;b=\"c", "a;b=\"\"", "a;=b", "a;b=c d",
                                       "a;b=\"c d\"", "(a)", "a/b", "a;b=c=d", "\"a\"", "=", "a, b;"}) {
    cases.push_back({"malformed_extensions_" + std::to_string(++number),
                     "9.1",
                     "\"the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_\": " +
                         std::string(wrong),
                     {.more = extensions(wrong)},
                     400});
  }
  number = 0;
  for (const std::string_view wrong : {"a b", "a, a", "a/b", "(a)", "\"a\"", "a;b", "a, b, a", "a=b", "é"}) {
    cases.push_back({"malformed_subprotocols_" + std::to_string(++number),
                     "4.1",
                     "no list of unique tokens: " + std::string(wrong),
                     {.more = subprotocols(wrong)},
                     400});
  }
  number = 0;
  for (const std::string_view wrong :
       {"Bad Name: x\r\n", "No-Colon\r\n", "X: a\r\n folded\r\n", ": no name\r\n", "X : space\r\n", "X: a\rb\r\n"}) {
    cases.push_back({"malformed_field_" + std::to_string(++number),
                     "4.2.1",
                     "a field that HTTP does not allow",
                     {.more = std::string(wrong)},
                     400});
  }
  return cases;
}

// A request for a page on a path that speaks WebSocket alone.
TEST(OpeningMore, NoUpgradeAtAll) {
  Peer peer(port_of(Place::Command));
  ASSERT_TRUE(peer.wire().send("GET /command HTTP/1.1\r\nHost: test.example\r\n\r\n", Pace::Whole));
  const HttpResponse response = peer.response();
  // RFC 9110 §15.5.22: "The server MUST send an Upgrade header field in a 426 response".
  EXPECT_EQ(response.status, 426);
  EXPECT_EQ(response.field("upgrade"), "websocket");
  ASSERT_TRUE(peer.wire().send(upgrade({.line = "GET /command HTTP/1.1"}), Pace::Whole));
  EXPECT_EQ(peer.response().status, 101);
}

// RFC 6455 §4.1: the client waits for the response before it sends frames, but TCP may well put both in one segment,
// and a proxy may hold the response back.
TEST(OpeningMore, FramesInTheSegmentOfTheHandshake) {
  for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) {
    SCOPED_TRACE(pace_name(pace));
    Peer peer(port_of(Place::Echo));
    ASSERT_TRUE(peer.wire().send(upgrade() + text("early") + ping("p") + first_text("be") + last("gun"), pace));
    ASSERT_EQ(peer.response().status, 101);
    converse(peer, {gets_text("early"), gets_pong("p"), gets_text("begun")}, pace);
  }
}

TEST(OpeningMore, MuchInTheSegmentOfTheHandshake) {
  const std::string message = noise(500'000);
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(upgrade() + binary(message), Pace::Whole));
  ASSERT_EQ(peer.response().status, 101);
  converse(peer, {gets_binary(message)}, Pace::Whole);
}

TEST(OpeningMore, FaultInTheSegmentOfTheHandshake) {
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(upgrade() + unmasked(fin | opcode::text, "x"), Pace::Whole));
  ASSERT_EQ(peer.response().status, 101);
  converse(peer, {ends(1002)}, Pace::Whole);
}

TEST(OpeningMore, CloseInTheSegmentOfTheHandshake) {
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(upgrade() + close(1000), Pace::Whole));
  ASSERT_EQ(peer.response().status, 101);
  converse(peer, {ends_with(close_payload(1000))}, Pace::Whole);
}

// RFC 9112 §9.3.2: the responses come in the order of the requests.
TEST(OpeningMore, BehindPipelinedRequests) {
  for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) {
    SCOPED_TRACE(pace_name(pace));
    Peer peer(port_of(Place::Echo));
    const std::string page = "GET /echo HTTP/1.1\r\nHost: test.example\r\n\r\n";
    ASSERT_TRUE(peer.wire().send(page + page + upgrade() + text("behind"), pace));
    for (int i = 0; i < 2; ++i) {
      const HttpResponse response = peer.response();
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, "a page");
    }
    ASSERT_EQ(peer.response().status, 101);
    converse(peer, {gets_text("behind")}, pace);
  }
}

// RFC 9110 §7.8: the switch comes behind the request, and its body, if it has one, is part of it: never frames.
TEST(OpeningMore, BodyOfTheRequest) {
  for (const std::string& body : {std::string("Content-Length: 5\r\n\r\nhello"),
                                  std::string("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")}) {
    for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) {
      SCOPED_TRACE(body + std::string(pace_name(pace)));
      std::string request = upgrade();
      request.resize(request.size() - 2);
      Peer peer(port_of(Place::Echo));
      ASSERT_TRUE(peer.wire().send(request + body + text("behind"), pace));
      ASSERT_EQ(peer.response().status, 101);
      converse(peer, {gets_text("behind")}, pace);
    }
  }
}

// What follows the 101 is WebSocket, even if it looks like HTTP.
TEST(OpeningMore, NoRequestBehindTheUpgrade) {
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(upgrade() + "GET /echo HTTP/1.1\r\nHost: test.example\r\n\r\n", Pace::Whole));
  ASSERT_EQ(peer.response().status, 101);
  converse(peer, {ends(1002)}, Pace::Whole);
}

INSTANTIATE_TEST_SUITE_P(Accepted, Opening, testing::ValuesIn(handshake_trials(accepted_cases())),
                         handshake_trial_name);
INSTANTIATE_TEST_SUITE_P(Refused, Opening, testing::ValuesIn(handshake_trials(refused_cases())), handshake_trial_name);

}  // namespace
}  // namespace folio::conformance
