// What stands between the requests and the app in development: while a build runs they wait, when it has failed they
// get the error page, and HTML pages get the script that keeps them up to date. It also answers /__folio/….
//
// Thread rule: before() and after() on any loop's thread; the rest on any thread.
#pragma once

#include <folio/channel.hpp>
#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/room.hpp>
#include <folio/task.hpp>
#include <folio/websocket.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/interceptor.hpp"

namespace folio::dev {

// How long a request waits for a build before it is told to come again (503).
inline constexpr std::chrono::seconds kMaxWait{30};

class DevGate final : public app::Interceptor {
 public:
  explicit DevGate(std::string session, std::chrono::milliseconds max_wait = kMaxWait)
      : session_(std::move(session)), max_wait_(max_wait) {}

  Task<std::optional<Response>> before(Request& request) override;
  void after(const Request& request, Response& response) override;

  // From now on requests wait.
  void hold();
  // They go on, to this version of the app.
  void open(std::uint64_t generation);
  // They are answered with these until the next open().
  void refuse(std::string page, std::string problem);
  // The next navigation is shown this, once.
  void show_crash(std::string page, std::string problem);
  // Tells all browsers that a static file changed: "css" or "reload".
  void static_changed(std::string_view kind, std::string_view path) const;

 private:
  enum class State { Waiting, Open, Refusing };

  Task<bool> wait();
  [[nodiscard]] bool is_held() const;
  // What is answered in the app's place, if anything. REQUIRES: not held.
  [[nodiscard]] std::optional<Response> refusal(const Request& request);
  [[nodiscard]] Response own_path(Request& request);
  Response events(Request& request);
  Task<> serve_browser(WebSocket socket);
  // REQUIRES: the lock is held.
  [[nodiscard]] std::string state_message(bool fresh) const;
  void set_state(State state, std::unique_lock<std::mutex>& lock);

  const std::string session_;
  const std::chrono::milliseconds max_wait_;
  WsRoom browsers_;

  mutable std::mutex mutex_;
  State state_ = State::Waiting;
  std::uint64_t generation_ = 0;
  std::string page_;
  std::string problem_;
  std::string crash_page_;
  std::vector<Sender<bool>> waiting_;
  std::uint64_t next_browser_ = 0;
};

}  // namespace folio::dev
