// TestClient, and through it what requests say of their client behind proxies and forms with files.
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>
#include <folio/test_client.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_client_routes {

struct Note {
  std::string text;
  int stars = 0;
};

namespace notes {
using namespace folio::absent;
using namespace folio;
Result<Json<Note>> POST(Json<Note> note) {
  if (note->stars > 5) return AppError::unprocessable("too many stars");
  return *note;
}
Task<std::string> GET(Request& req) {
  co_await sleep_for(std::chrono::milliseconds(1));
  co_return std::string(req.header("X-Name"));
}
Response DELETE() {
  return Response::redirect("/elsewhere");
}
FOLIO_TEST_FILE("notes.cpp")
FOLIO_ROUTE_UNIT
}  // namespace notes

namespace never {
using namespace folio::absent;
using namespace folio;
Task<std::string> GET() {
  co_await sleep_for(std::chrono::hours(1));
  co_return "at last";
}
FOLIO_TEST_FILE("never.cpp")
FOLIO_ROUTE_UNIT
}  // namespace never

namespace origin {
using namespace folio::absent;
using namespace folio;
std::string GET(Request& req) {
  return std::string(req.remote_address()) + " " + std::string(req.scheme()) + " " + std::string(req.host());
}
FOLIO_TEST_FILE("origin.cpp")
FOLIO_ROUTE_UNIT
}  // namespace origin

namespace upload {
using namespace folio::absent;
using namespace folio;
struct Order {
  std::string title;
  std::optional<int> count;
};
// Tells of every part, and puts the file `keep` where the field `to` says.
Task<Result<std::string>> POST(Multipart form) {
  std::string told;
  for (const FormPart& part : form.parts()) {
    told += part.name() +
            (part.is_file() ? " file " + part.safe_filename() + " " + part.content_type() : " " + part.text()) + " " +
            std::to_string(part.size()) + "\n";
    if (part.is_file()) EXPECT_EQ(std::filesystem::file_size(part.path()), part.size());
  }
  if (FormPart* keep = form.file("keep")) {
    if (auto saved = co_await keep->save(std::string(form.field("to").value_or(""))); !saved)
      co_return std::move(saved).error();
    if (auto again = co_await keep->save("/nowhere"); again) co_return AppError::internal();
  }
  if (form.field("title")) {
    const auto order = form.fields<Order>();
    if (!order) co_return order.error();
    told += order->title + " " + std::to_string(order->count.value_or(-1));
  }
  co_return told;
}
FOLIO_TEST_FILE("upload.cpp")
FOLIO_ROUTE_UNIT
}  // namespace upload

}  // namespace test_client_routes

namespace folio {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<const RouteUnit*>& routes() {
  static const std::vector<const RouteUnit*> all{
      &test_client_routes::notes::folio_unit, &test_client_routes::never::folio_unit,
      &test_client_routes::origin::folio_unit, &test_client_routes::upload::folio_unit};
  return all;
}

TEST(TestClientRequests, RunTheRoutes) {
  TestClient client(routes());
  client.headers = {{"X-Name", "ada"}};
  EXPECT_EQ(client.get("/notes").body, "ada");
  EXPECT_EQ(client.get("/notes", {{"x-name", "eve"}}).body, "eve");
  EXPECT_EQ(client.get("/nothing").status, 404);
  EXPECT_EQ(client.head("/notes").status, 200);
  EXPECT_EQ(client.head("/notes").body, "");
  const auto posted = client.post_json("/notes", test_client_routes::Note{"hello", 5});
  EXPECT_EQ(posted.status, 200);
  EXPECT_EQ(posted.json<test_client_routes::Note>()->text, "hello");
  EXPECT_THAT(client.post_json("/notes", test_client_routes::Note{"hello", 6}).body, HasSubstr("too many stars"));
  EXPECT_EQ(client.post("/notes", "{", "application/json").status, 400);
  EXPECT_EQ(client.put("/notes", "", "text/plain").status, 405);
  const auto moved = client.del("/notes");
  EXPECT_EQ(moved.status, 302);
  EXPECT_EQ(moved.header("Location"), "/elsewhere");
}

TEST(TestClientRequests, LimitsHold) {
  TestClient client(routes(), {.max_body = 1000, .timeout = std::chrono::milliseconds(20)});
  EXPECT_EQ(client.post("/notes", std::string(1001, 'x'), "application/json").status, 413);
  EXPECT_EQ(client.get("/notes?x=" + std::string(9000, 'x')).status, 414);
  const auto late = client.get("/never");
  EXPECT_EQ(late.status, 0);
  EXPECT_THAT(late.body, HasSubstr("took too long"));
  EXPECT_THAT(client.get("no path").body, HasSubstr("is no URL"));
}

TEST(TestClientRequests, ManyClientsBesideEachOther) {
  TestClient first(routes());
  TestClient second(routes());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(first.get("/notes").status, 200);
    EXPECT_EQ(second.get("/notes").status, 200);
  }
}

TEST(RequestOrigin, IsTheConnectionsWithoutTrustedProxies) {
  TestClient client(routes());
  EXPECT_EQ(client.get("/origin").body, "127.0.0.1 http localhost");
  EXPECT_EQ(client.get("http://example.com:81/origin").body, "127.0.0.1 http example.com:81");
  EXPECT_EQ(client.get("/origin", {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}}).body,
            "127.0.0.1 http localhost");
}

TEST(RequestOrigin, IsWhatTrustedProxiesSay) {
  TestClient client(routes(), {.trusted_proxies = {"127.0.0.0/8"}});
  EXPECT_EQ(client.get("/origin").body, "127.0.0.1 http localhost");
  EXPECT_EQ(client
                .get("/origin", {{"X-Forwarded-For", "6.6.6.6, 192.0.2.1"},
                                 {"X-Forwarded-Proto", "https"},
                                 {"X-Forwarded-Host", "example.com"}})
                .body,
            "192.0.2.1 https example.com");
  EXPECT_EQ(client.get("/origin", {{"Forwarded", "for=\"[2001:db8::1]:9\";proto=https;host=example.org"}}).body,
            "2001:db8::1 https example.org");
}

struct Forms : testing::Test {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("folio-forms-" + std::to_string(::getpid()));
  Forms() { std::filesystem::create_directories(folder); }
  ~Forms() override { std::filesystem::remove_all(folder); }
  static std::string part(std::string_view disposition, std::string_view content) {
    return "--b\r\nContent-Disposition: form-data; " + std::string(disposition) +
           "\r\nContent-Type: image/png\r\n\r\n" + std::string(content) + "\r\n";
  }
  HttpResponse post(std::string body) {
    TestClient client(routes());
    return client.post("/upload", std::move(body), "multipart/form-data; boundary=b");
  }
};

TEST_F(Forms, FieldsInMemoryAndFilesOnDisk) {
  const std::string content(300'000, '\r');
  const std::string to = (folder / "kept.png").string();
  const auto answer = post(part("name=title", "Folio") + part("name=to", to) + part("name=count", "7") +
                           part("name=keep; filename=\"../../.a b.png\"", content) +
                           part("name=none; filename=\"\"", "") + "--b--\r\n");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, "title Folio 5\nto " + to + " " + std::to_string(to.size()) +
                             "\ncount 7 1\nkeep file a b.png image/png 300000\nnone file file image/png 0\nFolio 7");
  std::ifstream in(to, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), content);
}

TEST_F(Forms, NothingIsOverwritten) {
  const std::string to = (folder / "there").string();
  std::ofstream(to) << "before";
  const auto answer = post(part("name=to", to) + part("name=keep; filename=x", "after") + "--b--");
  EXPECT_EQ(answer.status, 500);
  std::ifstream in(to);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "before");
}

TEST_F(Forms, FaultsAreAnsweredBeforeTheHandlerRuns) {
  EXPECT_THAT(post(part("name=title", "x")).body,
              AllOf(HasSubstr("ends before its last boundary"), HasSubstr("the field 'title'")));
  EXPECT_EQ(post(part("name=title", std::string(1024 * 1024 + 1, 'x')) + "--b--").status, 413);
  TestClient client(routes());
  EXPECT_EQ(client.post("/upload", "a=b", "application/x-www-form-urlencoded").status, 415);
  EXPECT_EQ(client.post("/upload", "--b--", "multipart/form-data").status, 400);
  EXPECT_EQ(client.post("/upload", "--b--", "multipart/form-data; boundary=b").status, 200);
}

std::size_t folders_of_uploads(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// A form that breaks off leaves nothing behind, wherever its reader was.
TEST_F(Forms, TemporaryFilesGoWithTheForm) {
  app::Config config;
  config.temporary_folder = folder.string();
  test::TestServer server(routes(), config);
  const std::string form = part("name=f; filename=x", std::string(100'000, 'x')) + "--b--";
  const std::string head =
      "POST /upload HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: " +
      std::to_string(form.size()) + "\r\n\r\n";
  {
    test::Client client(server.port());
    EXPECT_EQ(client.ask(head + form).status, 200);
  }
  {
    test::Client client(server.port());
    client.send(head + form.substr(0, 90'000));
    while (folders_of_uploads(folder) == 0) std::this_thread::yield();
    client.reset();
  }
  while (folders_of_uploads(folder) != 0) std::this_thread::yield();
}

}  // namespace
}  // namespace folio
