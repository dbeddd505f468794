// TestClient: an app's routes asked in the test's own process, for plain GoogleTest.
//
//     #include <folio/test_client.hpp>
//     #include <gtest/gtest.h>
//
//     TEST(Users, HaveNames) {
//       folio::TestClient client;
//       EXPECT_EQ(client.get("/users/7").status, 200);
//       EXPECT_EQ(client.post_json("/users", NewUser{"Ada"}).status, 201);
//     }
//
// `folio test APP` compiles the app's tests/*.cpp with its routes, and runs them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include <folio/http_client.hpp>
#include <folio/json.hpp>
#include <folio/route_unit.hpp>

// The table of an app's routes, which its build generates.
namespace folio_app {
std::span<const folio::RouteUnit* const> routes();
}

namespace folio {

struct TestClientOptions {
  // The folder with static files; empty: none.
  std::string public_files = {};
  // Networks whose X-Forwarded-* and Forwarded are believed; the client itself is 127.0.0.1.
  std::vector<std::string> trusted_proxies = {};
  // Bytes of a request's body that is read whole.
  std::size_t max_body = 1024 * 1024;
  // How long a handler may take.
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

// It is the server without its listener: requests and responses go as bytes through a pair of connected sockets, and so
// through the same parser, limits, middleware, extractors, handlers and framing as those of anybody else, on the thread
// of the test, which waits for the answer. Every request has a connection of its own, and redirects are not followed.
//
// Not covered: TCP and TLS, WebSockets, several loops, and what happens between requests: a task that a handler spawned
// goes on while the next request runs. Ask a server at FOLIO_URL for those (see testing.md).
//
// One thread. State that the app keeps (persistent<T>, State<T>, statics, named rooms) is the process's, and lives from
// one client to the next.
class TestClient {
 public:
  // The routes of the app that the test is compiled with.
  explicit TestClient(TestClientOptions options = {}) : TestClient(folio_app::routes(), std::move(options)) {}
  // REQUIRES: the units live as long as the client. Ends the program, and says why, when the routes contradict each
  // other.
  explicit TestClient(std::span<const RouteUnit* const> routes, TestClientOptions options = {});
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient();

  // Sent with every request that has no field of that name.
  HttpFields headers;

  // `path` with a query or without: `/search?q=x`; or a whole URL, for its host. Status 0: there is no answer that HTTP
  // allows, or none in time; `body` says why.
  [[nodiscard]] HttpResponse get(std::string path, HttpFields fields = {}) {
    return send({.method = "GET", .url = std::move(path), .headers = std::move(fields)});
  }
  [[nodiscard]] HttpResponse head(std::string path, HttpFields fields = {}) {
    return send({.method = "HEAD", .url = std::move(path), .headers = std::move(fields)});
  }
  [[nodiscard]] HttpResponse del(std::string path, HttpFields fields = {}) {
    return send({.method = "DELETE", .url = std::move(path), .headers = std::move(fields)});
  }
  [[nodiscard]] HttpResponse post(std::string path, std::string body, std::string content_type,
                                  HttpFields fields = {}) {
    return with_body("POST", std::move(path), std::move(body), std::move(content_type), std::move(fields));
  }
  [[nodiscard]] HttpResponse put(std::string path, std::string body, std::string content_type, HttpFields fields = {}) {
    return with_body("PUT", std::move(path), std::move(body), std::move(content_type), std::move(fields));
  }
  [[nodiscard]] HttpResponse patch(std::string path, std::string body, std::string content_type,
                                   HttpFields fields = {}) {
    return with_body("PATCH", std::move(path), std::move(body), std::move(content_type), std::move(fields));
  }
  // Anything that has a JSON form.
  template <class T>
  [[nodiscard]] HttpResponse post_json(std::string path, const T& value, HttpFields fields = {}) {
    return with_body("POST", std::move(path), to_json(value), "application/json", std::move(fields));
  }
  template <class T>
  [[nodiscard]] HttpResponse put_json(std::string path, const T& value, HttpFields fields = {}) {
    return with_body("PUT", std::move(path), to_json(value), "application/json", std::move(fields));
  }
  [[nodiscard]] HttpResponse send(HttpRequest request);

 private:
  struct App;
  [[nodiscard]] HttpResponse with_body(std::string method, std::string path, std::string body, std::string content_type,
                                       HttpFields fields);
  std::unique_ptr<App> app_;
};

}  // namespace folio
