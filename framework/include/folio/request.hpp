// Request: what a client asked. Handed to handlers and middleware by reference; it lives until the response is sent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <folio/client_certificate.hpp>
#include <folio/method.hpp>
#include <folio/trace.hpp>

namespace folio {

namespace detail {

// The name of a type, the same in every module that is loaded into the process, as an address is not.
template <class T>
constexpr std::string_view type_name() {
  return __PRETTY_FUNCTION__;
}

struct RequestData;

struct ErasedValue {
  std::string_view type;
  std::shared_ptr<void> value;
};

}  // namespace detail

class Request;

// The parameters of a request's path; good as long as the request.
class Params {
 public:
  explicit Params(const Request& request) : request_(&request) {}
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] const Request& request() const { return *request_; }

 private:
  const Request* request_;
};

// Views that it gives (`path`, `header`, `body`) are good as long as the request. Nothing here throws. Loop thread only.
class Request {
 public:
  explicit Request(detail::RequestData& data) : data_(&data) {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  // The method as the client wrote it: "GET".
  [[nodiscard]] std::string_view method() const;
  // The same as a value to switch on; Method::Other for one that route files do not know.
  [[nodiscard]] Method method_kind() const;
  // The path as the client wrote it, percent-encoded, without the query: `/users/7`.
  [[nodiscard]] std::string_view path() const;
  // What follows `?`, undecoded; empty when there is none.
  [[nodiscard]] std::string_view query_string() const;
  // The first field of that name (case does not matter), without white space around it; empty when missing.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] bool has_header(std::string_view name) const;
  // The whole body, decoded from its transfer coding.
  [[nodiscard]] std::string_view body() const;
  // A parameter of the route's file name, percent-decoded: `id` of `users/[id].cpp`.
  [[nodiscard]] std::optional<std::string> param(std::string_view name) const;
  // All of them, for extract_param.
  [[nodiscard]] Params params() const;
  // The first value of a query parameter, decoded.
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
  // The client's numeric address, the scheme ("http" or "https") and the authority ("example.com:8443") that it asked
  // for. Behind proxies that the setting `trusted_proxies` names, they are what those say by Forwarded (RFC 7239) or
  // X-Forwarded-For, -Proto and -Host; what anybody else says so is ignored. The PROXY protocol, where the server is set
  // to it, says the first two for a whole connection. The address is "unix" at the other end of a Unix-domain socket.
  // `host` is the client's word: check it before it goes into a link. Empty only on HTTP/1.0.
  [[nodiscard]] std::string_view remote_address() const;
  [[nodiscard]] std::string_view scheme() const;
  [[nodiscard]] std::string_view host() const;
  // Whether the scheme is https: for a WebSocket, wss.
  [[nodiscard]] bool is_secure() const { return scheme() == "https"; }
  // Who the client is, by a certificate that an authority of --tls-client-ca has signed; null when it showed none.
  [[nodiscard]] const ClientCertificate* client_certificate() const;
  // An id for this request: the client's X-Request-Id when it sent a sensible one, or one made here.
  [[nodiscard]] std::string_view id() const;
  // Where it stands in a distributed trace (W3C Trace Context); made when it is first asked for.
  [[nodiscard]] const Trace& trace() const;
  // The route file that answers, relative to the routes folder; empty when none does.
  [[nodiscard]] std::string_view route() const;

  // Leaves a value for what comes after, by its type: a middleware's way to hand a user or a session to handlers, which
  // ask for it by a parameter `const T&` or `T&`.
  template <class T>
  T& set(T value) {
    auto stored = std::make_shared<T>(std::move(value));
    T& reference = *stored;
    put({detail::type_name<T>(), std::move(stored)});
    return reference;
  }
  // The value of that type, or null.
  template <class T>
  [[nodiscard]] T* get() const {
    return static_cast<T*>(find(detail::type_name<T>()));
  }

  [[nodiscard]] detail::RequestData& data() const { return *data_; }

 private:
  void put(detail::ErasedValue value);
  [[nodiscard]] void* find(std::string_view type) const;

  detail::RequestData* data_;
};

inline std::optional<std::string> Params::get(std::string_view name) const { return request_->param(name); }
inline Params Request::params() const { return Params(*this); }

namespace detail {
// Visits name-value pairs of the query or of a form body, decoded, until the visitor returns false.
using PairVisitor = bool (*)(void* context, std::string_view name, std::string_view value);
void visit_query(const Request& request, PairVisitor visit, void* context);
void visit_form(const Request& request, PairVisitor visit, void* context);
}  // namespace detail

}  // namespace folio
