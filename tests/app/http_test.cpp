// HTTP as a client sees it, over real sockets: dispatch, framing, limits, deadlines, shutdown.
#include <gtest/gtest.h>
#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <atomic>
#include <fstream>
#include <stdexcept>

#include "app/test_server.hpp"

// What the code generator would write around each file.
#define FOLIO_TEST_FILE(NAME, ...)                                               \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };
#define FOLIO_NO_PARAMS \
  folio::ParamNames<0> {}

namespace test_routes {
namespace home {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "Hello, World!";
}
std::string POST(Body body) {
  return "got " + std::to_string(body->size());
}
FOLIO_TEST_FILE("index.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace home

namespace user {
using namespace folio::absent;
using namespace folio;
struct User {
  std::uint64_t id;
  std::string name;
};
Result<Json<User>> GET(Path<"id", std::uint64_t> id) {
  if (*id == 0) return AppError::not_found("ids start at 1");
  return User{*id, "Ada"};
}
Task<Result<Json<User>>> PUT(Path<"id", std::uint64_t> id, Json<User> body) {
  co_await yield();
  co_return User{*id, body->name};
}
void DELETE(Path<"id", std::uint64_t>) {}
FOLIO_TEST_FILE("users/[id].cpp", folio::ParamNames<1>{{"id"}})
FOLIO_ROUTE_UNIT
}  // namespace user

namespace search {
using namespace folio::absent;
using namespace folio;
struct Filter {
  std::string q;
  int page = 1;
  std::optional<bool> exact;
  std::vector<std::string> tag;
};
std::string GET(Query<Filter> filter) {
  return filter->q + " " + std::to_string(filter->page) + " " + std::to_string(filter->exact.value_or(false)) + " " +
         std::to_string(filter->tag.size());
}
Response POST(Form<Filter> form, Header<"X-Word", std::optional<std::string>> word,
              Cookie<"c", std::optional<int>> cookie) {
  return Response::text(form->q + "/" + word->value_or("-") + "/" + std::to_string(cookie->value_or(-1)))
      .cookie("seen", "1")
      .header("X-Bad", "a\r\nX-Injected: yes");
}
std::string PUT(QueryParam<"n", int> n, Text text) {
  return std::to_string(*n) + *text;
}
FOLIO_TEST_FILE("search.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace search

namespace slow {
using namespace folio::absent;
using namespace folio;
Task<std::string> GET(QueryParam<"ms", int> ms) {
  co_await sleep_for(std::chrono::milliseconds(*ms));
  co_return "slept " + std::to_string(*ms);
}
FOLIO_TEST_FILE("slow.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace slow

namespace waiting {
using namespace folio::absent;
using namespace folio;
std::optional<Sender<int>> waits;  // of the one request that waits; of the loop's thread
// Looks at its request when others have come and gone.
Task<std::string> GET(Path<"name"> name, Request& request) {
  auto [sender, receiver] = channel<int>(1);
  waits = std::move(sender);
  (void)co_await receiver.next();
  co_return std::string(request.method()) + " " + std::string(request.path()) + " " + *request.param("name") + " " +
      std::string(request.query_string()) + " " + std::string(request.header("X-Mine")) + " " + *name;
}
std::string POST() {
  if (!waits) return "nobody waits";
  (void)waits->send(1);
  waits.reset();
  return "told";
}
FOLIO_TEST_FILE("waiting/[name].cpp", folio::ParamNames<1>{{"name"}})
FOLIO_ROUTE_UNIT
}  // namespace waiting

namespace large {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return std::string(1'000'000, 'x');
}
std::string POST(Request& request) {
  return std::string(request.body());
}
// Keeps every body, and tells all.
std::string PUT(Body body, Request& request) {
  static std::vector<Body> kept;
  kept.push_back(body);
  std::string all;
  for (const Body& one : kept) all += *one + ",";
  return all + (body->data() == request.body().data() || body->empty() ? "shared" : "copied");
}
FOLIO_TEST_FILE("large.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace large

namespace faulty {
using namespace folio::absent;
using namespace folio;
std::string GET(Path<"kind"> kind) {
  if (*kind == "std") throw std::runtime_error("a secret of the server");
  if (*kind == "app") throw AppError::conflict("already there");
  if (*kind == "int") throw 7;
  return "fine";
}
Task<Response> POST(Path<"kind"> kind) {
  co_await yield();
  if (*kind == "std") throw std::runtime_error("a secret of the server");
  if (*kind == "interim") co_return Response::status(101);
  co_return Response::text("fine");
}
FOLIO_TEST_FILE("faulty/[kind].cpp", folio::ParamNames<1>{{"kind"}})
FOLIO_ROUTE_UNIT
}  // namespace faulty

struct Caller {
  std::string name;
};

namespace outer_middleware {
using namespace folio;
Task<Response> middleware(Request& req, Next next) {
  if (req.query("stop")) co_return Response::text("stopped", 403);
  req.set(Caller{std::string(req.header("X-Caller"))});
  Response response = co_await next();
  std::string order(response.find("X-Order"));
  co_return std::move(response).header("X-Order", order + "outer");
}
FOLIO_TEST_FILE("inside/_middleware.cpp", FOLIO_NO_PARAMS)
FOLIO_MIDDLEWARE_UNIT
}  // namespace outer_middleware

namespace inner_middleware {
using namespace folio;
Task<Result<Response>> middleware(Request& req, Next next) {
  if (req.query("refuse")) co_return AppError::unauthorized("who are you?").header("WWW-Authenticate", "Basic");
  if (req.query("throw")) throw std::runtime_error("in the middleware");
  Response response = co_await next();
  co_return std::move(response).header("X-Order", "inner ");
}
FOLIO_TEST_FILE("inside/deep/_middleware.cpp", FOLIO_NO_PARAMS)
FOLIO_MIDDLEWARE_UNIT
}  // namespace inner_middleware

namespace inside {
using namespace folio::absent;
using namespace folio;
std::string GET(const Caller& caller) {
  return "caller " + caller.name;
}
FOLIO_TEST_FILE("inside/deep/page.cpp", FOLIO_NO_PARAMS)
FOLIO_ROUTE_UNIT
}  // namespace inside

namespace inside_error {
using namespace folio;
Response error(Request& req, const AppError& failure) {
  return Response::text("own error page: " + std::to_string(failure.status()) + " " + std::string(req.path()),
                        failure.status());
}
FOLIO_TEST_FILE("inside/_error.cpp", FOLIO_NO_PARAMS)
FOLIO_ERROR_UNIT
}  // namespace inside_error

namespace inside_404 {
using namespace folio;
Task<Response> not_found(Request& req) {
  co_return Response::text("nothing at " + std::string(req.path()));
}
FOLIO_TEST_FILE("inside/_404.cpp", FOLIO_NO_PARAMS)
FOLIO_NOT_FOUND_UNIT
}  // namespace inside_404
}  // namespace test_routes

namespace folio {
namespace {

using test::Answer;
using test::Client;
using test::TestServer;
using testing::Test;

std::vector<const RouteUnit*> all_units() {
  using namespace test_routes;
  return {&home::folio_unit,   &user::folio_unit,         &search::folio_unit,           &slow::folio_unit,
          &large::folio_unit,  &faulty::folio_unit,       &outer_middleware::folio_unit, &inner_middleware::folio_unit,
          &inside::folio_unit, &inside_error::folio_unit, &inside_404::folio_unit,
          &waiting::folio_unit};
}

struct Http : Test {
  TestServer server{all_units()};
  Client client{server.port()};
};

TEST_F(Http, PlainHandler) {
  const Answer answer = client.get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "Hello, World!");
  EXPECT_EQ(answer.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.field("Date").size(), 29u);
}

TEST_F(Http, ByteByByte) {
  for (const char c :
       std::string_view("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
    ASSERT_TRUE(client.send({&c, 1}));
  }
  EXPECT_EQ(client.read().body, "got 5");
  EXPECT_EQ(client.get("/").status, 200) << "the connection goes on";
}

TEST_F(Http, PipelinedInOrderWithSlowHandlers) {
  client.send(
      "GET /slow?ms=60 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /slow?ms=1 HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      "GET /users/4 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().body, "slept 60");
  EXPECT_EQ(client.read().body, "Hello, World!");
  EXPECT_EQ(client.read().body, "slept 1");
  EXPECT_EQ(client.read().body, "got 3");
  EXPECT_EQ(client.read().body, R"({"id":4,"name":"Ada"})");
}

// What was read of one connection is overwritten by what is read of the next.
TEST_F(Http, ARequestThatWaitsStaysAsItCame) {
  const auto tell = [this] {
    Client other(server.port());
    const std::string path(60, 'z');
    while (other.ask("POST /waiting/" + path + " HTTP/1.1\r\nHost: a\r\n\r\n").body != "told") {
    }
  };
  client.send("GET /waiting/ada?x=1 HTTP/1.1\r\nHost: a\r\nX-Mine: mine\r\n\r\n");
  tell();
  EXPECT_EQ(client.read().body, "GET /waiting/ada ada x=1 mine ada");
  client.send("GET /waiting/a%64a?x=1 HTTP/1.1\r\nHost: a\r\nX-Mine: mine\r\n\r\n");
  tell();
  EXPECT_EQ(client.read().body, "GET /waiting/a%64a ada x=1 mine ada") << "a parameter with an escape in it";
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /waiting/bob HTTP/1.1\r\nHost: a\r\nX-Mine: b\r\n\r\n"
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read().body, "Hello, World!");
  tell();
  EXPECT_EQ(client.read().body, "GET /waiting/bob bob  b bob") << "in the middle of others";
  EXPECT_EQ(client.read().body, "Hello, World!");
}

TEST_F(Http, PipelinedMoreThanTheLimitsOfOneRead) {
  std::string many;
  constexpr int count = 5000;
  for (int i = 0; i < count; ++i) many += "GET /slow?ms=0 HTTP/1.1\r\nHost: a\r\n\r\n";
  std::thread writer([&] { client.send(many); });
  for (int i = 0; i < count; ++i) ASSERT_EQ(client.read().body, "slept 0") << i;
  writer.join();
}

TEST_F(Http, KeepAliveAndClose) {
  EXPECT_EQ(client.get("/", "Connection: close\r\n").field("Connection"), "close");
  EXPECT_EQ(client.read().status, 0) << "the server ended the connection";
  Client old(server.port());
  EXPECT_EQ(old.ask("GET / HTTP/1.0\r\n\r\n").status, 200);
  EXPECT_EQ(old.read().status, 0) << "HTTP/1.0 does not persist by itself";
}

TEST_F(Http, AClientThatEndsItsSideGetsItsAnswers) {
  client.send("GET /slow?ms=30 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.end();
  EXPECT_EQ(client.read().body, "slept 30");
  EXPECT_EQ(client.read().body, "Hello, World!");
  EXPECT_EQ(client.read().status, 0);
}

TEST_F(Http, HeadOptionsAndMethodNotAllowed) {
  const Answer head = client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "13");
  const Answer options = client.ask("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.field("Allow"), "GET, HEAD, POST, OPTIONS");
  const Answer wrong = client.ask("PATCH /users/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
}

TEST_F(Http, NoContent) {
  const Answer answer = client.ask("DELETE /users/1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.field("Content-Length"), "");
  EXPECT_EQ(client.get("/").status, 200);
}

TEST_F(Http, ExtractorsAnswerWhatIsWrong) {
  EXPECT_EQ(client.get("/users/7").body, R"({"id":7,"name":"Ada"})");
  EXPECT_NE(client.get("/users/x").body.find("Invalid id parameter: not a number"), std::string::npos);
  EXPECT_NE(client.get("/users/-1").body.find("Invalid id parameter: must not be negative"), std::string::npos);
  EXPECT_NE(client.get("/users/99999999999999999999").body.find("out of range"), std::string::npos);
  const std::string put = "PUT /users/7 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ";
  EXPECT_EQ(client.ask(put + "20\r\n\r\n{\"id\":1,\"name\":\"Bo\"}").body, R"({"id":7,"name":"Bo"})");
  const Answer wrong = client.ask(put + "17\r\n\r\n{\"id\":1,\"name\":5}");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.field("Content-Type"), "application/problem+json");
  EXPECT_NE(wrong.body.find("field 'name': expected a string"), std::string::npos) << wrong.body;
  EXPECT_EQ(
      client.ask("PUT /users/7 HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: 2\r\n\r\n{}").status,
      415);
}

TEST_F(Http, QueriesFormsHeadersAndCookies) {
  EXPECT_EQ(client.get("/search?q=a+b%21&page=3&exact=on&tag=x&tag=y").body, "a b! 3 1 2");
  EXPECT_EQ(client.get("/search?q=z").body, "z 1 0 0");
  EXPECT_EQ(client.get("/search?q=z&page=").status, 400);
  EXPECT_NE(client.get("/search?page=3").body.find("Missing query parameter: q"), std::string::npos);
  EXPECT_NE(client.get("/search?q=a&page=no").body.find("Invalid page query parameter: not a number"),
            std::string::npos);
  const Answer form = client.ask(
      "POST /search HTTP/1.1\r\nHost: a\r\nX-Word: hey\r\nCookie: b=1; c=42\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nq=%C3%A4");
  EXPECT_EQ(form.body, "\xC3\xA4/hey/42");
  EXPECT_EQ(form.field("X-Injected"), "") << "a line break in a field's value is refused";
  EXPECT_EQ(form.field("Set-Cookie"), "seen=1; Path=/; SameSite=Lax; HttpOnly");
  EXPECT_EQ(client.ask("PUT /search?n=4 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok").body, "4ok");
  EXPECT_NE(
      client.ask("PUT /search?n=4 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\xff\xfe").body.find("not UTF-8"),
      std::string::npos);
}

TEST_F(Http, ExceptionsAreContained) {
  const Answer secret = client.get("/faulty/std");
  EXPECT_EQ(secret.status, 500);
  EXPECT_EQ(secret.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.get("/faulty/int").status, 500);
  const Answer told = client.get("/faulty/app");
  EXPECT_EQ(told.status, 409);
  EXPECT_NE(told.body.find("already there"), std::string::npos);
  EXPECT_EQ(client.ask("POST /faulty/std HTTP/1.1\r\nHost: a\r\n\r\n").status, 500);
  EXPECT_EQ(client.ask("POST /faulty/interim HTTP/1.1\r\nHost: a\r\n\r\n").status, 500);
  EXPECT_EQ(client.get("/faulty/none").body, "fine");
}

TEST_F(Http, ErrorsInTheFormThatTheClientLikes) {
  EXPECT_EQ(client.get("/nothing").field("Content-Type"), "application/problem+json");
  const Answer page = client.get("/nothing", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
  EXPECT_EQ(page.status, 404);
  EXPECT_EQ(page.field("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(Http, MiddlewareWrapsFromOutside) {
  const Answer page = client.get("/inside/deep/page", "X-Caller: me\r\n");
  EXPECT_EQ(page.body, "caller me");
  EXPECT_NE(page.head.find("X-Order: inner \r\n"), std::string::npos) << page.head;
  EXPECT_NE(page.head.find("X-Order: inner outer\r\n"), std::string::npos) << page.head;
  EXPECT_EQ(client.get("/inside/deep/page?stop=1").body, "stopped");
  const Answer refused = client.get("/inside/deep/page?refuse=1");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, "own error page: 401 /inside/deep/page");
  EXPECT_EQ(client.get("/inside/deep/page?throw=1").status, 500);
  EXPECT_EQ(client.ask("POST /inside/deep/page?stop=1 HTTP/1.1\r\nHost: a\r\n\r\n").status, 403)
      << "405 is behind it too";
}

TEST_F(Http, OwnNotFoundRunsBehindTheFoldersMiddleware) {
  const Answer miss = client.get("/inside/deep/elsewhere");
  EXPECT_EQ(miss.status, 404);
  EXPECT_EQ(miss.body, "nothing at /inside/deep/elsewhere");
  EXPECT_EQ(client.get("/inside/x?stop=1").status, 403);
}

TEST_F(Http, TrailingSlashAndBadEscapes) {
  const Answer redirect = client.get("/users/7/?a=b");
  EXPECT_EQ(redirect.status, 308);
  EXPECT_EQ(redirect.field("Location"), "/users/7?a=b");
  EXPECT_EQ(client.get("/users/%00").status, 400);
  EXPECT_EQ(client.get("//users/7").status, 404);
  EXPECT_EQ(client.get("/users/%zz").status, 400);
}

TEST_F(Http, FaultyRequestsGetAReadableAnswerAndAreClosed) {
  for (const std::string& request :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        std::string("GET / HTTP/1.1\nHost: a\r\n\r\n"), std::string("nonsense\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")}) {
    Client faulty(server.port());
    const Answer answer = faulty.ask(request);
    EXPECT_EQ(answer.status, 400) << request;
    EXPECT_EQ(answer.field("Connection"), "close");
    EXPECT_EQ(faulty.read().status, 0);
  }
  Client big(server.port());
  EXPECT_EQ(big.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n").status, 413);
  Client wide(server.port());
  EXPECT_EQ(wide.ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n").status, 431);
  Client far(server.port());
  EXPECT_EQ(far.ask("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 414);
  Client unknown(server.port());
  EXPECT_EQ(unknown.ask("BREW / HTTP/1.1\r\nHost: a\r\n\r\n").status, 501);
}

TEST_F(Http, AnErrorWaitsBehindTheAnswersThatAreOwed) {
  client.send("GET /slow?ms=30 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n");
  EXPECT_EQ(client.read().body, "slept 30");
  EXPECT_EQ(client.read().status, 400);
}

TEST_F(Http, ExpectContinue) {
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("hello");
  EXPECT_EQ(client.read().body, "got 5");
}

TEST_F(Http, ALargeBodyAndALargeAnswer) {
  std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
  request.append(1'000'000, 'x');
  EXPECT_EQ(client.ask(request).body, "got 1000000");
}

// In one run and in many, so that it is read to where it stays and through the buffer that all share.
TEST_F(Http, ALargeBodyArrivesAsItWasSent) {
  std::string body;
  for (int i = 0; body.size() < 1'000'000; ++i) body += std::to_string(i);
  const std::string head = "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const std::string next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::size_t run : {std::size_t{2'000'000}, std::size_t{300'000}, std::size_t{33'333}, std::size_t{1000}}) {
    const std::string request = head + body + next;
    for (std::string_view rest = request; !rest.empty(); rest.remove_prefix(std::min(run, rest.size()))) {
      client.send(std::string(rest.substr(0, run)));
      if (run < 100'000) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    EXPECT_TRUE(client.read().body == body) << run;
    EXPECT_EQ(client.read().body, "Hello, World!") << run;
  }
}

TEST_F(Http, ABodyIsSharedAndStaysForWhoKeepsIt) {
  const auto put = [&](const std::string& body) {
    return client.ask("PUT /large HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)
        .body;
  };
  EXPECT_EQ(put("one"), "one,shared");
  EXPECT_EQ(put("2"), "one,2,shared");
  EXPECT_EQ(put(""), "one,2,,shared");
  EXPECT_EQ(client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nother").body, "got 5");
  const std::string large(100'000, 'x');
  EXPECT_EQ(put(large), "one,2,," + large + ",shared");
  EXPECT_EQ(put("3"), "one,2,," + large + ",3,shared");
}

// Resident memory of this process, in bytes.
std::size_t resident() {
  std::ifstream status("/proc/self/statm");
  std::size_t total = 0;
  std::size_t pages = 0;
  status >> total >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_F(Http, AClientThatDoesNotReadItsAnswersIsBounded) {
  constexpr int count = 300;
  std::string many;
  for (int i = 0; i < count; ++i) many += "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::size_t before = resident();
  client.send(many);
  Client other(server.port());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(other.get("/").status, 200);
  EXPECT_LT(resident(), before + 100'000'000) << "300 answers of 1 MB must not wait in memory";
  for (int i = 0; i < count; ++i) ASSERT_EQ(client.read().body.size(), 1'000'000U) << i;
  EXPECT_EQ(client.get("/").status, 200);
}

TEST_F(Http, AClientThatGoesAwayCancelsItsHandler) {
  for (int i = 0; i < 20; ++i) {
    Client brief(server.port());
    brief.send("GET /slow?ms=100000 HTTP/1.1\r\nHost: a\r\n\r\n");
    brief.reset();
  }
  EXPECT_EQ(client.get("/").status, 200);
  client.close();
  server.stop();  // and nothing is left that would keep it from stopping
}

TEST(HttpDeadlines, AHeadThatDripsIs408) {
  app::Config config;
  config.head_timeout = 1;
  TestServer server(all_units(), config);
  Client client(server.port());
  client.send("GET / HT");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 408);
  Client body(server.port());
  body.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body.read().status, 200);
}

TEST(HttpDeadlines, AnIdleConnectionIsClosed) {
  app::Config config;
  config.keep_alive_timeout = 1;
  config.body_timeout = 1;
  TestServer server(all_units(), config);
  Client idle(server.port());
  EXPECT_EQ(idle.get("/").status, 200);
  EXPECT_EQ(idle.read_all(), "");
  Client stuck(server.port());
  stuck.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(stuck.read().status, 408);
}

TEST(HttpShutdown, RequestsInFlightFinish) {
  TestServer server(all_units());
  Client busy(server.port());
  Client idle(server.port());
  EXPECT_EQ(idle.get("/").status, 200);
  busy.send("GET /slow?ms=300 HTTP/1.1\r\nHost: a\r\n\r\n");
  Client probe(server.port());
  EXPECT_EQ(probe.get("/").status, 200);  // the slow request has been read by now
  server.begin_stop();
  const Answer answer = busy.read();
  EXPECT_EQ(answer.body, "slept 300");
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(idle.read_all(), "");
  busy.close();
  idle.close();
  probe.close();
  server.stop();
}

TEST(HttpShutdown, ADeadlineEndsWhatDoesNotFinish) {
  app::Config config;
  config.shutdown_timeout = 1;
  TestServer server(all_units(), config);
  Client busy(server.port());
  busy.send("GET /slow?ms=1000000 HTTP/1.1\r\nHost: a\r\n\r\n");
  Client probe(server.port());
  EXPECT_EQ(probe.get("/").status, 200);
  server.stop();
  EXPECT_EQ(busy.read().status, 0);
}

TEST(HttpThreads, SeveralLoopsAnswer) {
  app::Config config;
  config.threads = 3;
  TestServer server(all_units(), config);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        Client client(server.port());
        for (int k = 0; k < 10; ++k) good += client.get("/users/" + std::to_string(k + 1)).status == 200 ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 600);
}

TEST(Listen, TheSecondOneIsToldThatThePortIsTaken) {
  TestServer first(all_units());
  app::Config config;
  config.host = "127.0.0.1";
  config.port = first.port();
  config.threads = 1;
  app::Server second(config);
  const auto listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_NE(listening.error().message().find("another program uses the port"), std::string::npos);
}

}  // namespace
}  // namespace folio
