// KeptRequest: the request of an open WebSocket in as few bytes as it can be had back from. Most handlers never ask for
// it again, and an exchange would be the largest thing that an idle connection holds.
//
// What was parsed is parsed again; what middleware left and what the connection knew is kept. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>

namespace folio::app {

class Application;
class Exchange;

class KeptRequest {
 public:
  // Nothing.
  KeptRequest();
  // The request of `exchange`, which may then be reset. Nobody may hold a reference to its Request, or a view of it.
  // REQUIRES: its head is complete, and its origin resolved (app/request_origin).
  explicit KeptRequest(Exchange& exchange);
  KeptRequest(KeptRequest&&) noexcept;
  KeptRequest& operator=(KeptRequest&&) noexcept;
  ~KeptRequest();

  explicit operator bool() const noexcept { return text_ != nullptr; }
  // An exchange whose Request says what it said before. REQUIRES: there is one, and the head was one that parsed.
  [[nodiscard]] std::unique_ptr<Exchange> restore() &&;

 private:
  struct Rest;  // what few requests have

  std::shared_ptr<const Application> application_;
  std::unique_ptr<char[]> text_;  // the head, the client's address, the host and the request id
  std::unique_ptr<Rest> rest_;
  std::uint32_t head_ = 0;  // bytes of each
  std::uint32_t host_ = 0;
  std::uint16_t address_ = 0;
  std::uint8_t id_ = 0;
  bool secure_ = false;  // the scheme is https
};

}  // namespace folio::app
