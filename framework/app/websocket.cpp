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
    const auto utf8 = detail::SocketCore::utf8_of(message);
    return waiting ? socket->send_waiting(opcode, payload, utf8) : socket->send(opcode, payload, utf8);
  };
  if (const std::string* text = message.text()) [[likely]] return send(detail::Opcode::Text, *text);
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

SendAwaiter::SendAwaiter(const detail::SocketRef& socket, detail::Opcode opcode, std::string_view payload) {
  if (socket) sent(socket, socket->send_waiting(opcode, payload));
}

SendAwaiter::SendAwaiter(const detail::SocketRef& socket, const WsMessage& message) {
  if (socket) sent(socket, send_message(socket, message, true));
}

SendAwaiter::SendAwaiter(const detail::SocketRef& socket, WsMessage&& message)
    : SendAwaiter(socket, static_cast<const WsMessage&>(message)) {
  if (result_ == SendResult::Sent || result_ == SendResult::Queued) socket->reuse(message);
}

void SendAwaiter::sent(const detail::SocketRef& socket, SendResult result) {
  result_ = result;
  const bool on_its_way = result == SendResult::Sent || result == SendResult::Queued;
  if (on_its_way && !socket->has_room_here()) waits_for_ = socket;
}
bool SendAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waits_for_->wait_drained(awaiting);
  return true;
}
AppError SendAwaiter::failure() const {
  if (result_ == SendResult::Dropped) return AppError(400, "a ping or pong carries at most 125 bytes");
  return closed_error();
}

bool detail::ReadAwaiter::await_ready() const {
  return socket_ == nullptr || socket_->readable(reader_);
}
void detail::ReadAwaiter::await_suspend(std::coroutine_handle<> awaiting) {
  waiting_ = true;
  socket_->wait_readable(reader_, awaiting, socket_);
}
void detail::ReadAwaiter::stop_waiting() {
  waiting_ = false;
  if (socket_ != nullptr) socket_->stop_waiting();
}

Result<std::optional<WsMessage>> ReceiveAwaiter::await_resume() {
  if (waiting_) stop_waiting();
  if (socket_ == nullptr) return closed_error();
  auto message = socket_->pop();
  if (!message) {
    if (auto failure = socket_->take_failure()) return *std::move(failure);
  }
  return message;
}

std::optional<WsMessage> NextAwaiter::await_resume() {
  if (waiting_) stop_waiting();
  return socket_ == nullptr ? std::nullopt : socket_->pop();
}

std::optional<WsPiece> PieceAwaiter::await_resume() {
  if (waiting_) stop_waiting();
  return socket_ == nullptr ? std::nullopt : socket_->pop_piece();
}

const Request& WebSocket::kept_request() const {
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
