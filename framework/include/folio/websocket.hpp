// WebSocket: RFC 6455 connections for handlers.
//
//     Task<> WS(WebSocket ws) {
//       while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
//     }
#pragma once

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/result.hpp>
#include <folio/send_result.hpp>
#include <folio/task.hpp>
#include <folio/websocket_options.hpp>

namespace folio {

// Status codes of a closing handshake. RFC 6455 §7.4.1 and the IANA registry.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t no_status = 1005;  // never on the wire: the peer gave no code
inline constexpr std::uint16_t abnormal = 1006;   // never on the wire: the connection broke
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t service_restart = 1012;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t bad_gateway = 1014;
}  // namespace close_code

namespace detail {
class SocketCore;  // the part of a connection that any thread may touch
}

// One message, in one of five kinds.
class WsMessage {
 public:
  struct Text {
    std::string payload;  // valid UTF-8
  };
  struct Binary {
    std::vector<std::uint8_t> payload;
  };
  struct Ping {
    std::vector<std::uint8_t> payload;  // at most 125 bytes
  };
  struct Pong {
    std::vector<std::uint8_t> payload;
  };
  struct Close {
    std::uint16_t code = close_code::no_status;
    std::string reason;
  };

  WsMessage(Text text) : kind_(std::move(text)) {}      // NOLINT(google-explicit-constructor)
  WsMessage(Binary bytes) : kind_(std::move(bytes)) {}  // NOLINT
  WsMessage(Ping ping) : kind_(std::move(ping)) {}      // NOLINT
  WsMessage(Pong pong) : kind_(std::move(pong)) {}      // NOLINT
  WsMessage(Close close) : kind_(std::move(close)) {}   // NOLINT
  template <class Kind>
  explicit WsMessage(std::in_place_type_t<Kind> kind) : kind_(kind) {}  // an empty one, made where it stays
  WsMessage(const WsMessage&) = default;
  WsMessage(WsMessage&& other) noexcept : kind_(moved(other.kind_)), known_valid_(other.known_valid_) {}
  WsMessage& operator=(const WsMessage&) = default;
  WsMessage& operator=(WsMessage&&) noexcept = default;
  ~WsMessage() = default;

  // Each a pointer to what is in the message, or null when it is of another kind.
  [[nodiscard]] std::string* text() {
    known_valid_ = false;  // whoever asks may change it
    return payload_of<Text>(*this);
  }
  [[nodiscard]] const std::string* text() const { return payload_of<Text>(*this); }
  [[nodiscard]] std::vector<std::uint8_t>* binary() { return payload_of<Binary>(*this); }
  [[nodiscard]] const std::vector<std::uint8_t>* binary() const { return payload_of<Binary>(*this); }
  [[nodiscard]] const std::vector<std::uint8_t>* ping() const { return payload_of<Ping>(*this); }
  [[nodiscard]] const std::vector<std::uint8_t>* pong() const { return payload_of<Pong>(*this); }
  [[nodiscard]] const Close* close() const { return std::get_if<Close>(&kind_); }

  // Calls `visitor` with the Text, Binary, Ping, Pong or Close that it is.
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return std::visit(std::forward<Visitor>(visitor), kind_);
  }
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) {
    known_valid_ = false;
    return std::visit(std::forward<Visitor>(visitor), kind_);
  }

 private:
  template <class Kind, class Self>
  static auto payload_of(Self& self) -> decltype(&std::get_if<Kind>(&self.kind_)->payload) {
    auto* kind = std::get_if<Kind>(&self.kind_);
    return kind == nullptr ? nullptr : &kind->payload;
  }
  using Kinds = std::variant<Text, Binary, Ping, Pong, Close>;
  // Most messages are texts, and a variant that does not know moves by a table.
  static Kinds moved(Kinds& other) noexcept {
    if (auto* text = std::get_if<Text>(&other)) [[likely]] return Kinds(std::in_place_type<Text>, std::move(*text));
    return std::move(other);
  }

  // A text that came in has been found to be UTF-8, and need not be looked at again when it goes out as it is.
  friend class detail::SocketCore;

  [[no_unique_address]] Kinds kind_;  // whose last bytes have room for what follows
  bool known_valid_ = false;
};

// A piece of a message, on a route with WsOptions::streaming.
struct WsPiece {
  std::string bytes;    // of a text, its UTF-8, which may be cut inside a code point
  bool is_text = true;  // of the message
  bool first = true;    // the message begins with this piece
  bool final = true;    // and ends with it
};

namespace detail {


using SocketRef = std::shared_ptr<SocketCore>;

enum class Opcode : std::uint8_t { Text = 0x1, Binary = 0x2, Ping = 0x9, Pong = 0xA };

SendResult send_frame(const SocketRef& socket, Opcode opcode, std::string_view payload);
void close_socket(const SocketRef& socket, std::uint16_t code, std::string_view reason);
bool socket_closed(const SocketRef& socket) noexcept;
void drop_owner(const SocketRef& socket) noexcept;
void set_slow_peer(const SocketRef& socket, SlowPeer policy) noexcept;

// Says that this program has code that calls WebSocket::request(): what nobody can ask for need not be kept. True.
bool note_request_is_asked_for() noexcept;
// Made, before main(), in the units that make such a call and only in those.
template <class T>
inline const bool request_is_asked_for = note_request_is_asked_for();

// Any contiguous range of bytes: vectors and arrays and spans of std::byte, unsigned char or char, strings. What a span
// can be made of is one; <ranges> says the same, and costs each unit a tenth of a second.
template <class T>
concept ByteRange = requires(const T& range) { std::span(range); } &&
                    sizeof(typename decltype(std::span(std::declval<const T&>()))::element_type) == 1;

template <ByteRange Bytes>
std::string_view view_of(const Bytes& bytes) {
  const std::span span(bytes);
  return {reinterpret_cast<const char*>(span.data()), span.size()};
}

}  // namespace detail

// Waits until there is room for more toward the peer, or the connection is closed.
class DrainedAwaiter {
 public:
  explicit DrainedAwaiter(detail::SocketRef socket) : socket_(std::move(socket)) {}
  [[nodiscard]] bool await_ready() const;
  bool await_suspend(std::coroutine_handle<> awaiting);
  static void await_resume() noexcept {}

 private:
  detail::SocketRef socket_;
};

// Waits until the connection is closed, by either side or by a fault.
class ClosedAwaiter {
 public:
  explicit ClosedAwaiter(detail::SocketRef socket) : socket_(std::move(socket)) {}
  [[nodiscard]] bool await_ready() const;
  bool await_suspend(std::coroutine_handle<> awaiting);
  static void await_resume() noexcept {}

 private:
  detail::SocketRef socket_;
};

// A handle to send on: copyable, from any thread, weak (it does not keep the connection open), and bounded. When the
// queue toward the peer is full, the route's policy decides; the connection never grows past its limit.
class WsSender {
 public:
  WsSender() = default;
  explicit WsSender(detail::SocketRef socket) : socket_(std::move(socket)) {}

  // Sends a text message (UTF-8) and does not wait.
  SendResult send(std::string_view text) const { return detail::send_frame(socket_, detail::Opcode::Text, text); }
  SendResult send(const WsMessage& message) const;
  template <detail::ByteRange Bytes>
  SendResult send_binary(const Bytes& bytes) const {
    return detail::send_frame(socket_, detail::Opcode::Binary, detail::view_of(bytes));
  }
  SendResult ping(std::string_view payload = {}) const { return detail::send_frame(socket_, detail::Opcode::Ping, payload); }
  // Starts the closing handshake; what was sent before still arrives.
  void close(std::uint16_t code = close_code::normal, std::string_view reason = {}) const {
    detail::close_socket(socket_, code, reason);
  }
  [[nodiscard]] bool closed() const noexcept { return detail::socket_closed(socket_); }
  // `co_await sender.drained()`: until there is room again.
  [[nodiscard]] DrainedAwaiter drained() const { return DrainedAwaiter(socket_); }

  [[nodiscard]] const detail::SocketRef& socket() const noexcept { return socket_; }
  friend bool operator==(const WsSender&, const WsSender&) = default;

 private:
  detail::SocketRef socket_;
};

// What awaiting a send gives: done, or why not. Sent at once when there is room; otherwise the task waits for it.
class SendAwaiter {
 public:
  SendAwaiter(const detail::SocketRef& socket, detail::Opcode opcode, std::string_view payload);
  SendAwaiter(const detail::SocketRef& socket, const WsMessage& message);
  SendAwaiter(const detail::SocketRef& socket, WsMessage&& message);
  [[nodiscard]] bool await_ready() const { return !waits_for_; }
  bool await_suspend(std::coroutine_handle<> awaiting);
  Result<void> await_resume() const {
    if (result_ == SendResult::Sent || result_ == SendResult::Queued) return {};
    return failure();
  }

 private:
  void sent(const detail::SocketRef& socket, SendResult result);
  [[nodiscard]] AppError failure() const;

  detail::SocketRef waits_for_;  // null when there is room
  SendResult result_ = SendResult::Closed;
};

namespace detail {

enum class Reader : std::uint8_t { None, Any, Data, Pieces };  // of messages of any kind, of text and binary, of their pieces

// Waits for what a reader is for. To be awaited at once, as in `co_await ws.next()`; the handle on the socket may go while
// a task waits here, which then finds the connection closed.
class ReadAwaiter {
 public:
  ReadAwaiter(const ReadAwaiter&) = delete;
  ReadAwaiter& operator=(const ReadAwaiter&) = delete;
  [[nodiscard]] bool await_ready() const;
  void await_suspend(std::coroutine_handle<> awaiting);

 protected:
  ReadAwaiter(const SocketRef& socket, Reader reader) : socket_(socket.get()), reader_(reader) {}
  ~ReadAwaiter() {
    if (waiting_) stop_waiting();
  }
  void stop_waiting();

  SocketCore* socket_;  // set to null by a socket that goes while this waits for it
  Reader reader_;
  bool waiting_ = false;
};

}  // namespace detail

// The next message of any kind: Result<std::optional<WsMessage>>.
class ReceiveAwaiter : public detail::ReadAwaiter {
 public:
  explicit ReceiveAwaiter(const detail::SocketRef& socket) : ReadAwaiter(socket, detail::Reader::Any) {}
  Result<std::optional<WsMessage>> await_resume();
};

// The next text or binary message: std::optional<WsMessage>.
class NextAwaiter : public detail::ReadAwaiter {
 public:
  explicit NextAwaiter(const detail::SocketRef& socket) : ReadAwaiter(socket, detail::Reader::Data) {}
  std::optional<WsMessage> await_resume();
};

// The next piece of a text or binary message: std::optional<WsPiece>.
class PieceAwaiter : public detail::ReadAwaiter {
 public:
  explicit PieceAwaiter(const detail::SocketRef& socket) : ReadAwaiter(socket, detail::Reader::Pieces) {}
  std::optional<WsPiece> await_resume();
};

// The receiving half. Owns the connection: it closes when the receiver is gone.
class WsReceiver {
 public:
  explicit WsReceiver(detail::SocketRef socket) : socket_(std::move(socket)) {}
  WsReceiver(WsReceiver&&) noexcept = default;
  WsReceiver& operator=(WsReceiver&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~WsReceiver() {
    if (socket_) detail::drop_owner(socket_);
  }

  [[nodiscard]] ReceiveAwaiter receive() { return ReceiveAwaiter(socket_); }
  [[nodiscard]] NextAwaiter next() { return NextAwaiter(socket_); }
  [[nodiscard]] PieceAwaiter next_piece() { return PieceAwaiter(socket_); }
  [[nodiscard]] ClosedAwaiter closed() { return ClosedAwaiter(socket_); }

 private:
  detail::SocketRef socket_;
};

// An open connection. Move-only; it closes (1000) when this is gone. Loop thread only: take a sender() for others.
class WebSocket {
 public:
  explicit WebSocket(detail::SocketRef socket) : socket_(std::move(socket)) {}
  WebSocket(WebSocket&&) noexcept = default;
  WebSocket& operator=(WebSocket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~WebSocket() {
    if (socket_) detail::drop_owner(socket_);
  }

  // `co_await ws.send(…)`: sends a text message, or a WsMessage of any kind, and waits while the peer is slow. Gives a
  // Result: an error once the connection is closed. The memory of a message that is moved here serves one that will come.
  SendAwaiter send(std::string_view text) { return {socket_, detail::Opcode::Text, text}; }
  SendAwaiter send(const WsMessage& message) { return {socket_, message}; }
  SendAwaiter send(WsMessage&& message) { return {socket_, std::move(message)}; }
  template <detail::ByteRange Bytes>
  SendAwaiter send_binary(const Bytes& bytes) {
    return {socket_, detail::Opcode::Binary, detail::view_of(bytes)};
  }
  // The next message of any kind, pings and the closing included (a ping has been answered already); nothing after the
  // close; an error when the connection failed.
  [[nodiscard]] ReceiveAwaiter receive() { return ReceiveAwaiter(socket_); }
  // The next text or binary message; nothing once the connection is closed or failed.
  [[nodiscard]] NextAwaiter next() { return NextAwaiter(socket_); }
  // The next piece of one, as it arrives, on a route with WsOptions::streaming: messages of any size pass through
  // without being in memory. Elsewhere each message is one piece.
  [[nodiscard]] PieceAwaiter next_piece() { return PieceAwaiter(socket_); }
  // Two halves for two tasks.
  [[nodiscard]] std::pair<WsSender, WsReceiver> split() && {
    WsSender sender(socket_);
    return {std::move(sender), WsReceiver(std::move(socket_))};
  }
  [[nodiscard]] std::pair<WsSender, WsReceiver> split() & { return std::move(*this).split(); }
  [[nodiscard]] WsSender sender() const { return WsSender(socket_); }
  // Sends what is queued and a Close frame; the peer's answer is awaited with a deadline, behind the scenes.
  // Awaiting it is not needed: `ws.close();` and `co_await ws.close();` both do.
  struct CloseDone {
    [[nodiscard]] static bool await_ready() noexcept { return true; }
    static void await_suspend(std::coroutine_handle<>) noexcept {}
    static Result<void> await_resume() noexcept { return {}; }
  };
  CloseDone close(std::uint16_t code = close_code::normal, std::string_view reason = {}) {
    detail::close_socket(socket_, code, reason);
    return {};
  }
  // What becomes of messages when the queue toward this peer is full, in place of WsOptions::slow_peer.
  void on_slow_peer(SlowPeer policy) { detail::set_slow_peer(socket_, policy); }
  // `co_await ws.closed()`: until the connection is closed.
  [[nodiscard]] ClosedAwaiter closed() const { return ClosedAwaiter(socket_); }
  // The request that opened the connection: headers, cookies, params, query, and what middleware left. Good as long as
  // this. A client's connection has an empty one.
  template <class T = void>
  [[nodiscard]] const Request& request() const {
    [[maybe_unused]] const bool* const note = &detail::request_is_asked_for<T>;
    return kept_request();
  }
  // The subprotocol that was agreed on; empty: none. Good as long as this.
  [[nodiscard]] std::string_view subprotocol() const;
  // Whether permessage-deflate was agreed on.
  [[nodiscard]] bool compressed() const;
  // How it ended: code and reason of the peer's Close frame, or 1006 and the like with what went wrong; no_status while
  // it has not ended.
  [[nodiscard]] WsMessage::Close close_status() const;

 private:
  [[nodiscard]] const Request& kept_request() const;

  detail::SocketRef socket_;
};

// A connection that is being upgraded, from upgrade_websocket. Dropping it unused refuses the upgrade.
class WebSocketConnection {
 public:
  explicit WebSocketConnection(detail::SocketRef socket) : socket_(std::move(socket)) {}
  WebSocketConnection(WebSocketConnection&&) noexcept = default;
  WebSocketConnection& operator=(WebSocketConnection&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~WebSocketConnection() {
    if (socket_) detail::drop_owner(socket_);
  }

  // Runs `handler` with the open WebSocket. It is kept alive while it runs, so a lambda may capture.
  // `handler` returns Task<Result<void>> or Task<>.
  template <class Handler>
  Task<Result<void>> handle(Handler handler) && {
    return run(std::move(handler), WebSocket(std::move(socket_)));
  }
  template <class Handler>
  Task<Result<void>> handle(Handler handler) & {
    return std::move(*this).handle(std::move(handler));
  }
  [[nodiscard]] Result<WebSocket> into_websocket() && { return WebSocket(std::move(socket_)); }
  [[nodiscard]] Result<WebSocket> into_websocket() & { return std::move(*this).into_websocket(); }

 private:
  template <class Handler>
  static Task<Result<void>> run(Handler handler, WebSocket socket) {
    using Done = typename decltype(handler(std::move(socket)))::value_type;
    if constexpr (std::is_void_v<Done>) {
      co_await handler(std::move(socket));
      co_return Result<void>();
    } else {
      co_return co_await handler(std::move(socket));
    }
  }
  detail::SocketRef socket_;
};

// A response to return from the handler (status 101), and the connection that it opens.
struct Upgrade {
  Response response;
  WebSocketConnection connection;
};

// True when the request asks for a WebSocket. RFC 6455 §4.2.1.
[[nodiscard]] bool is_websocket_upgrade(const Request& request);

// Accepts the handshake by hand, from an ordinary GET handler, which then returns the response:
//     auto upgrade = upgrade_websocket(req);
//     if (!upgrade) return upgrade.error();
//     auto [response, connection] = std::move(*upgrade);
// The error says what is wrong with the handshake, with the status that RFC 6455 asks for (400, 403, 426).
[[nodiscard]] Result<Upgrade> upgrade_websocket(Request& request);
// The same with other options than those of the file.
[[nodiscard]] Result<Upgrade> upgrade_websocket(Request& request, const WsOptions& options);

}  // namespace folio
