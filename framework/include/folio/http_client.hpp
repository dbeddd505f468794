// HttpClient: requests to other servers, on the loop of the task that awaits them.
//
//     auto answer = co_await HttpClient().get("https://example.com/prices");
//     if (!answer) co_return answer.error();      // 502, or 504 when the time was up
//     if (!answer->ok()) …                        // the server answered, with another status than 2xx
//     auto prices = answer->json<Prices>();
//
// Connections are kept and used again, by all clients of a loop that have the same TLS options.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <folio/json.hpp>
#include <folio/result.hpp>
#include <folio/task.hpp>

namespace folio {

namespace detail {
class HttpConversation;
}

using HttpFields = std::vector<std::pair<std::string, std::string>>;

struct HttpClientOptions {
  // Sent with every request that has no field of that name.
  HttpFields headers = {};

  // Looking the name up, connecting and TLS.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  // From the end of the request until the head of the response is there.
  std::chrono::milliseconds head_timeout = std::chrono::seconds(30);
  // Without a byte of the response's body, or without a byte of the request's being taken.
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(30);

  // Bytes of a response's body that is read whole. Past it: an error. What is streamed has no limit.
  std::size_t max_body = 16 * 1024 * 1024;
  // Bytes of a response's head.
  std::size_t max_head = 64 * 1024;

  // How many redirects are followed; 0: none, and the caller gets them as they are. Authorization, Cookie and
  // Proxy-Authorization do not go along to another origin.
  unsigned max_redirects = 10;

  // Connections to one origin that are kept while nobody uses them, and for how long; 0: none.
  std::size_t max_idle_per_origin = 8;
  std::chrono::milliseconds keep_idle = std::chrono::seconds(30);

  // https: a file of certificates (PEM) to trust instead of the system's.
  std::string authorities_file = {};
  // https: accept any server at all. For tests against servers of one's own.
  bool accept_any_server_insecurely = false;
};

// Gives the next piece of a request's body, and nothing at its end. It is called again when a piece was taken by the
// network, so that no more than a piece or two are in memory. An error ends the request, and is its result.
using HttpBody = std::function<Task<Result<std::optional<std::string>>>()>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  // Not Content-Length, Transfer-Encoding, Connection, Upgrade, TE and Expect, which are the client's to write.
  HttpFields headers = {};
  std::string body = {};
  // In the place of `body`: sent in chunks. Such a request is sent once, and its redirects with 307 and 308 are given
  // to the caller.
  HttpBody stream = {};
};

// The head of a response.
struct HttpHead {
  int status = 0;
  HttpFields headers;  // in the order of arrival
  std::string url;     // what answered, after redirects

  // The first field of that name (case does not matter), or an empty view.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  // 200 to 299.
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

// A response with its whole body.
struct HttpResponse : HttpHead {
  std::string body;

  // The body as a plain struct or a JsonValue: see <folio/json.hpp>. The error is a 502 that says where it is not one.
  template <class T>
  [[nodiscard]] Result<T> json() const {
    T value{};
    JsonError error;
    if (!read_json(body, value, error)) return AppError(502, "the answer of " + url + ": " + error.message);
    return value;
  }
};

// A response whose body is read as it comes. Dropping it before its end closes its connection. Belongs to the loop's
// thread.
class HttpStream : public HttpHead {
 public:
  HttpStream(HttpHead head, std::unique_ptr<detail::HttpConversation> conversation);
  HttpStream(HttpStream&&) noexcept;
  HttpStream& operator=(HttpStream&&) noexcept;
  ~HttpStream();

  // The next bytes, never none; nothing at the end of the body. An error when the connection broke before that.
  // REQUIRES: the stream outlives the task, and one is awaited at a time.
  [[nodiscard]] Task<Result<std::optional<std::string>>> read();
  // What is left of it, up to `limit` bytes; an error past that.
  [[nodiscard]] Task<Result<std::string>> read_all(std::size_t limit);

 private:
  std::unique_ptr<detail::HttpConversation> conversation_;
};

// Cheap to make and to copy; the connections belong to the loop. The tasks hold what they need: the client may be gone
// before they are awaited.
//
// Errors: status 502 when there is no answer or none that HTTP allows, 504 when the time was up, so that a handler may
// return them as they are; 500 for a URL or a request that cannot be sent. A request is sent a second time only when a
// connection that was kept turns out to be closed, the method allows it (RFC 9110 §9.2.2: GET, HEAD, PUT, DELETE,
// OPTIONS, TRACE), and not a byte of an answer has come.
class HttpClient {
 public:
  HttpClient() : HttpClient(HttpClientOptions{}) {}
  explicit HttpClient(HttpClientOptions options);

  [[nodiscard]] Task<Result<HttpResponse>> get(std::string url, HttpFields headers = {}) const;
  [[nodiscard]] Task<Result<HttpResponse>> post(std::string url, std::string body,
                                                std::string content_type = "text/plain; charset=utf-8",
                                                HttpFields headers = {}) const;
  // Any request; the response is read whole.
  [[nodiscard]] Task<Result<HttpResponse>> send(HttpRequest request) const;
  // Any request; gives the response when its head has come.
  [[nodiscard]] Task<Result<HttpStream>> open(HttpRequest request) const;

 private:
  std::shared_ptr<const HttpClientOptions> options_;
};

}  // namespace folio
