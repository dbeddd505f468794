#include "app/client_socket.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "app/client_tls.hpp"
#include "base/ascii.hpp"

namespace folio::app {

namespace {

// The fields of an answer as the handshake reads them.
class AnswerFields final : public ws::FieldSource {
 public:
  AnswerFields(std::string_view block, const http::AnswerHead& head) : block_(block), head_(head) {}
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name, std::size_t index) const override {
    const http::Field* field = head_.find(block_, name, index);
    if (field == nullptr) return std::nullopt;
    return field->value.in(block_);
  }

 private:
  std::string_view block_;
  const http::AnswerHead& head_;
};

SocketSettings settings_of(const WebSocketClientOptions& options) {
  WsOptions socket = options.socket;
  socket.subprotocols = options.subprotocols;
  return make_socket_settings(Config{}, &socket);
}

// What of the options cannot stand in a request; empty when all can.
std::string fault_of(const WebSocketClientOptions& options) {
  for (const std::string& subprotocol : options.subprotocols) {
    if (!base::is_token(subprotocol)) return "the subprotocol '" + subprotocol + "' is no token";
  }
  for (const auto& [name, value] : options.headers) {
    if (!base::is_token(name)) return "the header name '" + name + "' is no token";
    if (!base::is_field_value(value)) return "the value of the header " + name + " has a control character in it";
  }
  return {};
}

}  // namespace

class ClientSocket::Registry {
 public:
  explicit Registry(net::Loop&) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() {
    while (first_ != nullptr) {
      ClientSocket& socket = *first_;
      remove(socket);
      if (const auto core = std::exchange(socket.core_, nullptr)) core->on_gone();
      socket.tcp_.close();
    }
  }
  void add(ClientSocket& socket) noexcept {
    socket.next_ = first_;
    socket.link_ = &first_;
    if (first_ != nullptr) first_->link_ = &socket.next_;
    first_ = &socket;
  }
  static void remove(ClientSocket& socket) noexcept {
    if (socket.link_ == nullptr) return;
    *socket.link_ = socket.next_;
    if (socket.next_ != nullptr) socket.next_->link_ = socket.link_;
    socket.link_ = nullptr;
  }

 private:
  ClientSocket* first_ = nullptr;
};

ClientSocket::Opening::Opening(ClientSocket& socket) : socket_(&socket) {
  socket.opening_ = this;
  socket.begin();
}

ClientSocket::Opening::~Opening() {
  if (socket_ != nullptr) socket_->give_up();
}

ClientSocket::Opening ClientSocket::open(net::Loop& loop, http::Url url, WebSocketClientOptions options) {
  return Opening(*new ClientSocket(loop, std::move(url), std::move(options)));
}

ClientSocket::ClientSocket(net::Loop& loop, http::Url url, WebSocketClientOptions options)
    : tcp_(loop, *this),
      url_(std::move(url)),
      options_(std::move(options)),
      settings_(settings_of(options_)),
      key_(ws::make_key()),
      parser_(http::Limits{}),
      deadline_(loop.seconds() + 1 +
                static_cast<std::uint32_t>(std::clamp<std::int64_t>(
                    std::chrono::ceil<std::chrono::seconds>(options_.timeout).count(), 0, 86'400))) {
  loop.local<Registry>().add(*this);
  loop.add_swept(*this);
}

ClientSocket::~ClientSocket() {
  Registry::remove(*this);
}

void ClientSocket::begin() noexcept {
  net::ConnectTarget target;
  target.host = url_.host;
  target.port = url_.port;
  target.timeout = options_.timeout;
  if (url_.secure) {
    const net::TlsSetup& setup = client_tls(tcp_.loop(), {options_.authorities_file, options_.accept_any_server_insecurely});
    if (!setup.context) return fail(502, setup.message);
    target.tls = setup.context.get();
  }
  tcp_.connect(std::move(target));
}

void ClientSocket::on_connected() noexcept {
  std::vector<ws::Field> extra;
  for (const auto& [name, value] : options_.headers) extra.push_back({name, value});
  request_.host = url_.authority;
  request_.target = url_.target;
  request_.key = key_;
  request_.subprotocols = options_.subprotocols;
  if (const auto& deflate = settings_.handshake.deflate) request_.extensions = ws::deflate_offer(*deflate);
  request_.extra = extra;
  ws::write_request(tcp_.output(), request_);
  request_.extra = {};
}

void ClientSocket::on_data(std::span<char> bytes) noexcept {
  if (core_) return core_->on_data(bytes);
  if (opening_ != nullptr) read_answer(bytes);
}

void ClientSocket::read_answer(std::span<char> bytes) noexcept {
  answer_.append({bytes.data(), bytes.size()});
  for (;;) {
    switch (parser_.parse(answer_.view())) {
      case http::ResponseHeadParser::State::NeedMore:
        return;
      case http::ResponseHeadParser::State::Error:
        return fail(502, std::string(parser_.error()));
      case http::ResponseHeadParser::State::Complete:
        break;
    }
    const http::AnswerHead& head = parser_.head();
    // RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response".
    // 101 is this request's final one.
    if (head.status >= 200 || head.status == 101) break;
    answer_.consume(parser_.size());
    parser_ = http::ResponseHeadParser(http::Limits{});
  }
  const AnswerFields fields(answer_.view(), parser_.head());
  const auto verdict =
      ws::check_response({.status = static_cast<unsigned>(parser_.head().status), .fields = fields}, request_);
  if (const auto* reason = std::get_if<std::string>(&verdict)) return fail(502, *reason);
  const auto& established = std::get<ws::Established>(verdict);
  std::optional<ws::DeflateParameters> deflate;
  if (const auto& offered = settings_.handshake.deflate) {
    auto agreed = ws::check_deflate_response(established.extensions, *offered);
    if (const auto* reason = std::get_if<std::string>(&agreed)) return fail(502, *reason);
    deflate = std::get<std::optional<ws::DeflateParameters>>(agreed);
  }
  base::Buffer answer = std::exchange(answer_, {});
  answer.consume(parser_.size());
  establish(established, deflate, {answer.data(), answer.size()});
}

void ClientSocket::establish(const ws::Established& established, const std::optional<ws::DeflateParameters>& deflate,
                             std::span<char> rest) {
  const auto& subprotocols = settings_.handshake.subprotocols;
  const auto chosen = std::ranges::find(subprotocols, established.subprotocol);
  // Nobody asked us anything, and there is yet a request to look at.
  auto exchange = std::make_unique<Exchange>(http::Limits{});
  exchange->data.head = &exchange->parser.head();
  exchange->data.remote_address = tcp_.peer_address();
  core_ = std::make_shared<detail::SocketCore>(detail::SocketCore::Setup{
      .environment = make_socket_environment(tcp_.loop(), settings_, ws::Role::Client),
      .exchange = *exchange,
      .subprotocol = chosen == subprotocols.end() ? std::string_view() : std::string_view(*chosen),
      .deflate = deflate});
  core_->open(tcp_, std::move(exchange));
  conclude(WebSocket(core_));
  if (!rest.empty()) core_->on_data(rest);
}

void ClientSocket::on_end() noexcept {
  if (core_) return core_->on_end();
  fail(502, "the server ended the connection before it answered");
}

void ClientSocket::on_drained() noexcept {
  if (core_) core_->on_drained();
}

void ClientSocket::on_closed() noexcept {
  if (core_) {
    core_->on_gone();
  } else {
    fail(502, std::string(tcp_.failure()));
  }
  delete this;
}

void ClientSocket::sweep(std::uint32_t now) noexcept {
  if (core_) return core_->sweep(now);
  if (now > deadline_) fail(504, "the server took too long to answer");
}

void ClientSocket::fail(int status, std::string reason) noexcept {
  if (opening_ == nullptr) return;
  // Without the query, which may hold what is nobody's business.
  const std::string path = url_.target.substr(0, url_.target.find('?'));
  conclude(AppError(status, "cannot open " + url_.scheme + "://" + url_.authority + path + ": " + reason));
  tcp_.close();
}

void ClientSocket::give_up() noexcept {
  opening_ = nullptr;
  tcp_.close();
}

void ClientSocket::conclude(Result<WebSocket> outcome) noexcept {
  Opening& opening = *std::exchange(opening_, nullptr);
  opening.socket_ = nullptr;
  opening.outcome_.emplace(std::move(outcome));
  if (opening.waker_) opening.waker_.wake();
}

}  // namespace folio::app

namespace folio {

Task<Result<WebSocket>> WebSocketClient::connect(std::string url, WebSocketClientOptions options) {
  auto parsed = http::parse_url(url);
  if (auto* fault = std::get_if<std::string>(&parsed)) co_return AppError::internal(std::move(*fault));
  if (std::string fault = app::fault_of(options); !fault.empty()) co_return AppError::internal(std::move(fault));
  auto& loop = static_cast<net::Loop&>(detail::Activity::current()->executor());
  auto opening = app::ClientSocket::open(loop, std::get<http::Url>(std::move(parsed)), std::move(options));
  co_return co_await opening;
}

}  // namespace folio
