// The members of WebSocket, its halves and their awaitables, over SocketCore.
#include <folio/websocket.hpp>

#include "app/socket.hpp"

namespace folio {

namespace {

// A Result for whoever sends on what is closed.
AppError closed_error() {
  return AppError(400, "the WebSocket is closed");
}

SendResult send_message(const detail::SocketRef& socket, const WsMessage& message, bool waiting) {
  const auto send = [&](detail::Opcode opcode, std::string_view payload) {
    return waiting ? socket->send_waiting(opcode, payload) : socket->send(opcode, payload);
  };
  struct Visitor {
    const decltype(send)& out;
    const detail::SocketRef& socket;
    SendResult operator()(const WsMessage::Text& text) const { return out(detail::Opcode::Text, text.payload); }
    SendResult operator()(const WsMessage::Binary& bytes) const {
      return out(detail::Opcode::Binary, detail::view_of(bytes.payload));
    }
    SendResult operator()(const WsMessage::Ping& ping) const {
      return out(detail::Opcode::Ping, detail::view_of(ping.payload));
    }
    SendResult operator()(const WsMessage::Pong& pong) const {
      return out(detail::Opcode::Pong, detail::view_of(pong.payload));
    }
    SendResult operator()(const WsMessage::Close& close) const {
      if (socket->closed()) return SendResult::Closed;
      const auto code = close.code == close_code::no_status ? close_code::normal : close.code;
      socket->close(code, close.reason);
      return SendResult::Sent;
    }
  };
  return message.visit(Visitor{send, socket});
}

}  // namespace

namespace detail {

SendResult send_frame(const SocketRef& socket, Opcode opcode, std::string_view payload) {
  return socket ? socket->send(opcode, payload) : SendResult::Closed;
}
void close_socket(const SocketRef& socket, std::uint16_t code, std::string_view reason) {
  if (socket) socket->close(code, reason);
}
bool socket_closed(const SocketRef& socket) noexcept {
  return !socket || socket->closed();
}
void drop_owner(const SocketRef& socket) noexcept {
  socket->drop_owner(std::uncaught_exceptions() > 0 ? close_code::internal_error : close_code::normal);
}
void set_slow_peer(const SocketRef& socket, SlowPeer policy) noexcept {
  if (socket) socket->set_slow_peer(policy);
}

}  // namespace detail

SendResult WsSender::send(const WsMessage& message) const {
  return socket_ ? send_message(socket_, message, false) : SendResult::Closed;
}

bool DrainedAwaiter::await_ready() const {
  return !socket_ || socket_->has_room();
}
bool DrainedAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  socket_->wait_drained(awaiting);
  return true;
}

bool ClosedAwaiter::await_ready() const {
  return !socket_ || socket_->closed();
}
bool ClosedAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  socket_->wait_closed(awaiting);
  return true;
}

SendAwaiter::SendAwaiter(const detail::SocketRef& socket, detail::Opcode opcode, std::string_view payload)
    : socket_(socket), result_(socket ? socket->send_waiting(opcode, payload) : SendResult::Closed) {}

SendAwaiter::SendAwaiter(const detail::SocketRef& socket, WsMessage message)
    : socket_(socket), result_(socket ? send_message(socket, message, true) : SendResult::Closed) {}

bool SendAwaiter::await_ready() const {
  return result_ == SendResult::Closed || result_ == SendResult::Dropped || socket_->has_room();
}
bool SendAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  socket_->wait_drained(awaiting);
  return true;
}
Result<void> SendAwaiter::await_resume() const {
  if (result_ == SendResult::Closed) return closed_error();
  if (result_ == SendResult::Dropped) return AppError(400, "a ping or pong carries at most 125 bytes");
  return {};
}

ReceiveAwaiter::~ReceiveAwaiter() {
  if (waiting_) socket_->stop_waiting();
}
bool ReceiveAwaiter::await_ready() const {
  return !socket_ || socket_->readable(detail::SocketCore::Reader::Any);
}
void ReceiveAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  socket_->wait_readable(detail::SocketCore::Reader::Any, awaiting);
}
Result<std::optional<WsMessage>> ReceiveAwaiter::await_resume() {
  waiting_ = false;
  if (!socket_) return closed_error();
  auto message = socket_->pop();
  if (!message) {
    if (auto failure = socket_->take_failure()) return *std::move(failure);
  }
  return message;
}

NextAwaiter::~NextAwaiter() {
  if (waiting_) socket_->stop_waiting();
}
bool NextAwaiter::await_ready() const {
  return !socket_ || socket_->readable(detail::SocketCore::Reader::Data);
}
void NextAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  socket_->wait_readable(detail::SocketCore::Reader::Data, awaiting);
}
std::optional<WsMessage> NextAwaiter::await_resume() {
  waiting_ = false;
  if (!socket_) return std::nullopt;
  return socket_->pop();
}

PieceAwaiter::~PieceAwaiter() {
  if (waiting_) socket_->stop_waiting();
}
bool PieceAwaiter::await_ready() const {
  return !socket_ || socket_->readable(detail::SocketCore::Reader::Pieces);
}
void PieceAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  socket_->wait_readable(detail::SocketCore::Reader::Pieces, awaiting);
}
std::optional<WsPiece> PieceAwaiter::await_resume() {
  waiting_ = false;
  if (!socket_) return std::nullopt;
  return socket_->pop_piece();
}

const Request& WebSocket::request() const {
  return socket_->request();
}
std::string_view WebSocket::subprotocol() const {
  return socket_->subprotocol();
}
bool WebSocket::compressed() const {
  return socket_->compressed();
}
WsMessage::Close WebSocket::close_status() const {
  return socket_->close_status();
}

}  // namespace folio
