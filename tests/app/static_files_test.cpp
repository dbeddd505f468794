// Files of public/: what is served, what goes before what, and that nothing leads out.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <filesystem>
#include <fstream>

#include "app/test_server.hpp"

namespace test_files {
namespace page {
using namespace folio::absent;
using namespace folio;
std::string GET(Path<"name"> name) {
  return "page " + *name;
}
struct FolioFile {
  static constexpr std::string_view file = "[name].cpp";
  static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated;
  static constexpr folio::ParamNames<1> params{{"name"}};
};
FOLIO_ROUTE_UNIT
}  // namespace page
}  // namespace test_files

namespace folio {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::Client;
using test::TestServer;

struct StaticFiles : testing::Test {
  StaticFiles() : folder(fs::temp_directory_path() / ("folio-static-" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::create_directories(folder / "public" / "docs");
    write("public/style.css", "body{}");
    write("public/docs/index.html", "<h1>docs</h1>");
    write("public/with space.txt", "spaced");
    write("public/.secret", "hidden");
    write("secret.txt", "outside");
    fs::create_symlink(folder / "secret.txt", folder / "public" / "link.txt");
    fs::create_symlink("style.css", folder / "public" / "alias.css");
    app::Config config;
    config.public_files = (folder / "public").string();
    server = std::make_unique<TestServer>(std::vector<const RouteUnit*>{&test_files::page::folio_unit}, config);
    client = std::make_unique<Client>(server->port());
  }
  ~StaticFiles() override {
    client.reset();
    server.reset();
    fs::remove_all(folder);
  }
  void write(const std::string& name, const std::string& content) const { std::ofstream(folder / name) << content; }

  fs::path folder;
  std::unique_ptr<TestServer> server;
  std::unique_ptr<Client> client;
};

TEST_F(StaticFiles, GoBeforeParameters) {
  const Answer css = client->get("/style.css");
  EXPECT_EQ(css.status, 200);
  EXPECT_EQ(css.body, "body{}");
  EXPECT_EQ(css.field("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(client->get("/other.css").body, "page other.css");
  EXPECT_EQ(client->ask("POST /style.css HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
}

TEST_F(StaticFiles, HeadIndexesAndEscapes) {
  const Answer head = client->ask("HEAD /style.css HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(head.field("Content-Length"), "6");
  EXPECT_EQ(client->get("/docs/").body, "<h1>docs</h1>");
  EXPECT_EQ(client->get("/docs/index.html").body, "<h1>docs</h1>");
  EXPECT_EQ(client->get("/nothing/here").status, 404);
}

TEST_F(StaticFiles, Conditional) {
  const Answer first = client->get("/style.css");
  const Answer second = client->get("/style.css", "If-None-Match: " + first.field("ETag") + "\r\n");
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(client->get("/style.css", "If-Modified-Since: " + first.field("Last-Modified") + "\r\n").status, 304);
  EXPECT_EQ(client->get("/style.css", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status, 200);
  const Answer both = client->get(
      "/style.css", "If-None-Match: \"other\"\r\nIf-Modified-Since: " + first.field("Last-Modified") + "\r\n");
  EXPECT_EQ(both.status, 200) << "If-None-Match decides alone";
  EXPECT_EQ(client->get("/style.css").status, 200) << "the connection is in step";
}

TEST_F(StaticFiles, NothingLeadsOut) {
  for (const char* path :
       {"/docs/../../secret.txt", "/docs/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt", "/docs/..%2f..%2fsecret.txt",
        "/docs/%2e%2e%2f%2e%2e%2fsecret.txt", "/link.txt/", "/docs//../secret.txt"}) {
    EXPECT_EQ(client->get(path).body.find("outside"), std::string::npos) << path;
  }
  EXPECT_EQ(client->get("/link.txt").body.find("outside"), std::string::npos) << "a link out of the root";
  EXPECT_EQ(client->get("/alias.css").body, "body{}") << "a link inside of it";
  EXPECT_EQ(client->get("/.secret").body.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace folio
