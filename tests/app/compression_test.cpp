// Compression of responses as clients see it. RFC 9110 §8.4, §12.5.3.
#include "app/compression.hpp"

#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "app/metrics_text.hpp"
#include "app/test_server.hpp"
#include "http/decode_content.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_compressed {

std::string words(std::size_t size) {
  std::string text;
  std::uint32_t seed = 7;
  while (text.size() < size) {
    seed = seed * 1664525 + 1013904223;
    text += "word" + std::to_string(seed >> 20) + " ";
  }
  text.resize(size);
  return text;
}

namespace plain {
using namespace folio::absent;
using namespace folio;
Response GET(Request& req) {
  Response response = Response::text(words(static_cast<std::size_t>(std::stoul(req.query("size").value_or("5000")))));
  if (auto type = req.query("type")) response.header("Content-Type", std::move(*type));
  if (auto status = req.query("status")) response.status_code = std::stoi(*status);
  // ?field=Name:value
  if (auto field = req.query("field")) {
    const auto colon = field->find(':');
    response.header(field->substr(0, colon), field->substr(colon + 1));
  }
  return response;
}
FOLIO_TEST_FILE("plain.cpp")
FOLIO_ROUTE_UNIT
}  // namespace plain

namespace waits {
using namespace folio::absent;
using namespace folio;
Task<Response> GET(Request& req) {
  co_await yield();
  co_return Response::text(words(static_cast<std::size_t>(std::stoul(req.query("size").value_or("5000")))));
}
FOLIO_TEST_FILE("waits.cpp")
FOLIO_ROUTE_UNIT
}  // namespace waits

namespace noise {
using namespace folio::absent;
using namespace folio;
Response GET() {
  std::string bytes(5000, '\0');
  std::uint64_t state = 88172645463325252;
  for (char& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state >> 32);
  }
  return Response::text(std::move(bytes));
}
FOLIO_TEST_FILE("noise.cpp")
FOLIO_ROUTE_UNIT
}  // namespace noise
}  // namespace test_compressed

namespace folio {
namespace {

using http::ContentCoding;
using test::Answer;
using test::Client;
using test::TestServer;
using testing::Test;

std::vector<const RouteUnit*> units() {
  using namespace test_compressed;
  return {&plain::folio_unit, &waits::folio_unit, &noise::folio_unit};
}

std::string decoded(const Answer& answer) {
  const std::string name = answer.field("Content-Encoding");
  for (const auto coding : {ContentCoding::Gzip, ContentCoding::Brotli, ContentCoding::Zstd}) {
    if (http::coding_name(coding) != name) continue;
    bool whole = false;
    std::string content = test::decode(coding, answer.body, whole);
    EXPECT_TRUE(whole);
    return content;
  }
  EXPECT_EQ(name, "");
  return answer.body;
}

std::string accept(const std::string& codings) {
  return "Accept-Encoding: " + codings + "\r\n";
}

app::Config small_ceiling() {
  app::Config config;
  config.compression.up_to = 256 * 1024;
  return config;
}

struct Compression : Test {
  TestServer server{units(), small_ceiling()};
  Client client{server.port()};
  std::string coding_of(const std::string& field) {
    return client.get("/plain", accept(field)).field("Content-Encoding");
  }
};

TEST_F(Compression, IsWhatTheClientCanDecode) {
  for (const char* coding : {"gzip", "br", "zstd"}) {
    for (const char* path : {"/plain", "/waits"}) {
      const Answer answer = client.get(path, accept(coding));
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.field("Content-Encoding"), coding);
      EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
      EXPECT_EQ(answer.field("Content-Length"), std::to_string(answer.body.size()));
      EXPECT_LT(answer.body.size(), 3000U);
      EXPECT_EQ(decoded(answer), test_compressed::words(5000));
    }
  }
}

// A body past `on_loop` is compressed by the thread pool, and those behind it wait for their turn.
TEST_F(Compression, OfLargeBodiesIsTheSame) {
  for (const char* coding : {"gzip", "br", "zstd"}) {
    for (const char* path : {"/plain", "/waits"}) {
      for (const std::size_t size : {65'536U, 65'537U, 200'000U}) {
        client.send("GET " + std::string(path) + "?size=" + std::to_string(size) + " HTTP/1.1\r\nHost: a\r\n" +
                    accept(coding) + "\r\nGET /plain?size=3 HTTP/1.1\r\nHost: a\r\n\r\n");
        const Answer answer = client.read();
        EXPECT_EQ(answer.field("Content-Encoding"), coding);
        EXPECT_EQ(decoded(answer), test_compressed::words(size));
        EXPECT_EQ(client.read().body, test_compressed::words(3));
      }
    }
  }
}

TEST_F(Compression, OutlivesClientsThatGo) {
  for (int i = 0; i < 20; ++i) {
    Client gone(server.port());
    gone.send("GET /plain?size=250000 HTTP/1.1\r\nHost: a\r\n" + accept("br") + "\r\n");
    if (i % 2 == 0) gone.reset();
  }
  EXPECT_EQ(client.get("/plain").status, 200);
}

// §12.5.3, §12.4.2
TEST_F(Compression, FollowsTheClientsWeights) {
  EXPECT_EQ(coding_of("gzip, deflate, br, zstd"), "zstd");
  EXPECT_EQ(coding_of("gzip, deflate, br"), "br");
  EXPECT_EQ(coding_of("gzip;q=1.0, br;q=0.5, zstd;q=0.1"), "gzip");
  EXPECT_EQ(coding_of("zstd;q=0, br;q=0.001"), "br");
  EXPECT_EQ(coding_of("zstd;q=0, br;q=0, gzip;q=0"), "");
  EXPECT_EQ(coding_of("*"), "zstd");
  EXPECT_EQ(coding_of("*;q=0.5, zstd;q=0"), "br");
  EXPECT_EQ(coding_of("identity"), "");
  EXPECT_EQ(coding_of("identity;q=0, *;q=0"), "");
  EXPECT_EQ(coding_of("identity;q=1, gzip;q=0.5"), "");
  EXPECT_EQ(coding_of("deflate, compress"), "");
  EXPECT_EQ(coding_of("GZIP"), "gzip");
  EXPECT_EQ(coding_of("x-gzip"), "gzip");
  EXPECT_EQ(coding_of(""), "");
  EXPECT_EQ(coding_of("gzip;q=2"), "");
  EXPECT_EQ(client.get("/plain", accept("br;q=0") + accept("gzip")).field("Content-Encoding"), "gzip");
  EXPECT_EQ(client.get("/plain").field("Content-Encoding"), "");
}

// RFC 9110 §12.5.5: what would have been another response for another client says so to all.
TEST_F(Compression, SaysVaryToWhomItIsNotFor) {
  for (const std::string& fields : {std::string(), accept("identity"), accept("deflate")}) {
    const Answer answer = client.get("/plain", fields);
    EXPECT_EQ(answer.field("Content-Encoding"), "");
    EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
    EXPECT_EQ(answer.body, test_compressed::words(5000));
  }
  const Answer other = client.get("/plain?field=Vary:Cookie", accept("gzip"));
  EXPECT_NE(other.head.find("Vary: Cookie\r\n"), std::string::npos);
  EXPECT_NE(other.head.find("Vary: Accept-Encoding\r\n"), std::string::npos);
  EXPECT_EQ(client.get("/plain?field=Vary:accept-encoding", accept("gzip")).field("Vary"), "accept-encoding");
  EXPECT_EQ(client.get("/plain?field=Vary:*", accept("gzip")).field("Vary"), "*");
}

TEST_F(Compression, HasAThresholdAndACeiling) {
  EXPECT_EQ(client.get("/plain?size=1023", accept("gzip")).field("Content-Encoding"), "");
  EXPECT_EQ(client.get("/plain?size=1023", accept("gzip")).field("Vary"), "");
  EXPECT_EQ(client.get("/plain?size=1024", accept("gzip")).field("Content-Encoding"), "gzip");
  EXPECT_EQ(client.get("/plain?size=262144", accept("gzip")).field("Content-Encoding"), "gzip");
  EXPECT_EQ(client.get("/plain?size=262145", accept("gzip")).field("Content-Encoding"), "");
}

TEST_F(Compression, IsOfTextOnly) {
  for (const char* type : {"text/html;%20charset=utf-8", "application/json", "application/problem%2Bjson",
                           "image/svg%2Bxml", "text/javascript", "application/wasm", "TEXT/CSS"}) {
    EXPECT_EQ(client.get(std::string("/plain?type=") + type, accept("gzip")).field("Content-Encoding"), "gzip") << type;
  }
  for (const char* type : {"image/png", "video/mp4", "application/octet-stream", "application/zip", "font/woff2", "json",
                           "+json"}) {
    const Answer answer = client.get(std::string("/plain?type=") + type, accept("gzip"));
    EXPECT_EQ(answer.field("Content-Encoding"), "") << type;
    EXPECT_EQ(answer.field("Vary"), "") << type;
  }
}

TEST_F(Compression, LeavesAloneWhatIsNotToBeChanged) {
  for (const char* field : {"Content-Encoding:br", "Cache-Control:no-transform", "Cache-Control:public,%20No-Transform",
                            "Content-Range:bytes%200-4999/10000", "Content-Digest:sha-256=:x:", "Repr-Digest:x"}) {
    const Answer answer = client.get(std::string("/plain?field=") + field, accept("gzip"));
    EXPECT_NE(answer.field("Content-Encoding"), "gzip") << field;
    EXPECT_EQ(answer.body, test_compressed::words(5000)) << field;
  }
  EXPECT_EQ(client.get("/plain?status=206", accept("gzip")).field("Content-Encoding"), "");
  EXPECT_EQ(client.get("/plain?status=404", accept("gzip")).field("Content-Encoding"), "gzip");
}

TEST_F(Compression, LeavesAloneWhatGetsNoSmaller) {
  const Answer answer = client.get("/noise", accept("gzip, br, zstd"));
  EXPECT_EQ(answer.field("Content-Encoding"), "");
  EXPECT_EQ(answer.body.size(), 5000U);
  EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
}

// §8.8.3.3: a validator of the bytes before they were encoded is none of those after.
TEST_F(Compression, WeakensTheEntityTag) {
  EXPECT_EQ(client.get("/plain?field=ETag:%22v1%22", accept("gzip")).field("ETag"), "W/\"v1\"");
  EXPECT_EQ(client.get("/plain?field=ETag:W/%22v1%22", accept("gzip")).field("ETag"), "W/\"v1\"");
  EXPECT_EQ(client.get("/plain?field=ETag:%22v1%22").field("ETag"), "\"v1\"");
  EXPECT_EQ(client.get("/plain?field=Accept-Ranges:bytes", accept("gzip")).field("Accept-Ranges"), "");
  EXPECT_EQ(client.get("/plain?field=Accept-Ranges:bytes").field("Accept-Ranges"), "bytes");
}

// RFC 9110 §9.3.2: "The server SHOULD send the same header fields in response to a HEAD request as it would have sent if
// the request method had been GET."
TEST_F(Compression, HeadHasTheFieldsOfGet) {
  for (const char* path : {"/plain", "/waits", "/plain?size=100000", "/plain?size=10", "/plain?field=ETag:%22v1%22"}) {
    for (const std::string& fields : {accept("gzip"), accept("br, zstd"), std::string()}) {
      Answer get = client.get(path, fields);
      Answer head =
          client.ask("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n", true);
      const auto without_date = [](std::string text) {
        const auto at = text.find("Date: ");
        return text.erase(at, text.find("\r\n", at) - at);
      };
      EXPECT_EQ(without_date(head.head), without_date(get.head));
    }
  }
}

TEST_F(Compression, IsCounted) {
  EXPECT_EQ(client.get("/plain", accept("gzip")).field("Content-Encoding"), "gzip");
  EXPECT_EQ(client.get("/plain?size=100000", accept("br")).field("Content-Encoding"), "br");
  const std::string text = app::metrics_text(server.server());
  EXPECT_NE(text.find("folio_http_compressed_responses_total{coding=\"gzip\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("folio_http_compression_input_bytes_total{coding=\"br\"} 100000\n"), std::string::npos);
}

TEST(CompressionOff, LeavesEverythingAsItIs) {
  app::Config config;
  config.compression.on = false;
  TestServer server(units(), config);
  Client client(server.port());
  const Answer answer = client.get("/plain?field=ETag:%22v1%22", accept("gzip, br, zstd"));
  EXPECT_EQ(answer.field("Content-Encoding"), "");
  EXPECT_EQ(answer.field("Vary"), "");
  EXPECT_EQ(answer.field("ETag"), "\"v1\"");
}

// They are sent from where they are; who wants them smaller lays a compressed form beside them.
TEST(CompressionOfFiles, IsNotDoneOnTheFly) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("folio_c_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "page.html") << test_compressed::words(5000);
  app::Config config;
  config.public_files = folder.string();
  {
    TestServer server(units(), config);
    const Answer answer = Client(server.port()).get("/page.html", accept("gzip"));
    EXPECT_EQ(answer.field("Content-Encoding"), "");
    EXPECT_EQ(answer.body, test_compressed::words(5000));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace folio
