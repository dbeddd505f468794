// Response: what a handler answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <folio/error.hpp>
#include <folio/header_value.hpp>
#include <folio/json.hpp>
#include <folio/response_stream.hpp>

namespace folio {

namespace detail {
struct FileBody;
}

// A field of the response: RFC 9110 §5.
struct HeaderField {
  HeaderValue name;
  HeaderValue value;
};

// How a cookie is set: RFC 6265bis §4.1. `path` covers the whole site, and scripts and other sites get nothing by default.
// What browsers would drop in silence is an error in the log, which names the cookie and says how to mend it; the cookie
// is then left out:
//   - a name that is no token, a value with white space, quotes, commas, semicolons, backslashes, control characters or
//     bytes beyond ASCII, or more than 4096 bytes of both;
//   - same_site "None", or partitioned, without secure;
//   - a name that begins with __Secure- without secure, or with __Host- without secure, with a domain, or with another
//     path than /.
struct CookieOptions {
  std::string path = "/";
  std::string domain{};           // empty: this host alone; otherwise that one and all below it
  std::string same_site = "Lax";  // Lax, Strict or None, in any case; empty: the browser's default
  long max_age = -1;              // seconds; 0: deletes the cookie; below 0: until the browser closes. Browsers keep 400 days
  bool http_only = true;
  // Sent back by https alone. Not said: just when the request came by https (Request::is_secure).
  std::optional<bool> secure{};
  bool partitioned = false;  // of an embedded page: a jar of its own for every site that embeds it
  std::optional<std::chrono::sys_seconds> expires{};  // the same as max_age by the browser's clock; max_age wins
};

// A status, fields and a body. A plain struct: fill it in, or use one of the makers.
//
//     return Response::json(user, 201).header("Location", "/users/7");
struct Response {
  std::string body;
  int status_code = 200;
  HeaderValue content_type;  // empty: no Content-Type field
  std::vector<HeaderField> headers;
  std::shared_ptr<detail::StreamedBody> streamed;  // written piece by piece, in place of `body`
  // The content of files, made by Response::file and serve_files; sent in the place of `body`, which stays empty.
  std::shared_ptr<const detail::FileBody> file_body;

  Response() = default;
  Response(std::string text, int code, HeaderValue type, std::vector<HeaderField> fields = {})
      : body(std::move(text)), status_code(code), content_type(std::move(type)), headers(std::move(fields)) {}

  // Any value that has a JSON form: plain structs, containers, JsonValue (see <folio/json.hpp>).
  template <class T>
  static Response json(const T& value, int status = 200) {
    Response response({}, status, "application/json");
    append_json(response.body, value);
    return response;
  }
  static Response json(const JsonValue& value, int status = 200);
  static Response text(std::string text, int status = 200) { return {std::move(text), status, "text/plain; charset=utf-8"}; }
  static Response html(std::string markup, int status = 200) { return {std::move(markup), status, "text/html; charset=utf-8"}; }
  // The content of a file of any size, with the type that its name says; 404 when there is none. It is opened here and
  // read while it is sent. `path` is relative to the folder that the server was started in, and is trusted: never build
  // it from a request. serve_files checks what a request names, and answers conditions and ranges.
  static Response file(const std::string& path);
  // A body that `write`, a callable that takes a ResponseStream and returns Task<> (or Task<Result<void>>), writes piece by
  // piece: see <folio/response_stream.hpp>. The response's head is sent first; so a failure can only break the body off,
  // which the client can tell from one that has ended. `length`: of the whole body, when it is known.
  template <detail::StreamWriter<ResponseStream> Write>
  static Response stream(HeaderValue type, Write write, std::optional<std::uint64_t> length = std::nullopt) {
    Response response({}, 200, std::move(type));
    response.streamed = detail::stream_body<ResponseStream>(std::move(write));
    response.streamed->length = length;
    return response;
  }
  // Server-Sent Events, by a callable that takes an EventStream.
  template <detail::StreamWriter<EventStream> Write>
  static Response events(Write write) {
    // Of no use to caches; and a proxy that holds back what it has would hold back events.
    Response response({}, 200, "text/event-stream", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}});
    response.streamed = detail::stream_body<EventStream>(std::move(write));
    return response;
  }
  // RFC 9110 §15.4. 302 by default; 303 after a POST; 308 to keep the method.
  static Response redirect(std::string to, int status = 302);
  // Only a status, with no body.
  static Response status(int code) { return {{}, code, {}}; }
  [[nodiscard]] int status() const { return status_code; }
  // RFC 9457: an application/problem+json body with the error's status and message.
  static Response problem(const AppError& error);

  // Adds a field; Content-Type replaces the one that is set. A name or value with a line break in it is refused when the
  // response is written: it is left out, and the log says so.
  Response& header(HeaderValue name, HeaderValue value) &;
  Response&& header(HeaderValue name, HeaderValue value) && { return std::move(header(std::move(name), std::move(value))); }
  Response& cookie(std::string_view name, std::string_view value, const CookieOptions& options = {}) &;
  Response&& cookie(std::string_view name, std::string_view value, const CookieOptions& options = {}) && {
    return std::move(cookie(name, value, options));
  }
  // The first field of that name (case does not matter), or an empty view.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

// The makers as free functions.
template <class T>
Response json(const T& value, int status = 200) {
  return Response::json(value, status);
}
inline Response json(const JsonValue& value, int status = 200) { return Response::json(value, status); }
inline Response text(std::string content, int status = 200) { return Response::text(std::move(content), status); }
inline Response html(std::string markup, int status = 200) { return Response::html(std::move(markup), status); }

}  // namespace folio
