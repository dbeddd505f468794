// StreamSink: where the task that writes a streamed response puts its bytes. Shared by the exchange and the task's
// ResponseStream, which may outlive it. The loop's thread only.
#pragma once

#include <folio/response_stream.hpp>

#include <coroutine>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace folio::app {
class Connection;
}

namespace folio::detail {

class StreamSink {
 public:
  StreamSink(app::Connection& connection, bool chunked, std::optional<std::uint64_t> length)
      : connection_(&connection),
        chunked_(chunked),
        left_(length.value_or(std::numeric_limits<std::uint64_t>::max())),
        counted_(length.has_value()) {}

  // --- the writer's side ---
  void write(std::string_view bytes);
  // Whether the writer may go on.
  [[nodiscard]] bool ready() const noexcept;
  void wait(std::coroutine_handle<> awaiting);
  void stop_waiting() noexcept { waker_ = {}, writer_ = {}; }

  // --- the connection's side ---
  // What was written has gone out.
  void drained() noexcept { waker_.wake(); }
  // The response is over: who still writes ends where it waits.
  void detach() noexcept;
  // Bytes of the body so far.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }
  // Whether as many bytes were written as were announced.
  [[nodiscard]] bool complete() const noexcept { return !counted_ || (left_ == 0 && !excess_); }

 private:
  app::Connection* connection_;  // null once detached
  bool chunked_;
  std::uint64_t written_ = 0;
  std::uint64_t left_;  // bytes that may still be written
  bool counted_;
  bool excess_ = false;
  Waker waker_;
  ActivityRef writer_;  // who waits
};

}  // namespace folio::detail
