// BodyStream: a request's body as it arrives, for uploads that are not to lie in memory.
//
//     Task<Response> POST(BodyStream body) {
//       std::uint64_t size = 0;
//       while (auto piece = co_await body.read()) size += piece->size();
//       co_return Response::text(std::to_string(size));
//     }
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <folio/request.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

namespace folio {

namespace detail {

class RequestBody;  // the server's side of it

class BodyReadAwaiter {
 public:
  explicit BodyReadAwaiter(std::shared_ptr<RequestBody> body) : body_(std::move(body)) {}
  BodyReadAwaiter(const BodyReadAwaiter&) = delete;
  BodyReadAwaiter& operator=(const BodyReadAwaiter&) = delete;
  ~BodyReadAwaiter();
  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> awaiting);
  std::optional<std::string> await_resume();

 private:
  std::shared_ptr<RequestBody> body_;
  bool waiting_ = false;
};

}  // namespace detail

// A handler that takes one is run as soon as the request's head is there; `Request::body()` is then empty. Middleware
// runs before anything of the body is asked for, so it can refuse an upload early: a client that sent
// `Expect: 100-continue` is told to go on by the first read, and not before.
//
// What arrives and is not read waits in memory up to Config::max_body_buffer; past it the client is held back by TCP.
// A body that breaks off, is malformed, too slow or over the limit never looks like one that ended: the handler ends
// where it waits, its locals are destroyed, and the server answers by itself (400, 408, 413). The same holds for a task
// that still reads when the request has been answered. An answer before the body's end closes the connection.
// One reader at a time; the loop's thread only.
class BodyStream {
 public:
  static constexpr bool streams_body = true;

  explicit BodyStream(std::shared_ptr<detail::RequestBody> body) : body_(std::move(body)) {}
  // An empty body where the request has none.
  static Result<BodyStream> from_request(Request& request);

  // The next bytes of the body, in a run of any size above 0; nothing when it has ended. Decoded from chunks.
  [[nodiscard]] detail::BodyReadAwaiter read() { return detail::BodyReadAwaiter(body_); }

  // All that is left of the body, if that is at most `limit` bytes; 413 otherwise.
  [[nodiscard]] Task<Result<std::string>> read_all(std::uint64_t limit);

  // Writes all that is left to a new file at `path`, off the loop; gives the number of bytes. An error when there is such
  // a file already or it cannot be written. What was begun is removed when the body does not come to its end.
  [[nodiscard]] Task<Result<std::uint64_t>> save(std::string path);

  // Bytes that this body may have in all, in place of Config::max_streamed_body. To be set before the first read.
  void limit(std::uint64_t bytes);

  // What Content-Length announces; nothing for a chunked body.
  [[nodiscard]] std::optional<std::uint64_t> length() const;

 private:
  std::shared_ptr<detail::RequestBody> body_;
};

}  // namespace folio
