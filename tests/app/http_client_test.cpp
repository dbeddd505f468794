// HttpClient against a server of our own and against peers that say exactly what they are told to.
#include <folio/block_on.hpp>
#include <folio/folio.hpp>
#include <folio/http_client.hpp>
#include <folio/route_unit.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/test_server.hpp"

#define FOLIO_TEST_FILE(NAME)                                                    \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr folio::ParamNames<0> params{};                              \
  };

namespace test_http_client {

namespace echo {
using namespace folio::absent;
using namespace folio;
struct Seen {
  std::string method;
  std::string host;
  std::string agent;
  std::string name;
  std::string body;
};
Json<Seen> ANY(Request& req) {
  return Seen{std::string(req.method()), std::string(req.header("Host")), std::string(req.header("User-Agent")),
              std::string(req.header("X-Name")), std::string(req.body())};
}
FOLIO_TEST_FILE("echo.cpp")
FOLIO_ROUTE_UNIT
}  // namespace echo

namespace pieces {
using namespace folio::absent;
using namespace folio;
Response GET(QueryParam<"count", int> count) {
  return Response::stream("text/plain", [count = *count](ResponseStream out) -> Task<> {
    for (int i = 0; i < count; ++i) co_await out.write(std::string(1000, static_cast<char>('a' + i % 26)));
  });
}
Task<std::string> POST(BodyStream body) {
  std::size_t size = 0;
  while (auto piece = co_await body.read()) size += piece->size();
  co_return std::to_string(size);
}
FOLIO_TEST_FILE("pieces.cpp")
FOLIO_ROUTE_UNIT
}  // namespace pieces

}  // namespace test_http_client

namespace folio {
namespace {

using test::TestServer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers each connection with the next of its scripts, once a whole request has come: pieces of a script are divided
// by
// `|`, each for one request. After a script that ends with `!` it ends the connection; others are held open.
class Peer {
 public:
  explicit Peer(std::vector<std::string> scripts)
      : scripts_(std::move(scripts)), fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 8), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Peer() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  // The head of a request, and its body by Content-Length; false at the end.
  bool read_request(int peer) {
    std::string request;
    char bytes[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::read(peer, bytes, sizeof(bytes));
      if (got <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(got));
    }
    const std::size_t head = request.find("\r\n\r\n") + 4;
    const std::size_t length = request.find("Content-Length: ");
    const std::size_t size = length == std::string::npos ? 0 : std::stoul(request.substr(length + 16));
    while (request.size() < head + size) {
      const ssize_t got = ::read(peer, bytes, sizeof(bytes));
      if (got <= 0) return false;
      request.append(bytes, static_cast<std::size_t>(got));
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
    return true;
  }
  void serve() {
    for (std::string script : scripts_) {
      const int peer = ::accept(fd_, nullptr, nullptr);
      if (peer < 0) return;
      const bool ends = script.ends_with('!');
      if (ends) script.pop_back();
      std::string_view rest = script;
      while (true) {
        const std::size_t bar = rest.find('|');
        if (!read_request(peer)) break;
        const std::string_view answer = rest.substr(0, bar);
        (void)!::write(peer, answer.data(), answer.size());
        if (bar == std::string_view::npos) {
          if (!ends) {
            char byte;
            while (::read(peer, &byte, 1) > 0) {
            }
          }
          break;
        }
        rest.remove_prefix(bar + 1);
      }
      ::close(peer);
    }
  }

  std::vector<std::string> scripts_;
  int fd_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// "status body", or the error.
std::string outcome(const Result<HttpResponse>& answer) {
  if (!answer) return "error " + std::to_string(answer.error().status()) + " " + answer.error().message();
  return std::to_string(answer->status) + " " + answer->body;
}

std::string ask(HttpRequest request, HttpClientOptions options = {}) {
  return outcome(block_on(HttpClient(std::move(options)).send(std::move(request))));
}
std::string ask(std::string url, HttpClientOptions options = {}) {
  return ask(HttpRequest{.url = std::move(url)}, std::move(options));
}

struct HttpClients : testing::Test {
  TestServer server{
      std::vector<const RouteUnit*>{&test_http_client::echo::folio_unit, &test_http_client::pieces::folio_unit}};
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server.port()) + path;
  }
};

TEST_F(HttpClients, GetAndPost) {
  const auto answer = block_on(HttpClient({.headers = {{"X-Name", "ada"}}}).get(url("/echo")));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_TRUE(answer->ok());
  EXPECT_EQ(answer->header("content-type"), "application/json");
  EXPECT_EQ(answer->url, url("/echo"));
  const auto seen = answer->json<test_http_client::echo::Seen>();
  ASSERT_TRUE(seen) << seen.error().message();
  EXPECT_EQ(seen->method, "GET");
  EXPECT_EQ(seen->host, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(seen->agent, "folio");
  EXPECT_EQ(seen->name, "ada");

  const auto posted = block_on(
      HttpClient({.headers = {{"X-Name", "ada"}}}).post(url("/echo"), "hello", "text/plain", {{"x-name", "eve"}}));
  ASSERT_TRUE(posted) << posted.error().message();
  EXPECT_THAT(posted->body, AllOf(HasSubstr("\"hello\""), HasSubstr("\"eve\"")));
  EXPECT_THAT(outcome(block_on(HttpClient().get(url("/nothing")))), StartsWith("404 "));
}

TEST_F(HttpClients, LargeBodiesGoBothWays) {
  const auto answer =
      block_on(HttpClient().send({.method = "POST", .url = url("/pieces"), .body = std::string(900'000, 'x')}));
  EXPECT_EQ(outcome(answer), "200 900000");
  const auto large = block_on(HttpClient().get(url("/pieces?count=3000")));
  ASSERT_TRUE(large) << large.error().message();
  EXPECT_EQ(large->body.size(), 3'000'000u);
  EXPECT_THAT(ask(url("/pieces?count=11"), {.max_body = 10'999}),
              AllOf(StartsWith("error 502"), HasSubstr("larger than 10999 bytes")));
  EXPECT_THAT(ask(url("/pieces?count=11"), {.max_body = 11'000}), StartsWith("200 "));
}

Task<> stream_both_ways(std::string url) {
  auto left = std::make_shared<int>(500);
  HttpRequest upload{.method = "POST", .url = url};
  upload.stream = [left]() -> Task<Result<std::optional<std::string>>> {
    return [](std::shared_ptr<int> rest) -> Task<Result<std::optional<std::string>>> {
      co_await yield();
      if ((*rest)-- == 0) co_return std::optional<std::string>();
      co_return std::optional<std::string>(std::string(1000, 'x'));
    }(left);
  };
  auto sent = co_await HttpClient().send(std::move(upload));
  EXPECT_TRUE(sent) << sent.error().message();
  EXPECT_EQ(sent->body, "500000");

  auto stream = co_await HttpClient().open({.url = url + "?count=200"});
  EXPECT_TRUE(stream) << stream.error().message();
  EXPECT_EQ(stream->status, 200);
  std::size_t size = 0;
  for (;;) {
    auto piece = co_await stream->read();
    EXPECT_TRUE(piece) << piece.error().message();
    if (!piece || !*piece) break;
    EXPECT_FALSE((*piece)->empty());
    EXPECT_LE((*piece)->size(), 128u * 1024);
    size += (*piece)->size();
  }
  EXPECT_EQ(size, 200'000u);
  EXPECT_FALSE((co_await stream->read())->has_value());
  // One that is dropped in the middle is nobody's trouble.
  auto dropped = co_await HttpClient().open({.url = url + "?count=100000"});
  EXPECT_TRUE(dropped);
  EXPECT_TRUE(co_await dropped->read());
}

TEST_F(HttpClients, BodiesStreamBothWays) {
  block_on(stream_both_ways(url("/pieces")));
}

TEST_F(HttpClients, AFailingProducerFailsTheRequest) {
  HttpRequest request{.method = "POST", .url = url("/pieces")};
  request.stream = []() -> Task<Result<std::optional<std::string>>> { co_return AppError::conflict("no more"); };
  EXPECT_EQ(ask(std::move(request)), "error 409 no more");
}

Task<> use_again(std::string url, int times) {
  const HttpClient client;
  for (int i = 0; i < times; ++i) {
    auto answer = co_await client.get(url);
    EXPECT_TRUE(answer) << answer.error().message();
  }
}

std::string ok(std::string_view body, std::string_view fields = "") {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(Rfc9112Section9_3, ConnectionsAreUsedAgain) {
  Peer peer({ok("a") + "|" + ok("b") + "|" + ok("c") + "!"});
  block_on(use_again(peer.url(), 3));
  EXPECT_EQ(peer.requests().size(), 3u);
}

TEST(Rfc9112Section9_3, ConnectionsThatMayNotBeAreNot) {
  Peer peer({ok("a", "Connection: close\r\n"), ok("b") + "surplus", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nc",
             ok("d") + "!"});
  block_on(use_again(peer.url(), 4));
  EXPECT_EQ(peer.requests().size(), 4u);
}

Task<> retry(std::string url, std::string method, std::string& last) {
  const HttpClient client;
  (void)co_await client.get(url);
  last = outcome(co_await client.send({.method = method, .url = url}));
}

// The peer takes the second request on the connection and ends it without a word.
TEST(Rfc9110Section9_2_2, AStaleConnectionIsTriedOnceMore) {
  Peer peer({ok("a") + "|!", ok("again") + "!"});
  std::string last;
  block_on(retry(peer.url(), "PUT", last));
  EXPECT_EQ(last, "200 again");
  EXPECT_EQ(peer.requests().size(), 3u);
}

TEST(Rfc9110Section9_2_2, WhatIsNotIdempotentIsNotRepeated) {
  Peer peer({ok("a") + "|!", ok("again") + "!"});
  std::string last;
  block_on(retry(peer.url(), "POST", last));
  EXPECT_THAT(last, AllOf(StartsWith("error 502"), HasSubstr("ended the connection before it answered")));
  EXPECT_EQ(peer.requests().size(), 2u);
}

TEST(Rfc9110Section9_2_2, ANewConnectionIsNotTriedAgain) {
  Peer peer({"!", ok("again") + "!"});
  EXPECT_THAT(ask(peer.url()), HasSubstr("ended the connection before it answered"));
  EXPECT_EQ(peer.requests().size(), 1u);
}

TEST(Rfc9112Section6_3, BodiesByLengthByChunksAndByTheEnd) {
  Peer peer(
      {ok("four") + "!",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n3\r\ncde\r\n0\r\nX-Trailer: 1\r\n\r\n!",
       "HTTP/1.1 200 OK\r\n\r\nuntil the end!", "HTTP/1.0 200\r\n\r\nold!",
       "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok("late") + "!"});
  EXPECT_EQ(ask(peer.url()), "200 four");
  EXPECT_EQ(ask(peer.url()), "200 abcde");
  EXPECT_EQ(ask(peer.url()), "200 until the end");
  EXPECT_EQ(ask(peer.url()), "200 old");
  EXPECT_EQ(ask(peer.url()), "200 late");
}

TEST(Rfc9112Section6_3, ResponsesWithoutABody) {
  Peer peer({"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
             "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
             "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_EQ(ask({.method = "HEAD", .url = peer.url()}), "200 ");
  EXPECT_EQ(ask(peer.url()), "204 ");
  EXPECT_EQ(ask(peer.url()), "304 ");
  EXPECT_EQ(ask(peer.url()), "200 ");
}

TEST(Rfc9112Section6_3, WhatIsNoAnswerIsAnError) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"SSH-2.0-OpenSSH_9\r\n!", "not HTTP/1.1"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n!", "both a Transfer-Encoding"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nfour!", "Content-Length is malformed"},
      {"HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nfour!", "Content-Length is malformed"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n!", "was not asked for"},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n!", "on HTTP/1.0"},
      {"HTTP/1.1 200 OK\r\nX : y\r\n\r\n!", "colon"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n!", "unasked"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour!", "in the middle of the answer"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n!", "in the middle of the answer"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfours\r\n!", "chunks are malformed"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "!", "larger than this client reads"},
  };
  for (const auto& [script, reason] : cases) {
    Peer peer({script});
    EXPECT_THAT(ask(peer.url("/path?secret=1")), AllOf(StartsWith("error 502 cannot GET http://127.0.0.1:"),
                                                       HasSubstr(reason), ::testing::Not(HasSubstr("secret"))));
  }
}

TEST(Rfc9112Section6_3, TheSameLengthTwiceIsOne) {
  Peer peer({"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\nContent-Length: 4\r\n\r\nfour!"});
  EXPECT_EQ(ask(peer.url()), "200 four");
}

std::string moved(int status, std::string_view to) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + std::string(to) +
         "\r\nContent-Length: 4\r\n\r\nmove";
}

TEST(Rfc9110Section15_4, RedirectsAreFollowed) {
  Peer peer({moved(302, "../b?x=1#y") + "|" + ok("there") + "!"});
  const auto answer =
      block_on(HttpClient().send({.method = "POST",
                                  .url = peer.url("/a/c"),
                                  .headers = {{"Content-Type", "text/plain"}, {"Authorization", "secret"}},
                                  .body = "form"}));
  ASSERT_EQ(outcome(answer), "200 there");
  EXPECT_EQ(answer->url, peer.url("/b?x=1"));
  const auto requests = peer.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0], StartsWith("POST /a/c HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], AllOf(StartsWith("GET /b?x=1 HTTP/1.1\r\n"), HasSubstr("Authorization: secret"),
                                 ::testing::Not(HasSubstr("Content-"))));
}

TEST(Rfc9110Section15_4, TheMethodIsKeptBy307And308) {
  Peer peer({moved(307, "/x") + "|" + moved(308, "/y") + "|" + ok("kept") + "!"});
  EXPECT_EQ(ask({.method = "POST", .url = peer.url(), .body = "form"}), "200 kept");
  const auto requests = peer.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_THAT(requests[2], AllOf(StartsWith("POST /y HTTP/1.1\r\n"), ::testing::EndsWith("\r\n\r\nform")));
}

TEST(Rfc9110Section15_4, CredentialsStayWithTheirOrigin) {
  Peer other({ok("elsewhere") + "!"});
  Peer peer({moved(301, other.url("/x")) + "!"});
  EXPECT_EQ(ask({.url = peer.url(), .headers = {{"Authorization", "secret"}, {"cookie", "secret"}, {"X-Kept", "yes"}}}),
            "200 elsewhere");
  EXPECT_THAT(peer.requests().at(0), HasSubstr("secret"));
  EXPECT_THAT(other.requests().at(0), AllOf(HasSubstr("X-Kept: yes"), ::testing::Not(HasSubstr("secret"))));
}

TEST(Rfc9110Section15_4, RedirectsHaveALimitAndMayBeOff) {
  Peer circle({moved(302, "/1") + "|" + moved(302, "/2") + "|" + moved(302, "/3") + "!"});
  EXPECT_THAT(ask(circle.url(), {.max_redirects = 2}),
              AllOf(StartsWith("error 502"), HasSubstr("more than 2 redirects")));
  Peer off({moved(302, "/1") + "!"});
  EXPECT_EQ(ask(off.url(), {.max_redirects = 0}), "302 move");
  Peer nowhere({moved(302, "gopher://x/") + "!"});
  EXPECT_THAT(ask(nowhere.url()), AllOf(StartsWith("error 502"), HasSubstr("redirects to no URL")));
}

TEST(HttpClientTimeouts, EachSaysWhatWasWaitedFor) {
  Peer silent({"", ""});
  EXPECT_THAT(ask(silent.url(), {.head_timeout = std::chrono::milliseconds(30)}),
              AllOf(StartsWith("error 504"), HasSubstr("took too long to answer")));
  Peer half({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"});
  EXPECT_THAT(ask(half.url(), {.idle_timeout = std::chrono::milliseconds(30)}),
              AllOf(StartsWith("error 504"), HasSubstr("stopped arriving")));
}

TEST(HttpClientErrors, WhatCannotBeSentIsNot) {
  EXPECT_THAT(ask("gopher://x"), StartsWith("error 500 'gopher://x' is no URL"));
  EXPECT_THAT(ask("ws://x/"), AllOf(StartsWith("error 500"), HasSubstr("WebSocketClient")));
  EXPECT_THAT(ask({.method = "GE T", .url = "http://x"}), HasSubstr("is no token"));
  EXPECT_THAT(ask({.url = "http://x", .headers = {{"X", "a\r\nY: b"}}}), HasSubstr("control character"));
  EXPECT_THAT(ask({.url = "http://x", .headers = {{"content-length", "1"}}}), HasSubstr("the client's own"));
  EXPECT_THAT(ask("http://127.0.0.1:1/"),
              AllOf(StartsWith("error 502 cannot GET http://127.0.0.1:1/"), HasSubstr("cannot connect")));
}

Task<> leave(std::string url, HttpStream*& kept) {
  auto stream = co_await HttpClient().open({.url = url});
  EXPECT_TRUE(stream);
  kept = new HttpStream(*std::move(stream));
}

TEST_F(HttpClients, AStreamMayOutliveItsLoop) {
  HttpStream* kept = nullptr;
  block_on(leave(url("/pieces?count=100000"), kept));
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->status, 200);
  delete kept;
}

Task<> abort_midway(std::string url) {
  auto task = spawn([url]() -> Task<> { return use_again(url, 1); });
  co_await sleep_for(std::chrono::milliseconds(20));
  task.abort();
}

TEST(HttpClientTasks, MayBeAbortedWhereTheyWait) {
  Peer silent({""});
  block_on(abort_midway(silent.url()));
}

}  // namespace
}  // namespace folio
