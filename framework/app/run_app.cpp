#include <folio/app.hpp>

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "app/command_line.hpp"
#include "app/config.hpp"
#include "app/exit_code.hpp"
#include "app/log.hpp"
#include "app/metrics_server.hpp"
#include "app/process.hpp"
#include "app/server.hpp"
#include "net/signals.hpp"

namespace folio {

int run_app(int argc, char** argv, std::span<const RouteUnit* const> routes, const AppInfo& info) {
  int code = app::exit_done;
  auto config = app::read_command_line(argc, argv, info, code);
  if (!config) return code;
  if (!app::start_log(config->log_level, config->access_log, config->max_log_field)) {
    fmt::print(stderr, "error: log level '{}': choose trace, debug, info, warn, error or off\n", config->log_level);
    return app::exit_wrong_use;
  }
  app::prepare_process();

  auto application = app::Application::build(routes);
  if (!application) {
    fmt::print(stderr, "error: {}\n", application.error().message());
    return app::exit_failed;
  }
  {
    app::Server server(*config);
    if (auto listening = server.listen(); !listening) {
      fmt::print(stderr, "error: {}\n", listening.error().message());
      app::stop_log();
      return app::exit_failed;
    }
    app::MetricsServer metrics(server);
    if (!config->metrics_listen.empty()) {
      if (auto started = metrics.start(config->metrics_listen); !started) {
        fmt::print(stderr, "error: {}\n", started.error().message());
        app::stop_log();
        return app::exit_failed;
      }
    }
    server.publish(*std::move(application));
    fmt::print("{} listening on {} ({} thread{})\n", info.name, server.where(), config->threads,
               config->threads == 1 ? "" : "s");
    if (!config->metrics_listen.empty()) {
      fmt::print("metrics on http://{}/metrics, port {}\n", config->metrics_listen, metrics.port());
    }
    std::fflush(stdout);
    // A first signal asks to finish; a second one does not wait. With certificates, SIGHUP asks to read them again, as
    // services expect; without, it says that the terminal is gone.
    bool stopping = false;
    net::Signals signals(server.main_loop().raw(), {SIGINT, SIGTERM, SIGHUP}, [&](int signal) {
      if (signal == SIGHUP && !config->tls.identities.empty()) return server.reload_certificates();
      if (std::exchange(stopping, true)) ::_exit(app::exit_failed);
      server.retire();
    });
    server.run();
  }
  app::stop_log();
  return app::exit_done;
}

}  // namespace folio
