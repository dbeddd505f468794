#include "app/socket.hpp"

#include <algorithm>
#include <utility>

namespace folio::detail {

namespace {

ws::Options protocol_options(const app::SocketEnvironment& environment,
                             const std::optional<ws::DeflateParameters>& deflate) {
  const app::SocketSettings& settings = environment.settings;
  const app::SocketLimits& limits = settings.limits;
  ws::Options options;
  options.max_message_size = settings.streaming ? limits.max_streamed : limits.max_message;
  options.delivery = settings.streaming ? ws::Delivery::Pieces : ws::Delivery::Messages;
  options.deflate = deflate;
  options.deflate_contexts = environment.deflate_contexts.get();
  options.deflate_threshold = limits.compress_from;
  options.deflate_level = limits.compression_level;
  return options;
}

}  // namespace

SocketCore::SocketCore(Setup setup)
    : environment_(std::move(setup.environment)),
      slow_peer_(environment_->settings.slow_peer),
      protocol_(environment_->role, protocol_options(*environment_, setup.deflate)),
      request_(setup.exchange) {
  if (setup.subprotocol.empty()) return;
  const auto& known = environment_->settings.handshake.subprotocols;
  subprotocol_ = static_cast<std::uint16_t>(std::ranges::find(known, setup.subprotocol) - known.begin() + 1);
}

std::string_view SocketCore::subprotocol() const noexcept {
  if (subprotocol_ == 0) return {};
  return environment_->settings.handshake.subprotocols[subprotocol_ - 1];
}

SocketCore::~SocketCore() {
  if (waiting_ != nullptr) *waiting_ = nullptr;
}

bool SocketCore::on_home_thread() const noexcept {
  Executor* here = Executor::current();
  return here != nullptr && here->inbox() == environment_->inbox;
}

base::Buffer& SocketCore::output() noexcept {
  return tcp_ != nullptr ? tcp_->output() : seldom().early;
}

std::size_t SocketCore::unsent() const noexcept {
  if (tcp_ != nullptr) return tcp_->unsent();
  return seldom_ ? seldom_->early.size() : 0;
}

// --- closing ---

void SocketCore::close(std::uint16_t code, std::string_view reason) {
  if (on_home_thread()) return close_home(code, reason);
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  inbox().post([self, code, copy = std::string(reason)] { self->close_home(code, copy); });
}

void SocketCore::close_home(std::uint16_t code, std::string_view reason) noexcept {
  if (gone_ || !protocol_.open()) return;
  const auto wire = static_cast<ws::CloseCode>(code);
  // A code that may not be sent (RFC 6455 §7.4.2) is a mistake of the handler: 1011 says so to the peer.
  if (!protocol_.close(wire, reason, output())) {
    (void)protocol_.close(ws::CloseCode::InternalError, {}, output());
  }
  set_closed();
  if (tcp_ != nullptr) closing_since_ = tcp_->loop().seconds();
  resume_input();  // the peer's Close may stand behind messages that nobody will read
}

void SocketCore::shut_down(std::uint16_t code, std::string_view reason) noexcept {
  close_home(code, reason);
}

// No more can be sent.
void SocketCore::set_closed() noexcept {
  if (closed_.exchange(true, std::memory_order_acq_rel)) return;
  if (seldom_) {
    for (auto& waker : std::exchange(seldom_->drained, {})) waker.wake();
    for (auto& waker : std::exchange(seldom_->closed_waiters, {})) waker.wake();
  }
  leave_all();
}

void SocketCore::fail(std::uint16_t code, std::string reason) noexcept {
  if (ended_) return;
  seldom().failure = std::make_unique<std::string>(reason + " (" + std::to_string(code) + ")");
  seldom().close_status = std::make_unique<WsMessage::Close>(WsMessage::Close{code, std::move(reason)});
  ended_ = true;
  set_closed();
  wake_reader();
}

WsMessage::Close SocketCore::close_status() const {
  return seldom_ && seldom_->close_status ? *seldom_->close_status : WsMessage::Close{};
}

// Both sides are done: send what is queued, then end the transport. RFC 6455 §7.1.1: the server closes first, "a client
// MUST wait for the server to close"; one that waits in vain is ended by the sweep.
void SocketCore::finish_transport() noexcept {
  ended_ = true;
  set_closed();
  wake_reader();
  if (tcp_ == nullptr) return;
  closing_since_ = tcp_->loop().seconds();
  if (protocol_.role() == ws::Role::Server) tcp_->finish();
}

void SocketCore::drop_owner(std::uint16_t code) noexcept {
  owner_gone_ = true;
  // Another task may wait on the handle that went.
  if (waiting_ != nullptr) *waiting_ = nullptr;
  reader_waker_.wake();
  stop_waiting();
  inbound_.clear();
  if (seldom_) seldom_->partial.reset();
  if (!opened_ && !gone_) {
    // The upgrade was not answered yet. When it is, the connection is open for as long as it takes to say this.
    (void)protocol_.close(static_cast<ws::CloseCode>(code), {}, output());
    set_closed();
    return;
  }
  close_home(code, {});
  release_request();
}

// --- the transport ---

void SocketCore::open(net::TcpConnection& tcp, std::unique_ptr<app::Exchange> exchange) {
  if (exchange) {
    request_.take(std::move(exchange));
  } else {
    request_.keep();
  }
  tcp_ = &tcp;
  opened_ = true;
  counters().opened.add(1);
  if (compressed()) counters().deflated.add(1);
  last_heard_ = closing_since_ = tcp.loop().seconds();
  if (!seldom_) return;
  tcp.output().append(seldom_->early.view());
  seldom_->early.release();
}

std::optional<AppError> SocketCore::take_failure() {
  if (!seldom_ || !seldom_->failure) return std::nullopt;
  const auto reason = std::exchange(seldom_->failure, nullptr);
  return AppError(400, *reason);
}

void SocketCore::on_end() noexcept {
  // The peer ended the transport. With a closing handshake under way that is its end; else the connection is lost:
  // 1006.
  if (!ended_ && protocol_.abnormal().kind != ws::Event::Kind::None && !closed()) {
    fail(close_code::abnormal, "the connection was lost without a closing handshake");
  }
  ended_ = true;
  set_closed();
  wake_reader();
  if (tcp_ != nullptr) tcp_->close();
}

void SocketCore::on_gone() noexcept {
  if (!ended_ && !closed()) fail(close_code::abnormal, "the connection was lost");
  if (opened_ && !gone_) {
    counters().ended.add(1);
    counters().closed(seldom_ && seldom_->close_status ? seldom_->close_status->code : close_code::abnormal);
  }
  gone_ = true;
  ended_ = true;
  (void)protocol_.abnormal();  // gives back what it holds of the loop's
  account();
  tcp_ = nullptr;
  if (seldom_) seldom_->stash.release();
  set_closed();
  wake_reader();
  if (owner_gone_) release_request();
}

void SocketCore::release_request() noexcept {
  if (owner_gone_ && gone_) request_.release();
}

void SocketCore::sweep(std::uint32_t now) noexcept {
  if (tcp_ == nullptr) return;
  if (!protocol_.open()) {
    if (now - closing_since_ > limits().close_timeout) tcp_->close();
    return;
  }
  const std::uint32_t silence = now - last_heard_;
  if (!tcp_->reading()) {
    last_heard_ = now;  // we do not listen: silence means nothing
  } else if (limits().idle_timeout != 0 && silence > limits().idle_timeout) {
    fail(close_code::abnormal, "the peer did not answer pings");
    tcp_->close();
  } else if (limits().ping_after != 0 && silence > limits().ping_after && !ping_sent_) {
    ping_sent_ = true;
    (void)protocol_.ping({}, output());
  }
}

}  // namespace folio::detail
