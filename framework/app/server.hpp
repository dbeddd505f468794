// Server: workers, one a thread, behind one address.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/certificates.hpp"
#include "app/config.hpp"
#include "app/listening.hpp"
#include "app/static_files.hpp"
#include "app/worker.hpp"
#include "http/forwarded.hpp"

namespace folio::net {
class HandoverDoor;
}

namespace folio::app {

class Interceptor;

class Server {
 public:
  // Settings that are malformed (trusted_proxies) count as not set: whoever reads them from a person checks them.
  explicit Server(Config config);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Reads the certificates, and takes or opens the listening sockets (see Listening). The error says what is wrong and
  // how to mend it. Before run().
  [[nodiscard]] Result<void> listen();
  // Listens on a socket that is open already, such as one inherited from a supervisor. Takes it over.
  [[nodiscard]] Result<void> listen_fd(int fd);
  // The port that is listened on; another one than configured when that was 0.
  [[nodiscard]] std::uint16_t port() const noexcept { return listening_.port(); }
  // Where it listens: "http://0.0.0.0:5000", "https://[::]:443", "http+unix:/run/app.sock".
  [[nodiscard]] std::string where() const;

  // What requests are answered with from now on. Any thread; those under way finish with what they began with.
  void publish(std::shared_ptr<const Application> application);
  // Before run().
  void set_interceptor(Interceptor* interceptor) noexcept { interceptor_ = interceptor; }
  [[nodiscard]] Interceptor* interceptor() const noexcept { return interceptor_; }

  // Serves on the calling thread and one more for each further worker, until stop().
  void run();
  // Ends run() gracefully: requests in flight finish, WebSockets get `code`. Any thread, and more than once.
  void stop(std::uint16_t code = 1001) noexcept;
  // What a SIGTERM asks for: stop() after Config::drain_delay; at once, when that goes on already. Main loop.
  void retire();
  // Reads the files of the certificates again, for connections to come. When one is wrong all stays as it is, and the
  // log says why. Main loop.
  void reload_certificates();

  // Called by a worker, on its thread, when it has nothing left to do: ends its loop. The first one's goes on until all
  // are done, since the process's signals arrive there.
  void worker_stopped(Worker& worker) noexcept;

  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] StaticFiles& static_files() noexcept { return static_files_; }
  [[nodiscard]] const http::TrustedProxies& trusted_proxies() const noexcept { return trusted_proxies_; }
  // The loop that run() runs on the calling thread.
  [[nodiscard]] net::Loop& main_loop() noexcept { return workers_.front()->loop(); }
  [[nodiscard]] std::span<const std::unique_ptr<Worker>> workers() const noexcept { return workers_; }

 private:
  class Caretaker;
  [[nodiscard]] Result<void> load_certificates();
  [[nodiscard]] Result<void> open_door();
  void share_sockets();
  void serving();
  void taken_over();
  void drain(std::uint32_t seconds, Listeners listeners);

  Config config_;
  StaticFiles static_files_;
  Certificates certificates_;
  http::TrustedProxies trusted_proxies_;
  Interceptor* interceptor_ = nullptr;
  std::vector<std::unique_ptr<Worker>> workers_;
  Listening listening_;
  std::unique_ptr<Caretaker> caretaker_;
  std::unique_ptr<net::HandoverDoor> door_;  // where a successor asks for the sockets
  bool retiring_ = false;
  std::atomic<std::size_t> stopped_{0};
};

}  // namespace folio::app
