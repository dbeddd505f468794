#include "app/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "net/listener.hpp"

namespace folio::app {

Server::Server(Config config) : config_(std::move(config)), static_files_(config_) {
  auto proxies = http::TrustedProxies::parse(config_.trusted_proxies);
  if (auto* trusted = std::get_if<http::TrustedProxies>(&proxies)) trusted_proxies_ = std::move(*trusted);
  unsigned count = config_.threads;
  if (count == 0) count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(config_, *this));
}

Server::~Server() = default;

Result<void> Server::listen() {
  // A probe without SO_REUSEPORT, as otherwise a second server would silently share the port of a first.
  net::ListenSocket first = net::listen_tcp(config_.host, config_.port, net::PortSharing::Exclusive);
  if (first.fd < 0) return AppError::internal(first.message);
  const std::uint16_t port = first.port;
  ::close(first.fd);
  std::vector<int> sockets;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const net::ListenSocket socket = net::listen_tcp(config_.host, port, net::PortSharing::Shared);
    if (socket.fd < 0) {
      for (const int fd : sockets) ::close(fd);
      return AppError::internal(socket.message);
    }
    sockets.push_back(socket.fd);
  }
  for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i]->listen(sockets[i]);
  port_ = port;
  return {};
}

void Server::listen_fd(int fd) {
  for (std::size_t i = 1; i < workers_.size(); ++i) workers_[i]->listen(::dup(fd));
  workers_.front()->listen(fd);
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
  workers_.front()->run();
  for (auto& thread : threads) thread.join();
}

void Server::worker_stopped(Worker& worker) noexcept {
  if (&worker != workers_.front().get()) worker.loop().stop();
  if (stopped_.fetch_add(1) + 1 == workers_.size()) main_loop().stop();
}

void Server::stop(std::uint16_t code) noexcept {
  for (const auto& worker : workers_) worker->stop(code);
}

}  // namespace folio::app
