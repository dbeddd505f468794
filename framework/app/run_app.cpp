#include <folio/app.hpp>

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "app/config.hpp"
#include "app/environment.hpp"
#include "app/log.hpp"
#include "app/metrics_server.hpp"
#include "app/process.hpp"
#include "app/server.hpp"
#include "net/signals.hpp"

namespace folio {

namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_wrong_use = 2;

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Where static files are, unless it was said: ./public, then beside the binary, then where the app was built.
std::string find_public_files(const AppInfo& info) {
  if (is_folder("public")) return "public";
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof(path));
  if (size > 0) {
    std::string beside(path, static_cast<std::size_t>(size));
    beside = beside.substr(0, beside.rfind('/')) + "/public";
    if (is_folder(beside)) return beside;
  }
  if (!info.public_files.empty() && is_folder(std::string(info.public_files))) return std::string(info.public_files);
  return {};
}

template <class Number>
bool parse_number(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string_view spelled(WsCompression compression) {
  switch (compression) {
    case WsCompression::Off:
      return "off";
    case WsCompression::Shared:
      return "shared";
    case WsCompression::Dedicated:
      break;
  }
  return "dedicated";
}

constexpr std::array<std::pair<std::string_view, app::AccessLog>, 4> access_logs{
    {{"off", app::AccessLog::Off},
     {"short", app::AccessLog::Short},
     {"common", app::AccessLog::Common},
     {"json", app::AccessLog::Json}}};

std::string_view spelled(app::AccessLog form) {
  for (const auto& [name, each] : access_logs) {
    if (each == form) return name;
  }
  return {};
}

bool parse_access_log(std::string_view text, app::AccessLog& form) {
  for (const auto& [name, each] : access_logs) {
    if (text != name) continue;
    form = each;
    return true;
  }
  return false;
}

bool parse_switch(std::string_view text, bool& on) {
  if (text != "on" && text != "off") return false;
  on = text == "on";
  return true;
}

void print_observing(const app::Config& config) {
  fmt::print("[observe]\naccess_log = \"{}\"\nmax_log_field = {}\nrequest_id = {}\nmetrics_listen = \"{}\"\n"
             "max_metrics_connections = {}\n\n",
             spelled(config.access_log), config.max_log_field, config.send_request_id, config.metrics_listen,
             config.max_metrics_connections);
  const app::ResponseCompression& compression = config.compression;
  fmt::print("[compression]\non = {}\nfrom = {}\non_loop = {}\nup_to = {}\nzstd_level = {}\nbrotli_level = {}\n"
             "gzip_level = {}\n\n",
             compression.on, compression.from, compression.on_loop, compression.up_to, compression.zstd_level,
             compression.brotli_level, compression.gzip_level);
}

void print_config(const app::Config& config) {
  fmt::print(
      "host = \"{}\"\nport = {}\nthreads = {}\nlog_level = \"{}\"\npublic = \"{}\"\n\n"
      "[http]\nmax_target = {}\nmax_head = {}\nmax_fields = {}\nmax_body = {}\nmax_chunk_overhead = {}\n"
      "max_trailers = {}\nmax_pipelined = {}\nmax_output = {}\nmax_connections = {}\nmax_static_file = {}\nhead_timeout = {}\n"
      "body_timeout = {}\nkeep_alive_timeout = {}\nwrite_timeout = {}\nlinger_timeout = {}\nshutdown_timeout = {}\n\n"
      "[websocket]\nmax_message = {}\nmax_incomplete = {}\nlarge_message = {}\nmax_streamed = {}\nmax_queue = {}\nqueue_overhead = {}\nmax_inbound = {}\n"
      "compression = \"{}\"\ncompress_from = {}\ncompression_level = {}\nping_after = {}\nidle_timeout = {}\n"
      "close_timeout = {}\nhandler_timeout = {}\n\n",
      config.host, config.port, config.threads, config.log_level, config.public_files, config.http.max_target,
      config.http.max_head, config.http.max_fields, config.http.max_body, config.http.max_chunk_overhead,
      config.http.max_trailers, config.max_pipelined, config.max_output, config.max_connections, config.max_static_file,
      config.head_timeout, config.body_timeout, config.keep_alive_timeout, config.write_timeout, config.linger_timeout,
      config.shutdown_timeout, config.socket.max_message, config.socket.max_incomplete, config.socket.large_message, config.socket.max_streamed,
      config.socket.max_queue, config.socket.queue_overhead, config.socket.max_inbound,
      spelled(config.socket.compression), config.socket.compress_from, config.socket.compression_level,
      config.socket.ping_after, config.socket.idle_timeout, config.socket.close_timeout, config.socket.handler_timeout);
  print_observing(config);
}

int wrong_use(const std::string& message) {
  fmt::print(stderr, "error: {}\n", message);
  return exit_wrong_use;
}

// The settings that have a flag, a variable and a default; nothing, and `code`, when the program is to end.
std::optional<app::Config> read_settings(int argc, char** argv, const AppInfo& info, int& code) {
  app::Config config;
  std::string fault;
  const app::Environment environment = app::Environment::load(".env", fault);
  if (!fault.empty()) fmt::print(stderr, "warning: {}\n", fault);
  if (auto value = environment.get("HOST")) config.host = *value;
  if (auto value = environment.get("LOG_LEVEL")) config.log_level = *value;
  if (auto value = environment.get("PUBLIC")) config.public_files = *value;
  if (auto value = environment.get("PORT"); value && !parse_number(*value, config.port)) {
    code = wrong_use("PORT is '" + *value + "': give a number from 0 to 65535 (0: any free port)");
    return std::nullopt;
  }
  if (auto value = environment.get("THREADS"); value && !parse_number(*value, config.threads)) {
    code = wrong_use("THREADS is '" + *value + "': give a number (0: one a core)");
    return std::nullopt;
  }

  std::string access_log(environment.get("ACCESS_LOG").value_or(std::string(spelled(config.access_log))));
  std::string compress = environment.get("COMPRESS").value_or(config.compression.on ? "on" : "off");
  std::string request_id = environment.get("REQUEST_ID").value_or(config.send_request_id ? "on" : "off");
  if (auto value = environment.get("METRICS_LISTEN")) config.metrics_listen = *value;

  CLI::App cli{std::string(info.name) + ", a Folio app. Flags go above the environment, and that above ./.env."};
  bool print = false;
  cli.add_option("--host", config.host, "Address to listen on [HOST]")->capture_default_str();
  cli.add_option("--port", config.port, "Port to listen on; 0: any free one [PORT]")->capture_default_str();
  cli.add_option("--threads", config.threads, "Event loops; 0: one a core [THREADS]")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1024u));
  cli.add_option("--log-level", config.log_level, "trace, debug, info, warn, error or off [LOG_LEVEL]")
      ->capture_default_str();
  cli.add_option("--access-log", access_log, "off, short, common (the Combined Log Format) or json [ACCESS_LOG]")
      ->capture_default_str();
  cli.add_option("--request-id", request_id, "on: responses carry X-Request-Id [REQUEST_ID]")->capture_default_str();
  cli.add_option("--metrics-listen", config.metrics_listen,
                 "Address that serves /metrics for Prometheus, such as 127.0.0.1:9100 [METRICS_LISTEN]");
  cli.add_option("--compress", compress, "off: responses are never compressed [COMPRESS]")->capture_default_str();
  cli.add_option("--public", config.public_files, "Folder with static files [PUBLIC]");
  cli.add_flag("--print-config", print, "Print every setting and limit, and exit");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& done) {
    code = cli.exit(done);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    code = wrong_use(std::string(error.what()) + "; --help lists the flags");
    return std::nullopt;
  }
  if (!parse_access_log(access_log, config.access_log)) {
    code = wrong_use("access log '" + access_log + "': choose off, short, common or json");
    return std::nullopt;
  }
  if (!parse_switch(compress, config.compression.on) || !parse_switch(request_id, config.send_request_id)) {
    code = wrong_use("--compress and --request-id are on or off, not '" + compress + "' and '" + request_id + "'");
    return std::nullopt;
  }
  if (config.threads == 0) config.threads = std::max(1u, std::thread::hardware_concurrency());
  if (config.public_files.empty()) {
    config.public_files = find_public_files(info);
  } else if (!is_folder(config.public_files)) {
    code = wrong_use("--public " + config.public_files + ": there is no such folder");
    return std::nullopt;
  }
  if (print) {
    print_config(config);
    code = exit_done;
    return std::nullopt;
  }
  return config;
}

}  // namespace

int run_app(int argc, char** argv, std::span<const RouteUnit* const> routes, const AppInfo& info) {
  int code = exit_done;
  auto config = read_settings(argc, argv, info, code);
  if (!config) return code;
  if (!app::start_log(config->log_level, config->access_log, config->max_log_field)) {
    return wrong_use("log level '" + config->log_level + "': choose trace, debug, info, warn, error or off");
  }
  app::prepare_process();

  auto application = app::Application::build(routes);
  if (!application) {
    fmt::print(stderr, "error: {}\n", application.error().message());
    return exit_failed;
  }
  {
    app::Server server(*config);
    if (auto listening = server.listen(); !listening) {
      fmt::print(stderr, "error: {}\n", listening.error().message());
      app::stop_log();
      return exit_failed;
    }
    app::MetricsServer metrics(server);
    if (!config->metrics_listen.empty()) {
      if (auto started = metrics.start(config->metrics_listen); !started) {
        fmt::print(stderr, "error: {}\n", started.error().message());
        app::stop_log();
        return exit_failed;
      }
    }
    server.publish(*std::move(application));
    const bool six = config->host.find(':') != std::string::npos;
    fmt::print("{} listening on http://{}{}{}:{} ({} thread{})\n", info.name, six ? "[" : "", config->host,
               six ? "]" : "", server.port(), config->threads, config->threads == 1 ? "" : "s");
    if (!config->metrics_listen.empty()) {
      fmt::print("metrics on http://{}/metrics, port {}\n", config->metrics_listen, metrics.port());
    }
    std::fflush(stdout);
    // A first signal asks to finish; a second one does not wait.
    bool stopping = false;
    net::Signals signals(server.main_loop().raw(), {SIGINT, SIGTERM, SIGHUP}, [&](int) {
      if (std::exchange(stopping, true)) ::_exit(exit_failed);
      server.stop();
    });
    server.run();
  }
  app::stop_log();
  return exit_done;
}

}  // namespace folio
