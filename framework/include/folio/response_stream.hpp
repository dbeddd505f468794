// ResponseStream and EventStream: responses that are written piece by piece, with backpressure.
//
//     Response GET() {
//       return Response::stream("text/csv", [](ResponseStream out) -> Task<> {
//         for (int row = 0; row < 1'000'000; ++row) co_await out.write(std::to_string(row) + "\n");
//       });
//     }
//
//     Response GET() {
//       return Response::events([](EventStream events) -> Task<> {
//         for (int tick = 0;; ++tick) {
//           co_await events.send({.data = std::to_string(tick), .id = std::to_string(tick)});
//           co_await sleep_for(std::chrono::seconds(1));
//         }
//       });
//     }
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/error.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

namespace folio {

namespace detail {

class StreamSink;  // the server's side of it

class StreamWriteAwaiter {
 public:
  StreamWriteAwaiter(std::shared_ptr<StreamSink> sink, std::string_view bytes);
  StreamWriteAwaiter(const StreamWriteAwaiter&) = delete;
  StreamWriteAwaiter& operator=(const StreamWriteAwaiter&) = delete;
  ~StreamWriteAwaiter();
  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> awaiting);
  void await_resume() { waiting_ = false; }

 private:
  std::shared_ptr<StreamSink> sink_;
  bool waiting_ = false;
};

}  // namespace detail

// Where a streamed response's body goes. When the client goes away, the task that writes ends where it waits, and its
// locals are destroyed; so does any task that writes after the response has ended. The loop's thread only.
class ResponseStream {
 public:
  explicit ResponseStream(std::shared_ptr<detail::StreamSink> sink) : sink_(std::move(sink)) {}

  // Sends the bytes; at the latest when this turn of the loop ends. They are taken at once; `co_await` waits while the
  // client has more than Config::max_stream_output bytes to read yet.
  [[nodiscard]] detail::StreamWriteAwaiter write(std::string_view bytes) { return {sink_, bytes}; }

 private:
  std::shared_ptr<detail::StreamSink> sink_;
};

// One event of text/event-stream. HTML Living Standard §9.2.
struct ServerEvent {
  std::string data{};                                  // may have several lines
  std::string event{};                                 // its type; empty: "message"
  std::string id{};                                    // comes back as Last-Event-ID when the client reconnects
  std::optional<std::chrono::milliseconds> retry{};    // how long the client waits before it reconnects
};

// A stream of Server-Sent Events. In a silence of Config::event_heartbeat a comment is sent, so that proxies keep the
// connection and a client that is gone is noticed.
class EventStream {
 public:
  explicit EventStream(ResponseStream out) : out_(std::move(out)) {}

  // Line ends in `event` and `id`, which would begin another field, are taken out.
  [[nodiscard]] detail::StreamWriteAwaiter send(const ServerEvent& event) { return out_.write(format(event)); }
  [[nodiscard]] detail::StreamWriteAwaiter send(std::string_view data) {
    return send(ServerEvent{.data = std::string(data)});
  }
  // A line that clients pass over.
  [[nodiscard]] detail::StreamWriteAwaiter comment(std::string_view text);

  // The event as it is sent.
  [[nodiscard]] static std::string format(const ServerEvent& event);

 private:
  ResponseStream out_;
};

namespace detail {

// What Response::stream leaves in the response. It owns the function, so what that captures lives as long as its task.
struct StreamedBody {
  std::move_only_function<Task<>(ResponseStream)> write;
  std::optional<std::uint64_t> length;  // of the body; without it the body is sent in chunks
  bool events = false;
};

template <class Write, class Out>
concept StreamWriter = std::invocable<Write&, Out> && is_task<std::invoke_result_t<Write&, Out>>;

template <class Out, class Write>
Task<> write_stream(Write* write, ResponseStream out) {
  using Value = typename std::invoke_result_t<Write&, Out>::value_type;
  if constexpr (std::is_void_v<Value>) {
    co_await (*write)(Out(std::move(out)));
  } else {
    auto result = co_await (*write)(Out(std::move(out)));
    if (!result) throw AppError(std::move(result).error());
  }
}

template <class Out, class Write>
std::shared_ptr<StreamedBody> stream_body(Write write) {
  auto body = std::make_shared<StreamedBody>();
  body->write = [write = std::move(write)](ResponseStream out) mutable {
    return write_stream<Out>(&write, std::move(out));
  };
  body->events = std::same_as<Out, EventStream>;
  return body;
}

}  // namespace detail

}  // namespace folio
