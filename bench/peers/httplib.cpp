// The benchmarks' server on cpp-httplib. It blocks a thread for each connection, so it has as many as the load opens;
// they share the one core that the server is pinned to. It knows no WebSocket and loses pipelined requests.
#include <httplib.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include "options.hpp"

namespace {

constexpr std::size_t threads = 512;

void set_up(httplib::Server& server, const Options& options) {
  server.new_task_queue = [] { return new httplib::ThreadPool(threads); };
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_keep_alive_timeout(3600);
  server.set_tcp_nodelay(true);
  server.set_post_routing_handler([](const auto&, auto& response) { response.set_header("Date", http_date()); });
  server.Get("/", [](const auto&, auto& response) { response.set_content("Hello, World!", "text/plain"); });
  server.Get("/json", [](const auto&, auto& response) {
    response.set_content(R"({"message":"Hello, World!"})", "application/json");
  });
  server.Get(R"(/users/([^/]+))",
             [](const auto& request, auto& response) { response.set_content(request.matches[1].str(), "text/plain"); });
  server.Post("/upload", [](const auto&, auto& response, const httplib::ContentReader& read) {
    std::size_t size = 0;
    read([&](const char*, std::size_t more) {
      size += more;
      return true;
    });
    response.set_content(std::to_string(size), "text/plain");
  });
  server.set_mount_point("/static", options.folder);
}

void serve(httplib::Server& server, const Options& options, int port) {
  set_up(server, options);
  if (!server.listen("127.0.0.1", port)) std::fprintf(stderr, "error: cannot listen on port %d\n", port), std::exit(1);
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse_options(count, arguments);
  std::signal(SIGTERM, [](int) { std::_Exit(0); });
  std::thread tls;
  if (options.tls_port != 0) {
    tls = std::thread([&options] {
      httplib::SSLServer server(options.cert.c_str(), options.key.c_str());
      serve(server, options, options.tls_port);
    });
  }
  httplib::Server server;
  serve(server, options, options.port);
}
