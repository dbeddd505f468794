#include "server.hpp"

#include <folio/folio.hpp>
#include <folio/route_unit.hpp>

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "app/application.hpp"
#include "app/connection.hpp"
#include "app/process.hpp"
#include "count.hpp"

// What the code generator writes around each file.
#define BENCH_ROUTE_FILE(NAME, ...)                                              \
  struct FolioFile {                                                             \
    static constexpr std::string_view file = NAME;                               \
    static constexpr folio::ErrorFormat errors = folio::ErrorFormat::Negotiated; \
    static constexpr auto params = __VA_ARGS__;                                  \
  };                                                                             \
  FOLIO_ROUTE_UNIT

namespace bench_routes {

namespace home {
using namespace folio::absent;
using namespace folio;
std::string GET() {
  return "Hello, World!";
}
std::string POST(Body body) {
  return std::to_string(body->size());
}
BENCH_ROUTE_FILE("index.cpp", folio::ParamNames<0>{})
}  // namespace home

namespace user {
using namespace folio::absent;
using namespace folio;
std::string GET(Path<"id"> id) {
  return *id;
}
BENCH_ROUTE_FILE("users/[id].cpp", folio::ParamNames<1>{{"id"}})
}  // namespace user

namespace json {
using namespace folio::absent;
using namespace folio;
struct Message {
  std::string message;
};
struct User {
  std::int64_t id;
  std::string name;
  std::vector<std::string> roles;
  bool active;
};
Json<Message> GET() {
  return Message{"Hello, World!"};
}
Json<User> POST(Json<User> user) {
  return *std::move(user);
}
BENCH_ROUTE_FILE("json.cpp", folio::ParamNames<0>{})
}  // namespace json

namespace echo {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
BENCH_ROUTE_FILE("ws/echo.cpp", folio::ParamNames<0>{})
}  // namespace echo

namespace deflate {
using namespace folio::absent;
using namespace folio;
const WsOptions ws_options = {.compression = WsCompression::Shared};
Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
BENCH_ROUTE_FILE("ws/deflate.cpp", folio::ParamNames<0>{})
}  // namespace deflate

namespace room {
using namespace folio::absent;
using namespace folio;
Task<> WS(WebSocket ws, Path<"name"> name) {
  static std::size_t visitors = 0;
  const WsRoom room = rooms().get(*name);
  room.join(std::to_string(++visitors), ws.sender());
  while (auto message = co_await ws.next()) {
    if (const auto* text = message->text()) room.broadcast(*text);
  }
}
BENCH_ROUTE_FILE("ws/room/[name].cpp", folio::ParamNames<1>{{"name"}})
}  // namespace room

}  // namespace bench_routes

namespace bench {

InProcessServer::InProcessServer() {
  std::string folder = (std::filesystem::temp_directory_path() / "folio-hot-paths-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) fail("server", "has no folder for its files");
  public_files_ = folder;
  std::ofstream(public_files_ + "/file.txt") << std::string(file_size, 'x');
  folio::app::prepare_process();
  folio::app::Config config;
  config.threads = 1;
  config.access_log = folio::app::AccessLog::Off;
  config.public_files = public_files_;
  server_ = std::make_unique<folio::app::Server>(std::move(config));
  const std::array<const folio::RouteUnit*, 6> units{&bench_routes::home::folio_unit, &bench_routes::user::folio_unit,
                                                     &bench_routes::json::folio_unit, &bench_routes::echo::folio_unit,
                                                     &bench_routes::deflate::folio_unit, &bench_routes::room::folio_unit};
  auto application = folio::app::Application::build(units);
  if (!application) fail("server", application.error().message());
  server_->publish(*std::move(application));
  server_->main_loop().bind_to_thread();
  turn_uncounted();
  // The sweep over deadlines, once a second of real time, would be counted or not by chance: it comes when it is told
  // to.
  uv_walk(
      server_->main_loop().raw(),
      [](uv_handle_t* handle, void* self) {
        if (handle->type != UV_TIMER) return;
        auto* timer = reinterpret_cast<uv_timer_t*>(handle);
        if (uv_timer_get_repeat(timer) != 0) static_cast<InProcessServer*>(self)->sweep_ = timer;
        uv_timer_stop(timer);
      },
      this);
  if (sweep_ == nullptr) fail("server", "has no sweep");
}

InProcessServer::~InProcessServer() {
  server_->stop();
  server_->run();
  std::error_code ignored;
  std::filesystem::remove_all(public_files_, ignored);
}

int InProcessServer::connect() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    fail("server", "has no pair of sockets: too many files are open, raise `ulimit -n` to 4096");
  }
  folio::app::Connection::adopt(*server_->workers().front(), ends[0], "127.0.0.1");
  return ends[1];
}

void InProcessServer::turn() {
  const Counted counted;
  turn_uncounted();
}

void InProcessServer::turn_uncounted() {
  uv_run(server_->main_loop().raw(), UV_RUN_NOWAIT);
}

void InProcessServer::sweep() {
  uv_timer_start(sweep_, sweep_->timer_cb, 0, 0);
  turn();
}

Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

void Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) fail("server", "does not take what is sent");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string_view Peer::receive(std::size_t size) {
  if (buffer_.size() < size) buffer_.resize(size);
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = ::recv(fd_, buffer_.data() + got, size - got, MSG_DONTWAIT);
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  return std::string_view(buffer_).substr(0, got);
}

std::string upgrade_request(std::string_view path, std::string_view fields) {
  return std::string("GET ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
      .append(fields)
      .append("\r\n");
}

void Peer::upgrade(std::string_view path, std::string_view fields) {
  send(upgrade_request(path, fields));
  server_.turn_uncounted();
  if (!receive(4096).starts_with("HTTP/1.1 101 ")) fail("server", "refuses to upgrade");
}

}  // namespace bench
