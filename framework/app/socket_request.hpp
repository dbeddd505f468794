// SocketRequest: the request that opened a WebSocket, in as few bytes as it can be had back from. Most handlers never ask
// for it again, and an exchange would be the largest thing that an idle connection holds.
//
// What was parsed is parsed again; what middleware left and what the connection knew is kept. Where no unit of the
// program calls WebSocket::request(), its target and its route are all that stays, for the log. Loop thread only.
#pragma once

#include <memory>
#include <variant>

namespace folio {
class Request;
}

namespace folio::app {

class Exchange;

class SocketRequest {
 public:
  // That of `exchange`, which has to live until one of the others is called.
  explicit SocketRequest(Exchange& exchange);
  SocketRequest(const SocketRequest&) = delete;
  SocketRequest& operator=(const SocketRequest&) = delete;
  ~SocketRequest();

  // Takes over the exchange that it was made of, as it is: somebody may hold a reference to its Request, or a view of it.
  void take(std::unique_ptr<Exchange> exchange);
  // Keeps what it needs of the exchange that it was made of, which may then be reset.
  // REQUIRES: its head is complete, and its origin resolved (app/request_origin).
  void keep();
  // Keeps nothing.
  void release() noexcept;

  // REQUIRES: it was not released.
  [[nodiscard]] const Request& get();

 private:
  struct Whole;
  struct Line;
  std::variant<Exchange*, std::unique_ptr<Exchange>, std::unique_ptr<Whole>, std::unique_ptr<Line>> held_;
};

}  // namespace folio::app
