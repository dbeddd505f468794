#include "app/socket_request.hpp"

#include <folio/websocket.hpp>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/dispatch.hpp"
#include "app/exchange.hpp"
#include "app/request_origin.hpp"

namespace folio::app {

namespace {

std::atomic<bool> asked_for{false};

// It has been held against the server's limits when it came.
http::Limits no_limits() {
  constexpr std::size_t longest_head = 1U << 30U;
  return {.max_target = longest_head,
          .max_head = longest_head,
          .max_fields = longest_head,
          .max_body = std::numeric_limits<std::uint64_t>::max()};
}

// Texts in a row, in memory of just their size.
std::unique_ptr<char[]> joined(std::initializer_list<std::string_view> texts) {
  std::size_t size = 0;
  for (const auto text : texts) size += text.size();
  auto bytes = std::make_unique_for_overwrite<char[]>(size);
  char* at = bytes.get();
  for (const auto text : texts) at = static_cast<char*>(std::memcpy(at, text.data(), text.size())) + text.size();
  return bytes;
}

// An exchange with `texts` in its block, the first of which are the `head` bytes of a request.
std::unique_ptr<Exchange> parsed(std::string_view texts, std::size_t head) {
  auto exchange = std::make_unique<Exchange>(no_limits());
  exchange->block.append(texts);
  detail::RequestData& data = exchange->data;
  data.block = exchange->block.view().substr(0, head);
  (void)exchange->parser.parse_head(data.block);
  data.head = &exchange->parser.head();
  return exchange;
}

}  // namespace

// All that it can be asked for.
struct SocketRequest::Whole {
  // What few requests have.
  struct Rest {
    std::shared_ptr<std::string> body;
    std::vector<detail::ErasedValue> values;
    std::shared_ptr<const ClientCertificate> client_certificate;
    std::unique_ptr<Trace> trace;
  };

  explicit Whole(Exchange& exchange);
  [[nodiscard]] std::unique_ptr<Exchange> restore() &&;

  std::shared_ptr<const Application> application;
  std::unique_ptr<char[]> text;  // the head, the client's address, the host and the request id
  std::unique_ptr<Rest> rest;
  std::uint32_t head;  // bytes of each
  std::uint32_t host;
  std::uint16_t address;
  std::uint8_t id;
  bool secure;  // the scheme is https
};

// What the log says about it.
struct SocketRequest::Line {
  static std::unique_ptr<Line> make(std::string_view target, std::string_view route);
  [[nodiscard]] std::unique_ptr<Exchange> restore() const;

  std::uint32_t target;  // bytes of each, which stand behind this
  std::uint32_t route;

  static void operator delete(void* line) { ::operator delete(line); }
};

SocketRequest::Whole::Whole(Exchange& exchange)
    : application(std::move(exchange.application)),
      text(joined({exchange.data.block, exchange.data.remote_address, exchange.data.host, exchange.data.id})),
      head(static_cast<std::uint32_t>(exchange.data.block.size())),
      host(static_cast<std::uint32_t>(exchange.data.host.size())),
      address(static_cast<std::uint16_t>(exchange.data.remote_address.size())),
      id(static_cast<std::uint8_t>(exchange.data.id.size())),
      secure(exchange.data.scheme == "https") {
  detail::RequestData& data = exchange.data;
  if (!data.body && data.values.empty() && !data.client_certificate && !data.trace) return;
  rest = std::make_unique<Rest>(Rest{.body = std::move(data.body),
                                     .values = std::move(data.values),
                                     .client_certificate = std::move(data.client_certificate),
                                     .trace = std::move(data.trace)});
}

std::unique_ptr<Exchange> SocketRequest::Whole::restore() && {
  auto exchange = parsed({text.get(), std::size_t{head} + address + host + id}, head);
  detail::RequestData& data = exchange->data;
  std::size_t at = head;
  const auto next = [&](std::size_t length) { return exchange->block.view().substr(std::exchange(at, at + length), length); };
  data.remote_address = next(address);
  data.host = next(host);
  data.id = next(id);
  data.secure = secure;
  data.scheme = secure ? "https" : "http";
  if (rest) {
    data.body = std::move(rest->body);
    data.values = std::move(rest->values);
    data.client_certificate = std::move(rest->client_certificate);
    data.trace = std::move(rest->trace);
  }
  exchange->application = std::move(application);
  route(*exchange, *exchange->application);
  exchange->shrink();
  return exchange;
}

std::unique_ptr<SocketRequest::Line> SocketRequest::Line::make(std::string_view target, std::string_view route) {
  void* const memory = ::operator new(sizeof(Line) + target.size() + route.size());
  std::unique_ptr<Line> line(new (memory) Line{.target = static_cast<std::uint32_t>(target.size()),
                                               .route = static_cast<std::uint32_t>(route.size())});
  char* const text = reinterpret_cast<char*>(line.get() + 1);
  std::memcpy(text, target.data(), target.size());
  std::memcpy(text + target.size(), route.data(), route.size());
  return line;
}

std::unique_ptr<Exchange> SocketRequest::Line::restore() const {
  const std::string_view text(reinterpret_cast<const char*>(this + 1), std::size_t{target} + route);
  std::string head("GET ");
  head.append(text.substr(0, target)).append(" HTTP/1.1\r\nHost:\r\n\r\n");
  const std::size_t size = head.size();
  auto exchange = parsed(head.append(text.substr(target)), size);
  exchange->data.route = exchange->block.view().substr(size);
  exchange->data.scheme = "http";
  return exchange;
}

SocketRequest::SocketRequest(Exchange& exchange) : held_(&exchange) {}
SocketRequest::~SocketRequest() = default;

void SocketRequest::take(std::unique_ptr<Exchange> exchange) {
  held_ = std::move(exchange);
}

// What middleware left for this request may have to be destroyed when the connection ends, and not before.
void SocketRequest::keep() {
  Exchange& exchange = *std::get<Exchange*>(held_);
  if (asked_for.load(std::memory_order_relaxed) || !exchange.data.values.empty()) {
    resolve_address(exchange.data);  // while there is a connection to ask
    held_ = std::make_unique<Whole>(exchange);
  } else {
    held_ = Line::make(exchange.data.head->target.in(exchange.data.block), exchange.data.route);
  }
}

void SocketRequest::release() noexcept {
  held_ = static_cast<Exchange*>(nullptr);
}

const Request& SocketRequest::get() {
  if (auto* whole = std::get_if<std::unique_ptr<Whole>>(&held_)) {
    held_ = std::move(**whole).restore();
  } else if (auto* line = std::get_if<std::unique_ptr<Line>>(&held_)) {
    held_ = (*line)->restore();
  }
  if (auto* owned = std::get_if<std::unique_ptr<Exchange>>(&held_)) return (*owned)->request;
  return std::get<Exchange*>(held_)->request;
}

}  // namespace folio::app

namespace folio::detail {

bool note_request_is_asked_for() noexcept {
  app::asked_for.store(true, std::memory_order_relaxed);
  return true;
}

}  // namespace folio::detail
