// RequestBody: the body of a request on its way from the connection to a handler that reads it as it arrives. Shared
// by the exchange and the handler's BodyStream, which may outlive it. The loop's thread only.
#pragma once

#include <folio/body_stream.hpp>

#include <coroutine>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace folio::app {
class Connection;
}

namespace folio::detail {

class RequestBody {
 public:
  RequestBody(app::Connection* connection, std::optional<std::uint64_t> length, std::uint64_t limit)
      : connection_(connection), length_(length), limit_(limit) {}

  // --- the reader's side ---
  // Whether a read need not wait. The first one asks the client for the body.
  [[nodiscard]] bool ready();
  // REQUIRES: not ready. Nobody else waits.
  void wait(std::coroutine_handle<> awaiting);
  void stop_waiting() noexcept { waker_ = {}, reader_ = {}; }
  // REQUIRES: ready.
  [[nodiscard]] std::optional<std::string> take();
  void set_limit(std::uint64_t bytes) noexcept { limit_ = bytes; }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }

  // --- the connection's side ---
  // False when that is more than the limit.
  [[nodiscard]] bool append(std::string_view bytes);
  void end();
  // The exchange is over, or failed: who still reads ends where it waits.
  void detach() noexcept;
  // Whether the handler has begun to read.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  // Bytes that have come and were not read.
  [[nodiscard]] std::size_t waiting() const noexcept { return arrived_.size(); }

 private:
  app::Connection* connection_;  // null once detached, and for a body that is there already
  std::optional<std::uint64_t> length_;
  std::uint64_t limit_;
  std::uint64_t received_ = 0;
  std::string arrived_;
  Waker waker_;
  ActivityRef reader_;  // who waits
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace folio::detail
