#include "app/server.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <folio/log.hpp>

#include <algorithm>
#include <thread>
#include <utility>

#include "net/handover.hpp"
#include "net/service_manager.hpp"

namespace folio::app {

namespace {
constexpr std::uint16_t going_away = 1001;  // RFC 6455 §7.4.1
}

// Looks at the files of the certificates now and then.
class Server::Caretaker final : public net::Swept {
 public:
  explicit Caretaker(Server& server) : server_(server) { server.main_loop().add_swept(*this); }
  void sweep(std::uint32_t now) noexcept override {
    if (now % std::max(1U, server_.config_.tls.check_interval) != 0) return;
    if (server_.certificates_.changed()) server_.reload_certificates();
  }

 private:
  Server& server_;
};

Server::Server(Config config)
    : config_(std::move(config)), static_files_(config_), certificates_(config_.tls) {
  auto proxies = http::TrustedProxies::parse(config_.trusted_proxies);
  if (auto* trusted = std::get_if<http::TrustedProxies>(&proxies)) trusted_proxies_ = std::move(*trusted);
  unsigned count = config_.threads;
  if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(config_, *this));
}

Server::~Server() = default;

Result<void> Server::listen() {
  if (auto loaded = load_certificates(); !loaded) return loaded;
  if (auto opened = listening_.open(config_, workers_.size()); !opened) return opened;
  if (listening_.has_predecessor()) {
    // What no process of this line has made is no keys.
    if (certificates_.used()) (void)certificates_.ticket_keys().load(listening_.note());
  } else if (auto opened = open_door(); !opened) {
    return opened;
  }
  share_sockets();
  return {};
}

Result<void> Server::listen_fd(int fd) {
  if (auto loaded = load_certificates(); !loaded) return loaded;
  listening_.adopt(fd);
  share_sockets();
  return {};
}

// Each loop gets a socket, and each socket a loop.
void Server::share_sockets() {
  const auto sockets = listening_.sockets();
  for (std::size_t i = 0; i < std::max(sockets.size(), workers_.size()); ++i) {
    workers_[i % workers_.size()]->listen(::fcntl(sockets[i % sockets.size()], F_DUPFD_CLOEXEC, 0));
  }
}

std::string Server::where() const {
  const std::string& place = listening_.where();
  const std::string scheme = certificates_.used() ? "https" : "http";
  return scheme + (place.starts_with("unix:") ? "+" : "://") + place;
}

// --- certificates ---

Result<void> Server::load_certificates() {
  if (!certificates_.used()) return {};
  auto loaded = certificates_.load();
  if (!loaded) return loaded.error();
  for (const auto& worker : workers_) worker->use(*loaded);
  caretaker_ = std::make_unique<Caretaker>(*this);
  return {};
}

void Server::reload_certificates() {
  if (!certificates_.used()) return;
  auto loaded = certificates_.load();
  if (!loaded) return log::error(loaded.error().message() + "; the certificates that are in force stay so");
  log::info("the certificates have been read anew");
  for (const auto& worker : workers_) {
    worker->loop().inbox()->post([target = worker.get(), tls = *loaded] { target->use(tls); });
  }
}

// --- takeover ---

// Opens the door at which a successor knocks.
Result<void> Server::open_door() {
  if (config_.takeover_path.empty()) return {};
  std::string message;
  const int fd = net::open_handover_door(config_.takeover_path, message);
  if (fd < 0) return AppError::internal(std::move(message));
  door_ = std::make_unique<net::HandoverDoor>(
      main_loop(), fd, config_.takeover_path,
      [this] {
        const auto sockets = listening_.sockets();
        return net::Legacy{.sockets = {sockets.begin(), sockets.end()},
                           .note = certificates_.used() ? certificates_.ticket_keys().save() : std::string()};
      },
      [this] { taken_over(); });
  return {};
}

// All loops accept connections. Main loop.
void Server::serving() {
  if (listening_.has_predecessor()) {
    // First the door, then the word that lets the predecessor go: somebody can be asked at any time.
    if (auto opened = open_door(); !opened) log::error(opened.error().message());
    listening_.say_ready();
  }
  net::notify_service_manager("READY=1\nMAINPID=" + std::to_string(::getpid()));
}

void Server::taken_over() {
  log::info("another process has taken over; this one answers what it has accepted, and ends");
  listening_.hand_over();
  listening_.close();
  drain(config_.takeover_delay, Listeners::Closed);
}

void Server::publish(std::shared_ptr<const Application> application) {
  for (const auto& worker : workers_) {
    worker->loop().inbox()->post([target = worker.get(), application] { target->publish(application); });
  }
}

void Server::run() {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    threads.emplace_back([worker = workers_[i].get()] { worker->run(); });
  }
  auto idle = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  for (const auto& worker : workers_) {
    worker->loop().inbox()->post([this, idle] {
      if (idle->fetch_sub(1) == 1) main_loop().inbox()->post([this] { serving(); });
    });
  }
  workers_.front()->run();
  for (auto& thread : threads) thread.join();
  *idle = 0;  // a loop that was stopped before it came to that post runs it when it is destroyed: nobody serves then
}

void Server::worker_stopped(Worker& worker) noexcept {
  if (&worker != workers_.front().get()) worker.loop().stop();
  if (stopped_.fetch_add(1) + 1 == workers_.size()) main_loop().stop();
}

void Server::retire() {
  if (retiring_) return stop();
  net::notify_service_manager("STOPPING=1");
  drain(config_.drain_delay, Listeners::Open);
}

void Server::drain(std::uint32_t seconds, Listeners listeners) {
  retiring_ = true;
  if (seconds == 0) return stop();
  for (const auto& worker : workers_) worker->drain(seconds, listeners, going_away);
}

void Server::stop(std::uint16_t code) noexcept {
  main_loop().inbox()->post([this] {
    door_.reset();
    listening_.close();
  });
  for (const auto& worker : workers_) worker->stop(code);
}

}  // namespace folio::app
