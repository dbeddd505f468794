#include "app/http_conversation.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <variant>

#include "app/client_tls.hpp"
#include "app/http_pool.hpp"
#include "base/ascii.hpp"
#include "http/request_writer.hpp"
#include "http/response_framing.hpp"
#include "http/response_writer.hpp"

namespace folio::detail {

namespace {

// Bytes of a streamed body that may wait for the network before the next piece is asked for.
constexpr std::size_t most_unsent = 64 * 1024;
// Bytes of a redirect's body that are read so that its connection can be used again.
constexpr std::size_t most_discarded = 64 * 1024;

// RFC 9110 §9.2.2: "PUT, DELETE, and safe request methods are idempotent."
bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> methods{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"};
  return std::ranges::find(methods, method) != methods.end();
}

// The body's length is ours to count; what is read whole has its limit there.
http::Limits answer_limits(std::size_t max_head) {
  http::Limits limits;
  limits.max_head = std::min(max_head, app::ClientStream::most_input);
  limits.max_body = std::numeric_limits<std::uint64_t>::max();
  return limits;
}

void erase_fields(HttpFields& fields, std::initializer_list<std::string_view> names) {
  std::erase_if(fields, [&](const auto& field) {
    return std::ranges::any_of(names, [&](std::string_view name) { return base::iequals(name, field.first); });
  });
}

// For messages: without the query, which may hold what is nobody's business.
std::string shown(const http::Url& url) {
  return url.scheme + "://" + url.authority + url.target.substr(0, url.target.find('?'));
}

}  // namespace

HttpConversation::HttpConversation(net::Loop& loop, std::shared_ptr<const HttpClientOptions> options,
                                   HttpRequest request, Connector connector)
    : loop_(loop),
      options_(std::move(options)),
      request_(std::move(request)),
      body_(std::make_shared<const std::string>(std::move(request_.body))),
      connector_(std::move(connector)),
      parser_(answer_limits(options_->max_head)) {
  for (const auto& [name, value] : options_->headers) {
    const auto same = [&](const auto& field) { return base::iequals(field.first, name); };
    if (std::ranges::none_of(request_.headers, same)) request_.headers.emplace_back(name, value);
  }
}

HttpConversation::~HttpConversation() {
  if (stream_) stream_->close();
}

std::optional<AppError> HttpConversation::set_url(std::string_view text) {
  auto parsed = http::parse_url(text);
  if (auto* fault = std::get_if<std::string>(&parsed)) return AppError::internal(std::move(*fault));
  url_ = std::get<http::Url>(std::move(parsed));
  if (url_.scheme == "ws" || url_.scheme == "wss") {
    return AppError::internal("'" + shown(url_) + "' is for a WebSocketClient");
  }
  return std::nullopt;
}

AppError HttpConversation::fail(int status, std::string_view reason) {
  // `reason` may be the stream's own.
  failure_.emplace(status, "cannot " + request_.method + " " + shown(url_) + ": " + std::string(reason));
  if (stream_) std::exchange(stream_, nullptr)->close();
  return *failure_;
}

AppError HttpConversation::broken(std::string_view when) {
  const std::string& why = stream_->failure();
  return fail(502, "the server ended the connection " + std::string(when) + (why.empty() ? "" : " (" + why + ")"));
}

std::string HttpConversation::pool_key() const {
  std::string key = (url_.secure ? "https://" : "http://") + url_.host + ":" + std::to_string(url_.port);
  if (url_.secure && options_->accept_any_server_insecurely) key += " insecure";
  if (url_.secure && !options_->authorities_file.empty()) key += " " + options_->authorities_file;
  return key;
}

Task<Result<HttpHead>> HttpConversation::begin() {
  if (auto fault = set_url(request_.url)) co_return *std::move(fault);
  if (std::string fault = http::request_fault(request_.method, request_.headers); !fault.empty()) {
    co_return AppError::internal(std::move(fault));
  }
  for (;;) {
    Result<HttpHead> head = co_await exchange();
    if (!head) co_return head;
    std::optional<AppError> fault;
    if (!redirect(*head, fault)) co_return head;
    if (fault) co_return *std::move(fault);
    // What is left of the redirect's own body is of no interest; its connection may be.
    (void)co_await read_all(most_discarded);
    if (stream_) std::exchange(stream_, nullptr)->close();
    failure_.reset();
    if (auto target = http::resolve_reference(url_, head->header("Location"));
        auto* url = std::get_if<http::Url>(&target)) {
      if (url->scheme == "ws" || url->scheme == "wss") co_return fail(502, "it redirects to a WebSocket");
      // RFC 9110 §15.4: "Removing any header fields that were automatically generated … or … specific to the origin":
      // credentials are for whom they were given.
      if (!http::same_origin(url_, *url)) {
        erase_fields(request_.headers, {"Authorization", "Cookie", "Proxy-Authorization", "Host"});
      }
      url_ = std::move(*url);
    } else {
      co_return fail(502, "it redirects to no URL: " + std::get<std::string>(target));
    }
  }
}

// Whether the response is a redirect to follow, and the request made ready for that; `fault` when there were too many.
bool HttpConversation::redirect(const HttpHead& head, std::optional<AppError>& fault) {
  const int status = head.status;
  const bool kind = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  if (!kind || options_->max_redirects == 0 || head.header("Location").empty()) return false;
  const bool keeps_method = status == 307 || status == 308;
  if (keeps_method && request_.stream) return false;
  if (redirects_++ == options_->max_redirects) {
    fault = fail(502, "more than " + std::to_string(options_->max_redirects) + " redirects");
    return true;
  }
  // RFC 9110 §15.4.2, 15.4.3: "For historical reasons, a user agent MAY change the request method from POST to GET";
  // §15.4.4, of 303: "a GET or HEAD request".
  const bool becomes_get = (status == 303 && request_.method != "HEAD") || (!keeps_method && request_.method == "POST");
  if (becomes_get) request_.method = "GET";
  if (becomes_get || (request_.stream && !keeps_method)) {
    body_ = std::make_shared<const std::string>();
    request_.stream = {};
    erase_fields(request_.headers, {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"});
  }
  return true;
}

Task<Result<HttpHead>> HttpConversation::exchange() {
  for (bool first = true;; first = false) {
    answered_ = body_sent_ = whole_ = until_close_ = keep_alive_ = false;
    parser_ = http::ResponseHeadParser(answer_limits(options_->max_head));
    stream_ = first && !connector_ ? loop_.local<app::HttpPool>().take(pool_key()) : nullptr;
    const bool kept = stream_ != nullptr;
    if (!kept) {
      if (auto connected = co_await connect(); !connected) co_return std::move(connected).error();
    }
    Result<Sent> sent = co_await send();
    Result<HttpHead> head = AppError::internal();
    if (sent) {
      head = co_await receive_head();
      if (head) co_return head;
    } else {
      head = std::move(sent).error();
    }
    // RFC 9112 §9.3.1: "When an inbound connection is closed prematurely, a client MAY open a new connection and
    // automatically retransmit an aborted sequence of requests if all of those requests have idempotent methods". What
    // made the difference here is that the connection was an old one. RFC 9110 §9.2.2: "A client SHOULD NOT
    // automatically retry a failed automatic retry."
    const bool stale = kept && !answered_ && head.error().status() == 502;
    if (!stale || !is_idempotent(request_.method) || request_.stream) co_return head;
    failure_.reset();
  }
}

Task<Result<void>> HttpConversation::connect() {
  if (connector_) {
    stream_ = connector_();
  } else {
    net::ConnectTarget target;
    target.host = url_.host;
    target.port = url_.port;
    target.timeout = options_->connect_timeout;
    if (url_.secure) {
      const net::TlsSetup& setup =
          app::client_tls(loop_, {options_->authorities_file, options_->accept_any_server_insecurely});
      if (!setup.context) co_return fail(502, setup.message);
      target.tls = setup.context.get();
    }
    stream_ = app::ClientStream::open(loop_, std::move(target));
  }
  const std::int64_t begun = loop_.now();
  while (stream_->opening()) co_await stream_->change();
  if (stream_->open() || !stream_->input().empty()) co_return {};
  const bool late = loop_.now() - begun >= std::chrono::nanoseconds(options_->connect_timeout).count();
  if (stream_->failure().empty()) co_return broken("before it answered");
  co_return fail(late ? 504 : 502, stream_->failure());
}

// Waits until no more than so much of the request waits for the network, or something of an answer comes.
Task<Result<void>> HttpConversation::send_room(std::size_t most) {
  stream_->flush();
  std::size_t before = stream_->unsent();
  stream_->set_deadline(options_->idle_timeout);
  while (stream_->unsent() > most && stream_->input().empty() && !stream_->ended()) {
    if (stream_->late()) {
      if (stream_->unsent() >= before) co_return fail(504, "the server takes nothing of the request any more");
      before = stream_->unsent();
      stream_->set_deadline(options_->idle_timeout);
    }
    co_await stream_->change();
  }
  co_return {};
}

Task<Result<HttpConversation::Sent>> HttpConversation::send() {
  // A server may answer before it was asked, by 408 for one; whatever it is, it can be read.
  if (stream_->ended()) co_return Sent::Interrupted;
  http::write_request_head(stream_->output(), {.method = request_.method,
                                               .target = url_.target,
                                               .authority = url_.authority,
                                               .fields = request_.headers,
                                               .chunked = static_cast<bool>(request_.stream),
                                               .content_length = body_->size()});
  if (!request_.stream) {
    if (!body_->empty()) stream_->write(body_);
    body_sent_ = true;
    if (auto room = co_await send_room(0); !room) co_return std::move(room).error();
    co_return Sent::Whole;
  }
  for (;;) {
    Result<std::optional<std::string>> piece = co_await request_.stream();
    if (!piece) {
      // Without the last chunk the server knows that this was not the whole body.
      (void)fail(502, "its body broke off");
      co_return std::move(piece).error();
    }
    if (stream_->ended() || !stream_->input().empty()) co_return Sent::Interrupted;
    if (!*piece) break;
    http::write_chunk(stream_->output(), **piece);
    if (auto room = co_await send_room(most_unsent); !room) co_return std::move(room).error();
    if (stream_->ended() || !stream_->input().empty()) co_return Sent::Interrupted;
  }
  stream_->output().append("0\r\n\r\n");
  body_sent_ = true;
  if (auto room = co_await send_room(0); !room) co_return std::move(room).error();
  co_return Sent::Whole;
}

Task<Result<HttpHead>> HttpConversation::receive_head() {
  stream_->set_deadline(options_->head_timeout);
  for (;;) {
    answered_ = answered_ || !stream_->input().empty();
    switch (parser_.parse(stream_->input())) {
      case http::ResponseHeadParser::State::Error:
        co_return fail(502, parser_.error());
      case http::ResponseHeadParser::State::NeedMore:
        if (stream_->ended()) co_return broken("before it answered");
        if (stream_->late()) co_return fail(504, "the server took too long to answer");
        co_await stream_->change();
        break;
      case http::ResponseHeadParser::State::Complete:
        if (parser_.head().status == 101) co_return fail(502, "the server changed the protocol unasked");
        if (parser_.head().status >= 200) co_return take_head();
        // RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response,
        // even if the client does not expect one."
        stream_->consume(parser_.size());
        parser_ = http::ResponseHeadParser(answer_limits(options_->max_head));
        break;
    }
  }
}

Result<HttpHead> HttpConversation::take_head() {
  const std::string_view block = stream_->input();
  const auto framing = http::response_framing(parser_.head(), block, request_.method);
  if (const auto* fault = std::get_if<std::string_view>(&framing)) return fail(502, *fault);
  const auto& found = std::get<http::ResponseFraming>(framing);
  HttpHead head;
  head.status = parser_.head().status;
  head.url = url_.scheme + "://" + url_.authority + url_.target;
  for (const http::Field& field : parser_.head().fields) {
    head.headers.emplace_back(field.name.in(block), field.value.in(block));
  }
  stream_->consume(parser_.size());
  keep_alive_ = found.keep_alive;
  until_close_ = found.until_close;
  decoder_.start(found.framing, found.content_length);
  const bool empty = found.framing == http::Framing::Length && found.content_length == 0;
  if (!until_close_ && (empty || found.framing == http::Framing::None)) finish();
  return head;
}

// The response is whole.
void HttpConversation::finish() {
  whole_ = true;
  auto stream = std::exchange(stream_, nullptr);
  const bool reusable = keep_alive_ && body_sent_ && stream->open() && stream->input().empty() && stream->unsent() == 0;
  if (!reusable || connector_) return stream->close();
  loop_.local<app::HttpPool>().give(pool_key(), std::move(stream), options_->max_idle_per_origin, options_->keep_idle);
}

Task<Result<std::optional<std::string>>> HttpConversation::read() {
  using Piece = std::optional<std::string>;
  if (whole_) co_return Piece();
  if (failure_) co_return *failure_;
  const http::Limits limits = answer_limits(options_->max_head);
  stream_->set_deadline(options_->idle_timeout);
  for (;;) {
    std::string piece;
    if (const std::string_view input = stream_->input(); !input.empty()) {
      if (until_close_) {
        piece = input;
        stream_->consume(input.size());
      } else {
        const auto decoded = decoder_.decode(input, limits, [&](std::string_view run) { piece += run; });
        if (decoded.state == http::BodyDecoder::State::Error) {
          co_return fail(502, "the answer's chunks are malformed: " + std::string(decoder_.error().reason));
        }
        stream_->consume(decoded.consumed);
        if (decoded.state == http::BodyDecoder::State::Complete) finish();
      }
      if (!piece.empty()) co_return Piece(std::move(piece));
      if (whole_) co_return Piece();
    }
    if (stream_->ended()) {
      if (!until_close_ || !stream_->ended_well()) co_return broken("in the middle of the answer");
      finish();
      co_return Piece();
    }
    if (stream_->late()) co_return fail(504, "the answer stopped arriving");
    co_await stream_->change();
  }
}

Task<Result<std::string>> HttpConversation::read_all(std::size_t limit) {
  std::string all;
  for (;;) {
    auto piece = co_await read();
    if (!piece) co_return std::move(piece).error();
    if (!*piece) co_return all;
    if ((*piece)->size() > limit - all.size()) {
      co_return fail(502, "the answer is larger than " + std::to_string(limit) + " bytes");
    }
    if (all.empty()) {
      all = *std::move(*piece);
    } else {
      all += **piece;
    }
  }
}

}  // namespace folio::detail
