#include "options.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "fail.hpp"

namespace load {
namespace {

constexpr char usage[] = R"(usage: load CASE --port P [OPTION…]

Keeps connections to 127.0.0.1:P busy, checks every answer, and prints one line of JSON. One thread.

  http           GET, --in-flight requests on their way on each connection
  post           POST of --size bytes
  connect        a connection for each GET
  tls-handshake  a TLS handshake for each GET, with --resume of the session before
  echo           WebSocket messages of --size bytes, --in-flight of them on their way
  room           --connections members in --rooms rooms, --in-flight broadcasts on their way in each; counts deliveries
  churn          join a room, hear oneself, leave
  upgrade        how long an upgrade takes while --connections WebSockets are open
  idle           opens --connections WebSockets, for the server's memory before and after

  --path PATH         what to ask for (each case has its own)
  --connections N     64             --in-flight N   1
  --size BYTES        32             --rooms N
  --headers N         3, fields of a GET or POST
  --seconds S         2, measured    --warmup S      0.5, before it
  --tls  --resume  --deflate
  --server-pid PID    whose CPU time and memory to sample; may be repeated
)";

[[noreturn]] void refuse(const std::string& message) {
  std::fprintf(stderr, "error: %s; `load --help` lists what there is\n", message.c_str());
  std::exit(2);
}

template <typename T>
void read_number(std::string_view name, std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    refuse(std::string(name) + " wants a number, not '" + std::string(text) + "'");
  }
}

}  // namespace

Options parse_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--help" || name == "-h") {
      std::fputs(usage, stdout);
      std::exit(0);
    }
    const auto value = [&]() -> std::string_view {
      if (i + 1 == count) refuse(std::string(name) + " wants a value");
      return arguments[++i];
    };
    if (!name.starts_with("--") && options.name.empty()) {
      options.name = name;
    } else if (name == "--tls") {
      options.tls = true;
    } else if (name == "--resume") {
      options.resume = true;
    } else if (name == "--deflate") {
      options.deflate = true;
    } else if (name == "--path") {
      options.path = value();
    } else if (name == "--port") {
      read_number(name, value(), options.port);
    } else if (name == "--connections") {
      read_number(name, value(), options.connections);
    } else if (name == "--in-flight") {
      read_number(name, value(), options.in_flight);
    } else if (name == "--size") {
      read_number(name, value(), options.size);
    } else if (name == "--rooms") {
      read_number(name, value(), options.rooms);
    } else if (name == "--headers") {
      read_number(name, value(), options.headers);
    } else if (name == "--seconds") {
      read_number(name, value(), options.seconds);
    } else if (name == "--warmup") {
      read_number(name, value(), options.warmup);
    } else if (name == "--server-pid") {
      read_number(name, value(), options.server_pids.emplace_back());
    } else {
      refuse("there is no '" + std::string(name) + "'");
    }
  }
  if (options.name.empty()) refuse("which case?");
  if (options.port < 1 || options.port > 65535) refuse("--port must be between 1 and 65535");
  if (options.connections == 0 || options.in_flight == 0) refuse("--connections and --in-flight must be at least 1");
  return options;
}

}  // namespace load
