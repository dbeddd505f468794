// What one peer may take of a server: its connections, and its time.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include "app/test_server.hpp"

namespace peer_limits_routes {
namespace any {
using namespace folio::absent;
using namespace folio;
std::string ANY(Request& request) {
  return std::to_string(request.body().size());
}
struct FolioFile {
  static constexpr std::string_view file = "index.cpp";
  static constexpr ErrorFormat errors = ErrorFormat::Negotiated;
  static constexpr ParamNames<0> params{};
};
FOLIO_ROUTE_UNIT
}  // namespace any
}  // namespace peer_limits_routes

namespace folio {
namespace {

using test::Client;
using test::TestServer;

std::vector<const RouteUnit*> units() {
  return {&peer_limits_routes::any::folio_unit};
}

TEST(PeerLimits, ConnectionsOfAnAddress) {
  app::Config config;
  config.max_connections_per_address = 2;
  TestServer server(units(), config);
  Client first(server.port());
  Client second(server.port());
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
  Client third(server.port());
  EXPECT_EQ(third.get("/").status, 0);
  Client elsewhere(server.port(), "127.0.0.2");
  EXPECT_EQ(elsewhere.get("/").status, 200);
  // A place is free again once its connection is gone, which the server sees a moment later.
  second.close();
  int status = 0;
  for (int tries = 0; status == 0 && tries < 10'000; ++tries) status = Client(server.port()).get("/").status;
  EXPECT_EQ(status, 200);
  EXPECT_EQ(first.get("/").status, 200);
}

TEST(PeerLimits, AHeadThatDrips) {
  app::Config config;
  config.head_timeout = 600;
  config.head_grace = 1;
  TestServer server(units(), config);
  Client client(server.port());
  client.send("GET / HT");
  EXPECT_EQ(client.read().status, 408);
}

TEST(PeerLimits, ABodyThatDrips) {
  app::Config config;
  config.body_timeout = 600;
  config.body_grace = 1;
  TestServer server(units(), config);
  Client counted(server.port());
  Client chunked(server.port());
  counted.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc");
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na");
  EXPECT_EQ(counted.read().status, 408);
  EXPECT_EQ(chunked.read().status, 408);
}

TEST(PeerLimits, NoRateIsNoDeadline) {
  app::Config config;
  config.head_grace = config.body_grace = 0;
  config.min_head_rate = config.min_body_rate = 0;
  config.head_timeout = config.body_timeout = 2;
  TestServer server(units(), config);
  Client client(server.port());
  client.send("GET / HT");
  EXPECT_EQ(client.read().status, 408) << "the timeout is left";
}

}  // namespace
}  // namespace folio
