#include "ws/handshake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ws/handshake_client.hpp"

namespace folio::ws {
namespace {

using Fields = std::vector<Field>;

constexpr std::string_view rfc_key = "dGhlIHNhbXBsZSBub25jZQ==";

// The request of §1.2.
Fields rfc_request() {
  return {{"Host", "server.example.com"},   {"Upgrade", "websocket"},
          {"Connection", "Upgrade"},        {"Sec-WebSocket-Key", rfc_key},
          {"Origin", "http://example.com"}, {"Sec-WebSocket-Protocol", "chat, superchat"},
          {"Sec-WebSocket-Version", "13"}};
}

// The least that is valid.
Fields plain_request() {
  return {{"Host", "localhost:5000"},
          {"Upgrade", "websocket"},
          {"Connection", "Upgrade"},
          {"Sec-WebSocket-Key", rfc_key},
          {"Sec-WebSocket-Version", "13"}};
}

Fields without(Fields fields, std::string_view name) {
  std::erase_if(fields, [&](const Field& field) { return field.name == name; });
  return fields;
}

Fields with(Fields fields, std::string_view name, std::string_view value) {
  fields.push_back({name, value});
  return fields;
}

Fields setting(const Fields& fields, std::string_view name, std::string_view value) {
  return with(without(fields, name), name, value);
}

std::variant<Accept, Refusal> check(const Fields& fields, const HandshakeOptions& options = {},
                                    std::string_view method = "GET", unsigned minor_version = 1,
                                    std::string_view authority = {}) {
  const FieldList source(fields);
  return check_upgrade({method, minor_version, source, authority}, options);
}

unsigned status(const std::variant<Accept, Refusal>& result) {
  const auto* refusal = std::get_if<Refusal>(&result);
  if (refusal == nullptr) return 101;
  EXPECT_FALSE(refusal->message.empty());
  return refusal->status;
}

std::string field_of(const std::variant<Accept, Refusal>& result, std::string_view name) {
  for (const auto& [each, value] : std::get<Refusal>(result).fields) {
    if (each == name) return value;
  }
  return "(none)";
}

TEST(Rfc6455Section1_3, TheExampleKey) {
  EXPECT_EQ(accept_key(rfc_key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Rfc6455Section4_2_1, TheExampleRequest) {
  HandshakeOptions options;
  options.origins.allowed = {"http://example.com"};
  options.subprotocols = {"superchat", "chat"};
  const auto result = check(rfc_request(), options);
  ASSERT_EQ(status(result), 101U);
  const auto& accept = std::get<Accept>(result);
  EXPECT_EQ(accept.accept_key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(accept.subprotocol, "chat") << "the client's order decides";
  EXPECT_EQ(accept.extensions, "");

  base::Buffer out;
  write_accept(out, accept);
  EXPECT_EQ(out.view(),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: chat\r\n"
            "\r\n");
}

TEST(Rfc6455Section4_2_1, TheLeastThatIsValid) {
  EXPECT_EQ(status(check(plain_request())), 101U);
}

TEST(Rfc6455Section4_2_1, NamesAndTokensHaveNoCase) {
  EXPECT_EQ(status(check({{"hOST", "localhost"},
                          {"UPGRADE", "WebSocket"},
                          {"connection", "keep-alive, UPGRADE"},
                          {"sec-websocket-key", rfc_key},
                          {"SEC-WEBSOCKET-VERSION", "13"}})),
            101U);
  EXPECT_EQ(status(check(setting(plain_request(), "Upgrade", "h2c, websocket"))), 101U);
  EXPECT_EQ(status(check(with(setting(plain_request(), "Connection", "keep-alive"), "Connection", "upgrade"))), 101U);
  EXPECT_EQ(status(check(with(setting(plain_request(), "Upgrade", "h2c"), "Upgrade", "websocket"))), 101U);
}

TEST(Rfc6455Section4_2_1, Method) {
  for (const std::string_view method : {"POST", "PUT", "HEAD", "OPTIONS", "get", "CONNECT", ""}) {
    const auto result = check(plain_request(), {}, method);
    EXPECT_EQ(status(result), 405U) << method;
    EXPECT_EQ(field_of(result, "Allow"), "GET");
  }
}

TEST(Rfc6455Section4_2_1, Version10OfHttp) {
  EXPECT_EQ(status(check(plain_request(), {}, "GET", 0)), 400U);
}

TEST(Rfc6455Section4_2_1, Host) {
  EXPECT_EQ(status(check(without(plain_request(), "Host"))), 400U);
  EXPECT_EQ(status(check(setting(plain_request(), "Host", ""))), 400U);
  EXPECT_EQ(status(check(with(plain_request(), "Host", "localhost:5000"))), 400U);
}

TEST(Rfc6455Section4_2_1, Upgrade) {
  for (const Fields& fields :
       {without(plain_request(), "Upgrade"), setting(plain_request(), "Upgrade", "h2c"),
        setting(plain_request(), "Upgrade", "websockets"), setting(plain_request(), "Upgrade", "web socket")}) {
    const auto result = check(fields);
    EXPECT_EQ(status(result), 426U);
    EXPECT_EQ(field_of(result, "Upgrade"), "websocket");
    EXPECT_EQ(field_of(result, "Connection"), "Upgrade");
    EXPECT_EQ(field_of(result, "Sec-WebSocket-Version"), "13");
  }
}

TEST(Rfc6455Section4_2_1, Connection) {
  EXPECT_EQ(status(check(without(plain_request(), "Connection"))), 400U);
  EXPECT_EQ(status(check(setting(plain_request(), "Connection", "keep-alive"))), 400U);
  EXPECT_EQ(status(check(setting(plain_request(), "Connection", "upgraded"))), 400U);
}

TEST(Rfc6455Section4_4, Versions) {
  for (const std::string_view version : {"0", "7", "8", "12", "14", "13.0", "013", "13, 8", "x", ""}) {
    const auto result = check(setting(plain_request(), "Sec-WebSocket-Version", version));
    EXPECT_EQ(status(result), 426U) << version;
    EXPECT_EQ(field_of(result, "Sec-WebSocket-Version"), "13");
    EXPECT_EQ(field_of(result, "Upgrade"), "websocket");
  }
  const auto missing = check(without(plain_request(), "Sec-WebSocket-Version"));
  EXPECT_EQ(status(missing), 400U);
  EXPECT_EQ(field_of(missing, "Sec-WebSocket-Version"), "13");
  EXPECT_EQ(status(check(with(plain_request(), "Sec-WebSocket-Version", "13"))), 400U);
}

TEST(Rfc6455Section4_2_1, Key) {
  EXPECT_EQ(status(check(without(plain_request(), "Sec-WebSocket-Key"))), 400U);
  EXPECT_EQ(status(check(with(plain_request(), "Sec-WebSocket-Key", rfc_key))), 400U);
  EXPECT_EQ(status(check(with(plain_request(), "Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEC=="))), 400U);
  for (const std::string_view key :
       {"", "short", "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZTE=", "dGhlIHNhbXBsZSBub25jZTE2",
        "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25j Q==",
        "dGhlIHNhbXBsZSBub25jZQ==AAAA", "dGhlIHNhbXBsZSBub25_ZQ==", "========================"}) {
    EXPECT_EQ(status(check(setting(plain_request(), "Sec-WebSocket-Key", key))), 400U) << key;
    EXPECT_FALSE(is_valid_key(key));
  }
  for (const std::string_view key :
       {"AAAAAAAAAAAAAAAAAAAAAA==", "/+/+/+/+/+/+/+/+/+/+/w==", "AQIDBAUGBwgJCgsMDQ4PEC=="}) {
    EXPECT_EQ(status(check(setting(plain_request(), "Sec-WebSocket-Key", key))), 101U) << key;
  }
}

TEST(Rfc6455Section10_2, Origin) {
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "http://localhost:5000"))), 101U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "https://localhost:5000"))), 101U)
      << "a proxy may have taken TLS off";
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "https://evil.example"))), 403U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "null"))), 403U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", ""))), 403U);
  EXPECT_EQ(
      status(check(with(with(plain_request(), "Origin", "http://localhost:5000"), "Origin", "http://localhost:5000"))),
      400U);
  HandshakeOptions options;
  options.origins.allowed = {"https://app.example"};
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "https://app.example"), options)), 101U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "http://localhost:5000"), options)), 101U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "https://evil.example"), options)), 403U);
  options.origins.allowed = {"*"};
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "https://evil.example"), options)), 101U);
}

TEST(Rfc6455Section10_2, TheTargetsAuthorityGoesBeforeHost) {
  const Fields fields = with(plain_request(), "Origin", "http://a.example");
  EXPECT_EQ(status(check(fields, {}, "GET", 1, "a.example")), 101U);
  EXPECT_EQ(status(check(with(plain_request(), "Origin", "http://localhost:5000"), {}, "GET", 1, "a.example")), 403U);
}

TEST(Rfc6455Section4_2_2, Subprotocols) {
  HandshakeOptions options;
  options.subprotocols = {"chat.v2", "chat.v1"};
  const auto chosen = [&](const Fields& fields) {
    const auto result = check(fields, options);
    return status(result) == 101 ? "'" + std::string(std::get<Accept>(result).subprotocol) + "'"
                                 : std::to_string(status(result));
  };
  const auto asking = [&](std::string_view value) {
    return chosen(with(plain_request(), "Sec-WebSocket-Protocol", value));
  };
  EXPECT_EQ(chosen(plain_request()), "''");
  EXPECT_EQ(asking("chat.v1"), "'chat.v1'");
  EXPECT_EQ(asking("chat.v1, chat.v2"), "'chat.v1'");
  EXPECT_EQ(asking("chat.v3 ,\tchat.v2"), "'chat.v2'");
  EXPECT_EQ(asking("chat.v3"), "''");
  EXPECT_EQ(asking("CHAT.V1"), "''") << "names of subprotocols have case";
  EXPECT_EQ(chosen(with(with(plain_request(), "Sec-WebSocket-Protocol", "x"), "Sec-WebSocket-Protocol", "chat.v2")),
            "'chat.v2'");
  for (const std::string_view bad : {"", ",", "a b", "a, a", "a/b", "chat.v1, (", "chat.v1, é"}) {
    EXPECT_EQ(asking(bad), "400") << bad;
  }
  EXPECT_EQ(chosen(with(with(plain_request(), "Sec-WebSocket-Protocol", "x"), "Sec-WebSocket-Protocol", "x")), "400");
}

TEST(Rfc6455Section9_1, Extensions) {
  const Fields fields = with(with(plain_request(), "Sec-WebSocket-Extensions", "foo; a=1, permessage-deflate"),
                             "Sec-WebSocket-Extensions", "foo");
  EXPECT_EQ(std::get<Accept>(check(fields)).extensions, "") << "declined where it is not wanted";
  EXPECT_FALSE(std::get<Accept>(check(fields)).deflate);

  HandshakeOptions options;
  options.deflate.emplace();
  options.deflate->client_context_takeover = true;
  const auto result = check(fields, options);
  const std::string expected = "permessage-deflate; server_no_context_takeover";
  EXPECT_EQ(std::get<Accept>(result).extensions, expected);
  ASSERT_TRUE(std::get<Accept>(result).deflate);
  EXPECT_TRUE(std::get<Accept>(result).deflate->server_no_context_takeover);
  EXPECT_FALSE(std::get<Accept>(result).deflate->client_no_context_takeover);
  base::Buffer out;
  write_accept(out, std::get<Accept>(result));
  EXPECT_NE(out.view().find("\r\nSec-WebSocket-Extensions: " + expected + "\r\n"), std::string_view::npos);

  EXPECT_EQ(std::get<Accept>(check(plain_request(), options)).extensions, "") << "not offered";
  const auto declined = check(with(plain_request(), "Sec-WebSocket-Extensions", "permessage-deflate; x"), options);
  EXPECT_EQ(std::get<Accept>(declined).extensions, "") << "no valid offer, and no fault of the handshake";
  EXPECT_EQ(status(check(with(plain_request(), "Sec-WebSocket-Extensions", "foo;"), options)), 400U);
  EXPECT_EQ(status(check(with(plain_request(), "Sec-WebSocket-Extensions", "foo;"))), 400U);
}

TEST(Rfc6455Section4_2_2, TheResponseHasNoFramingAndNothingSmuggled) {
  const Fields extra = {{"Set-Cookie", "a=b"},
                        {"Content-Length", "0"},
                        {"transfer-encoding", "chunked"},
                        {"CONNECTION", "close"},
                        {"Upgrade", "h2c"},
                        {"Sec-WebSocket-Accept", "forged"},
                        {"Sec-WebSocket-Protocol", "forged"},
                        {"Sec-WebSocket-Extensions", "forged"},
                        {"X-Split", "a\r\nInjected: yes"},
                        {"X Name", "a"},
                        {"", "a"},
                        {"X-Empty", ""}};
  base::Buffer out;
  write_accept(out, {"accept", "", ""}, extra);
  EXPECT_EQ(out.view(),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: accept\r\n"
            "Set-Cookie: a=b\r\n"
            "X-Empty: \r\n"
            "\r\n");
}

TEST(Rfc6455Section4_2_1, WhatWantsToBeAWebSocket) {
  const auto wants = [](const Fields& fields, std::string_view method = "GET") {
    const FieldList source(fields);
    return is_upgrade({method, 1, source});
  };
  EXPECT_TRUE(wants(plain_request()));
  EXPECT_TRUE(wants({{"Upgrade", "WebSocket"}}));
  EXPECT_TRUE(wants({{"Upgrade", "h2c"}, {"Upgrade", "websocket"}}));
  EXPECT_TRUE(wants(without(plain_request(), "Upgrade"))) << "a proxy may have taken it away";
  EXPECT_FALSE(wants(plain_request(), "POST"));
  EXPECT_FALSE(wants({{"Host", "localhost"}}));
  EXPECT_FALSE(wants({{"Upgrade", "h2c"}, {"Connection", "Upgrade"}}));
}

// ---- §4.1, the client's half

TEST(Rfc6455Section4_1, KeysAreSixteenRandomBytes) {
  const std::string one = make_key();
  const std::string two = make_key();
  EXPECT_TRUE(is_valid_key(one));
  EXPECT_TRUE(is_valid_key(two));
  EXPECT_NE(one, two);
}

TEST(Rfc6455Section4_1, TheRequest) {
  const Fields extra = {{"Origin", "http://example.com"}};
  ClientRequest request;
  request.host = "server.example.com";
  request.target = "/chat?room=1";
  request.key = rfc_key;
  base::Buffer out;
  write_request(out, request);
  EXPECT_EQ(out.view(),
            "GET /chat?room=1 HTTP/1.1\r\n"
            "Host: server.example.com\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "\r\n");

  request.subprotocols = {"chat", "superchat"};
  request.extensions = "foo; a";
  request.extra = extra;
  out.clear();
  write_request(out, request);
  EXPECT_TRUE(
      out.view().ends_with("Sec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Protocol: chat, superchat\r\n"
                           "Sec-WebSocket-Extensions: foo; a\r\n"
                           "Origin: http://example.com\r\n"
                           "\r\n"));
}

Fields rfc_response() {
  return {{"Upgrade", "websocket"},
          {"Connection", "Upgrade"},
          {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
          {"Sec-WebSocket-Protocol", "chat"}};
}

std::variant<Established, std::string> judge(const Fields& fields, unsigned code = 101) {
  ClientRequest request;
  request.host = "server.example.com";
  request.key = rfc_key;
  request.subprotocols = {"chat", "superchat"};
  request.extensions = "foo; a, bar";
  const FieldList source(fields);
  return check_response({code, source}, request);
}

TEST(Rfc6455Section4_1, TheExampleResponse) {
  const auto result = judge(rfc_response());
  ASSERT_TRUE(std::holds_alternative<Established>(result));
  EXPECT_EQ(std::get<Established>(result).subprotocol, "chat");
  EXPECT_TRUE(std::get<Established>(result).extensions.empty());
}

TEST(Rfc6455Section4_1, ResponsesThatAreTaken) {
  for (const Fields& fields :
       {without(rfc_response(), "Sec-WebSocket-Protocol"), setting(rfc_response(), "Upgrade", "WebSocket"),
        setting(rfc_response(), "Connection", "keep-alive, upgrade"),
        setting(rfc_response(), "Sec-WebSocket-Accept", " s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\t"),
        with(rfc_response(), "Sec-WebSocket-Extensions", "bar"),
        with(rfc_response(), "Sec-WebSocket-Extensions", "foo; b=2, bar")}) {
    EXPECT_TRUE(std::holds_alternative<Established>(judge(fields)));
  }
  EXPECT_EQ(
      std::get<Established>(judge(with(rfc_response(), "Sec-WebSocket-Extensions", "foo; b=2"))).extensions.size(), 1U);
}

TEST(Rfc6455Section4_1, ResponsesThatAreNot) {
  for (const unsigned code : {200U, 400U, 401U, 426U, 500U, 100U}) {
    EXPECT_EQ(std::get<std::string>(judge(rfc_response(), code)),
              "the server answered with status " + std::to_string(code));
  }
  for (const Fields& fields :
       {without(rfc_response(), "Upgrade"), setting(rfc_response(), "Upgrade", "h2c"),
        with(rfc_response(), "Upgrade", "websocket"), without(rfc_response(), "Connection"),
        setting(rfc_response(), "Connection", "close"), without(rfc_response(), "Sec-WebSocket-Accept"),
        setting(rfc_response(), "Sec-WebSocket-Accept", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        setting(rfc_response(), "Sec-WebSocket-Accept", ""), setting(rfc_response(), "Sec-WebSocket-Protocol", "other"),
        setting(rfc_response(), "Sec-WebSocket-Protocol", "chat, superchat"),
        with(rfc_response(), "Sec-WebSocket-Protocol", "superchat"),
        with(rfc_response(), "Sec-WebSocket-Extensions", "other"),
        with(rfc_response(), "Sec-WebSocket-Extensions", "foo, other"),
        with(rfc_response(), "Sec-WebSocket-Extensions", "foo;")}) {
    const auto result = judge(fields);
    ASSERT_TRUE(std::holds_alternative<std::string>(result));
    EXPECT_FALSE(std::get<std::string>(result).empty());
  }
}

TEST(Rfc6455Section4, OurServerAcceptsOurClient) {
  const std::string key = make_key();
  const auto accepted = check(setting(plain_request(), "Sec-WebSocket-Key", key));
  ASSERT_EQ(status(accepted), 101U);
  const Fields fields = {{"Upgrade", "websocket"},
                         {"Connection", "Upgrade"},
                         {"Sec-WebSocket-Accept", std::get<Accept>(accepted).accept_key}};
  ClientRequest request;
  request.host = "localhost";
  request.key = key;
  const FieldList source(fields);
  EXPECT_TRUE(std::holds_alternative<Established>(check_response({101, source}, request)));
}

}  // namespace
}  // namespace folio::ws
