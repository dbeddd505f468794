// folio-host: serves an app in development. It knows no route: it loads the objects that the supervisor names, which
// link to the same libfolio.so. The listening socket and the channel to the supervisor are open when it starts.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <folio/log.hpp>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/application.hpp"
#include "app/config.hpp"
#include "app/log.hpp"
#include "app/process.hpp"
#include "app/server.hpp"
#include "dev/control.hpp"
#include "dev/crash_handler.hpp"
#include "dev/dev_gate.hpp"
#include "dev/module_loader.hpp"
#include "app/settings.hpp"
#include "net/line_channel.hpp"

namespace {

using namespace folio;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

app::Config read_config() {
  app::Config config;
  std::string fault;
  if (!app::read_settings_file(variable(dev::kSettingsVariable), config, fault)) {
    log::error(fault + ". All settings are as if the file were not there.");
  }
  const std::string threads = variable(dev::kThreadsVariable);
  std::from_chars(threads.data(), threads.data() + threads.size(), config.threads);
  config.host = variable("HOST");
  if (const auto level = variable("LOG_LEVEL"); !level.empty()) config.log_level = level;
  const std::string folder = variable(dev::kPublicVariable);
  struct stat info{};
  if (::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) config.public_files = folder;
  config.public_files_change = true;
  if (auto certificate = variable(dev::kCertificateVariable); !certificate.empty()) {
    net::TlsIdentity identity;
    identity.certificate_file = std::move(certificate);
    identity.key_file = variable(dev::kKeyVariable);
    config.tls.identities.push_back(std::move(identity));
  }
  config.shutdown_timeout = 2;  // seconds: an edit must not wait for a slow download
  return config;
}

class Host {
 public:
  explicit Host(app::Config config) : gate_(variable(dev::kSessionVariable)), server_(std::move(config)) {
    if (variable(dev::kPlainVariable).empty()) server_.set_interceptor(&gate_);
  }

  int run() {
    auto problem = channel_.open(server_.main_loop().raw(), dev::kControlFile,
                                 {[this](std::string_view line) {
                                    if (const auto message = dev::read_control(line)) take(*message);
                                  },
                                  // The supervisor is gone, and with it the reason to serve.
                                  [this] { server_.stop(); }});
    if (!problem.empty()) {
      log::error("folio-host is started by `folio dev`, not by hand: " + problem);
      return 2;
    }
    app::set_access_hook([this](const app::AccessRecord& record) { report(record); });
    for (const auto& worker : server_.workers()) worker->loop().inbox()->post([] { dev::install_crash_stack(); });
    if (auto listening = server_.listen_fd(dev::kListenFile); !listening) {
      log::error(listening.error().message());
      return 2;
    }
    send({.type = "listening"});
    server_.run();
    channel_.close();
    return 0;
  }

 private:
  void send(const dev::ControlMessage& message) { channel_.send(dev::write_control(message)); }

  void take(const dev::ControlMessage& message) {
    if (message.type == "load") {
      load(message);
    } else if (message.type == "building") {
      gate_.hold();
    } else if (message.type == "failed") {
      gate_.refuse(message.page, message.problem);
    } else if (message.type == "crashed") {
      gate_.show_crash(message.page, message.problem);
    } else if (message.type == "css" || message.type == "reload") {
      gate_.static_changed(message.type, message.path);
    } else if (message.type == "stop") {
      server_.stop(static_cast<std::uint16_t>(message.code));
    }
  }

  void load(const dev::ControlMessage& message) {
    std::vector<const RouteUnit*> units;
    std::string error;
    if (!loader_.load(message.units, units, error)) return refuse(message, error);
    auto application = app::Application::build(units);
    if (!application) return refuse(message, application.error().message());
    publish(*std::move(application), message.generation);
  }

  void refuse(const dev::ControlMessage& message, const std::string& error) {
    send({.type = "load-failed", .generation = message.generation, .text = error});
  }

  // Requests go on when every loop has the new application, so that none is answered by the old one after it.
  void publish(std::shared_ptr<const app::Application> application, std::uint64_t generation) {
    auto left = std::make_shared<std::atomic<std::size_t>>(server_.workers().size());
    for (const auto& worker : server_.workers()) {
      worker->loop().inbox()->post([this, left, generation, application, target = worker.get()] {
        target->publish(application);
        if (left->fetch_sub(1) != 1) return;
        server_.main_loop().inbox()->post([this, generation] {
          gate_.open(generation);
          send({.type = "loaded", .generation = generation, .loads = loader_.loads()});
        });
      });
    }
  }

  // Any thread.
  void report(const app::AccessRecord& record) {
    if (record.path.starts_with("/__folio/")) return;
    server_.main_loop().inbox()->post(
        [this, message = dev::ControlMessage{.type = "request",
                                             .path = std::string(record.path),
                                             .method = std::string(record.method),
                                             .route = std::string(record.route),
                                             .nanoseconds = record.nanoseconds,
                                             .status = record.status}] { send(message); });
  }

  dev::DevGate gate_;
  app::Server server_;
  dev::ModuleLoader loader_;
  net::LineChannel channel_;
};

}  // namespace

int main() {
  folio::app::prepare_process();
  // Ctrl-C is the supervisor's to take: it asks for a graceful end.
  ::signal(SIGINT, SIG_IGN);
  dev::install_crash_handler();
  dev::install_crash_stack();
  const auto config = read_config();
  if (!app::start_log(config.log_level)) app::start_log("info");
  int code = 0;
  {
    Host host(config);
    code = host.run();
  }
  app::stop_log();
  return code;
}
