#include <folio/app.hpp>

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "app/config.hpp"
#include "app/environment.hpp"
#include "app/log.hpp"
#include "app/process.hpp"
#include "app/server.hpp"
#include "base/ascii.hpp"
#include "http/forwarded.hpp"
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

std::string quoted_list(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text.append(text.empty() ? "\"" : ", \"").append(item).append("\"");
  return text;
}

void print_config(const app::Config& config) {
  fmt::print(
      "host = \"{}\"\nport = {}\nthreads = {}\nlog_level = \"{}\"\npublic = \"{}\"\ntrusted_proxies = [{}]\ntemporary_folder = \"{}\"\n\n"
      "[http]\nmax_target = {}\nmax_head = {}\nmax_fields = {}\nmax_body = {}\nmax_chunk_overhead = {}\n"
      "max_trailers = {}\nmax_pipelined = {}\nmax_output = {}\nmax_connections = {}\nmax_static_file = {}\nhead_timeout = {}\n"
      "body_timeout = {}\nkeep_alive_timeout = {}\nwrite_timeout = {}\nlinger_timeout = {}\nshutdown_timeout = {}\n\n"
      "[multipart]\nmax_parts = {}\nmax_part_head = {}\nmax_field = {}\nmax_fields = {}\nmax_file = {}\nmax_form = {}\n\n"
      "[websocket]\nmax_message = {}\nmax_incomplete = {}\nlarge_message = {}\nmax_streamed = {}\nmax_queue = {}\nqueue_overhead = {}\nmax_inbound = {}\n"
      "compression = \"{}\"\ncompress_from = {}\ncompression_level = {}\nping_after = {}\nidle_timeout = {}\n"
      "close_timeout = {}\nhandler_timeout = {}\n",
      config.host, config.port, config.threads, config.log_level, config.public_files, quoted_list(config.trusted_proxies),
      config.temporary_folder,
      config.http.max_target,
      config.http.max_head, config.http.max_fields, config.http.max_body, config.http.max_chunk_overhead,
      config.http.max_trailers, config.max_pipelined, config.max_output, config.max_connections, config.max_static_file,
      config.head_timeout, config.body_timeout, config.keep_alive_timeout, config.write_timeout, config.linger_timeout,
      config.shutdown_timeout, config.multipart.max_parts, config.multipart.max_part_head, config.multipart.max_field,
      config.multipart.max_fields,      config.multipart.max_file, config.multipart.max_form, config.socket.max_message, config.socket.max_incomplete, config.socket.large_message, config.socket.max_streamed,
      config.socket.max_queue, config.socket.queue_overhead, config.socket.max_inbound,
      spelled(config.socket.compression), config.socket.compress_from, config.socket.compression_level,
      config.socket.ping_after, config.socket.idle_timeout, config.socket.close_timeout, config.socket.handler_timeout);
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

  if (auto value = environment.get("TRUSTED_PROXIES")) {
    base::for_each_list_member(*value, [&](std::string_view one) { config.trusted_proxies.emplace_back(one); });
  }

  CLI::App cli{std::string(info.name) + ", a Folio app. Flags go above the environment, and that above ./.env."};
  bool print = false;
  cli.add_option("--host", config.host, "Address to listen on [HOST]")->capture_default_str();
  cli.add_option("--port", config.port, "Port to listen on; 0: any free one [PORT]")->capture_default_str();
  cli.add_option("--threads", config.threads, "Event loops; 0: one a core [THREADS]")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1024u));
  cli.add_option("--log-level", config.log_level, "trace, debug, info, warn, error or off [LOG_LEVEL]")
      ->capture_default_str();
  cli.add_option("--public", config.public_files, "Folder with static files [PUBLIC]");
  cli.add_option("--trusted-proxies", config.trusted_proxies,
                 "Proxies whose Forwarded and X-Forwarded-* are believed: addresses and networks [TRUSTED_PROXIES]")
      ->delimiter(',');
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
  if (auto proxies = http::TrustedProxies::parse(config.trusted_proxies); auto* wrong = std::get_if<std::string>(&proxies)) {
    code = wrong_use("trusted proxies: " + *wrong);
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
  if (!app::start_log(config->log_level)) {
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
    server.publish(*std::move(application));
    const bool six = config->host.find(':') != std::string::npos;
    fmt::print("{} listening on http://{}{}{}:{} ({} thread{})\n", info.name, six ? "[" : "", config->host,
               six ? "]" : "", server.port(), config->threads, config->threads == 1 ? "" : "s");
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
