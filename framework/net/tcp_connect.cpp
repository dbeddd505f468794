// How a TcpConnection comes to be connected to a host: lookup, one attempt after the other, the deadline.
#include <uv.h>

#include <algorithm>
#include <utility>

#include "net/tcp_parts.hpp"
#include "net/tls_context.hpp"

namespace folio::net {

namespace {

std::string duration_text(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s" : std::to_string(time.count()) + " ms";
}

}  // namespace

void TcpConnection::connect(ConnectTarget target) noexcept {
  const TlsContext* context = std::exchange(target.tls, nullptr);
  state_ = State::Opening;
  paused_ = false;
  dial_ = std::make_unique<Dial>(loop_, std::move(target), [this] {
    Loop& loop = loop_;
    on_connect_alarm();
    loop.end_turn();
  });
  auto& [to, deadline, alarm, lookup, addresses, next, problem, connected] = *dial_;
  if (!is_host(to.host)) return fail("this is no name or address of a host");
  if (context != nullptr) {
    start_tls(*context, to.host);
    if (tls_->session.state() == TlsSession::State::Failed) return fail(tls_->session.failure());
  }
  for (const auto& text : to.addresses) {
    const auto address = numeric_address(text, to.port);
    if (!address) return fail("'" + text + "' is no numeric address");
    addresses.push_back(*address);
  }
  if (addresses.empty()) {
    if (const auto address = numeric_address(to.host, to.port)) addresses.push_back(*address);
  }
  if (!addresses.empty()) return try_next_address();

  alarm.set(to.timeout);
  auto refused = lookup.start(loop_, to.host, to.port, [this](std::vector<SocketAddress> found, std::string why_none) {
    if (found.empty()) return fail(std::move(why_none));
    dial_->addresses = std::move(found);
    try_next_address();
  });
  if (!refused.empty()) fail(std::move(refused));
}

// A share of the time for each address that is left, so that one which never answers does not take it all.
void TcpConnection::try_next_address() noexcept {
  Dial& dial = *dial_;
  while (dial.next < dial.addresses.size()) {
    if (dial.next != 0) replace_handle();
    const auto left = static_cast<std::int64_t>(dial.addresses.size() - dial.next);
    const std::int64_t share = (dial.deadline - loop_.now()) / left;
    const auto& address = reinterpret_cast<const sockaddr&>(dial.addresses[dial.next++]);
    auto request = std::make_unique<uv_connect_t>();
    const int status = uv_tcp_connect(request.get(), &handle_->tcp, &address, [](uv_connect_t* done, int result) {
      const std::unique_ptr<uv_connect_t> finished(done);
      auto* self = static_cast<TcpConnection*>(done->handle->data);
      if (self == nullptr || result == UV_ECANCELED) return;  // given up; the handle is being closed
      Loop& loop = self->loop_;
      self->on_connect_result(result);
      loop.end_turn();
    });
    if (status == 0) {
      (void)request.release();
      dial.alarm.set(std::chrono::milliseconds(std::max<std::int64_t>(share, 0) / 1'000'000));
      return;
    }
    dial.problem = uv_strerror(status);
  }
  const std::size_t tried = dial.addresses.size();
  fail(dial.problem + (tried > 1 ? " (the last of " + std::to_string(tried) + " addresses)" : ""));
}

void TcpConnection::on_connect_result(int status) noexcept {
  if (status != 0) {
    dial_->problem = uv_strerror(status);
    return try_next_address();
  }
  uv_tcp_nodelay(&handle_->tcp, 1);
  if (!tls_) return established();
  dial_->connected = true;
  dial_->alarm.set(std::chrono::milliseconds((dial_->deadline - loop_.now()) / 1'000'000));
  start_reading();
  receive_tls({});  // nothing has come in, and the first flight goes out
}

void TcpConnection::on_connect_alarm() noexcept {
  const auto within = " within " + duration_text(dial_->target.timeout);
  if (dial_->connected) return fail("the TLS handshake was not done" + within);
  if (dial_->addresses.empty()) return fail("the name was not looked up" + within);
  if (dial_->next == dial_->addresses.size()) return fail("no answer" + within);
  dial_->problem = "no answer";
  try_next_address();
}

// A libuv handle serves for one attempt.
void TcpConnection::replace_handle() {
  Handle* old = handle_.release();
  old->tcp.data = nullptr;
  // The libuv handle is the first member of its Handle.
  uv_close(reinterpret_cast<uv_handle_t*>(&old->tcp),
           [](uv_handle_t* handle) { delete reinterpret_cast<Handle*>(handle); });
  handle_ = std::make_unique<Handle>();
  uv_tcp_init(loop_.raw(), &handle_->tcp);
  handle_->tcp.data = this;
}

}  // namespace folio::net
