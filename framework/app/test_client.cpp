// The members of TestClient: a server that does not listen, and conversations over pairs of sockets on its own loop.
#include <folio/test_client.hpp>

#include <fmt/format.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

#include "app/application.hpp"
#include "app/client_stream.hpp"
#include "app/connection.hpp"
#include "app/http_conversation.hpp"
#include "app/process.hpp"
#include "app/server.hpp"

namespace folio {

namespace {

app::Config config_of(const TestClientOptions& options) {
  app::Config config;
  config.threads = 1;
  config.public_files = options.public_files;
  config.public_files_change = true;
  config.trusted_proxies = options.trusted_proxies;
  config.http.max_body = options.max_body;
  config.shutdown_timeout = 1;
  return config;
}

Task<> converse(std::unique_ptr<detail::HttpConversation> conversation, std::size_t limit, HttpResponse& response) {
  Result<HttpHead> head = co_await conversation->begin();
  Result<std::string> body = std::string();
  if (head) body = co_await conversation->read_all(limit);
  if (head && body) {
    static_cast<HttpHead&>(response) = *std::move(head);
    response.body = *std::move(body);
  } else {
    response.body = head ? body.error().message() : head.error().message();
  }
}

detail::TopCoroutine run_and_stop(Task<> task, net::Loop& loop) {
  co_await task;
  loop.stop();
}

}  // namespace

struct TestClient::App {
  explicit App(const TestClientOptions& given) : server(config_of(given)), timeout(given.timeout) {}

  // One end for the server, and gives the other.
  std::shared_ptr<app::ClientStream> connect() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      fmt::print(stderr, "error: no pair of sockets for a TestClient: too many files are open\n");
      std::abort();
    }
    app::Connection::adopt(*server.workers().front(), ends[0], "127.0.0.1");
    return app::ClientStream::adopt(server.main_loop(), ends[1]);
  }

  app::Server server;
  std::chrono::milliseconds timeout;
};

TestClient::TestClient(std::span<const RouteUnit* const> routes, TestClientOptions options)
    : app_(std::make_unique<App>(options)) {
  app::prepare_process();
  auto application = app::Application::build(routes);
  if (!application) {
    fmt::print(stderr, "error: {}\n", application.error().message());
    std::abort();
  }
  app_->server.publish(*std::move(application));
}

TestClient::~TestClient() {
  app_->server.stop();
  app_->server.run();
}

HttpResponse TestClient::with_body(std::string method, std::string path, std::string body, std::string content_type,
                                   HttpFields fields) {
  fields.emplace_back("Content-Type", std::move(content_type));
  return send(
      {.method = std::move(method), .url = std::move(path), .headers = std::move(fields), .body = std::move(body)});
}

HttpResponse TestClient::send(HttpRequest request) {
  if (request.url.starts_with('/')) request.url.insert(0, "http://localhost");
  HttpClientOptions options{.headers = headers, .head_timeout = app_->timeout, .max_redirects = 0};
  HttpResponse response;
  net::Loop& loop = app_->server.main_loop();
  const std::size_t limit = options.max_body;
  auto conversation =
      std::make_unique<detail::HttpConversation>(loop, std::make_shared<const HttpClientOptions>(std::move(options)),
                                                 std::move(request), [this] { return app_->connect(); });
  (void)loop.start(run_and_stop(converse(std::move(conversation), limit, response), loop).handle);
  loop.run();
  return response;
}

}  // namespace folio
