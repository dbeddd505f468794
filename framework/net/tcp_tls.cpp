// TcpConnection under TLS: ciphertext between the kernel and the session, plaintext between the session and the owner.
#include <uv.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "net/tcp_parts.hpp"
#include "net/tls_context.hpp"

namespace folio::net {

namespace {

// Bytes that are encrypted ahead of the kernel, some whole records in one write. All else waits as plaintext, which
// connections may share, and which close() need not have encrypted in vain.
constexpr std::size_t sealed_ahead = 3 * TlsSession::record_size;

}  // namespace

void TcpConnection::start_tls(const TlsContext& context, std::string_view host) {
  tls_ = std::make_unique<Tls>(context, host);
  state_ = State::Opening;
}

bool TcpConnection::handshaking() const noexcept {
  return tls_ && tls_->session.state() == TlsSession::State::Handshaking;
}

bool TcpConnection::truncated() const noexcept {
  return tls_ && tls_->truncated;
}

// One read is decrypted whole, so that there is one on_data for it, and nothing is left behind when that pauses.
void TcpConnection::receive_tls(std::span<char> bytes) noexcept {
  TlsSession& session = tls_->session;
  base::Buffer& out = session.output();
  const std::size_t before = out.size();
  const std::span<char> plaintext = loop_.decrypted_buffer();
  const std::size_t size = session.receive(bytes, plaintext);
  queued_ += out.size() - before;

  const bool failed = session.state() == TlsSession::State::Failed;
  if (state_ == State::Opening && !failed && !handshaking()) established();
  if (size != 0 && state_ == State::Open) {
    if (paused_) {
      tls_->held.append({plaintext.data(), size});
    } else {
      events_.on_data(plaintext.first(size));
    }
  }
  if (state_ != State::Opening && state_ != State::Open) return;
  if (failed) {
    flush_tls();  // the alert that tells the peer why
    return fail_tls();
  }
  if (session.state() == TlsSession::State::PeerEnded && !peer_ended_) {
    if (paused_) {
      tls_->end_held = true;
    } else {
      end_input();
    }
  }
  if (!out.empty()) mark_dirty();
}

// The owner has resumed: what came before it paused, and was decrypted already, comes first.
void TcpConnection::deliver_held() noexcept {
  if (paused_ || state_ == State::Closing) return;
  base::Buffer held = std::exchange(tls_->held, {});
  const bool ended = std::exchange(tls_->end_held, false);
  if (state_ == State::Finishing) return start_reading();
  if (!held.empty()) {
    const auto plaintext = loop_.decrypted_buffer().first(held.size());
    std::memcpy(plaintext.data(), held.data(), held.size());
    events_.on_data(plaintext);
    if (state_ == State::Closing) return;
  }
  if (!ended) {
    if (!paused_) start_reading();
  } else if (paused_) {
    tls_->end_held = true;
  } else {
    end_input();
  }
}

void TcpConnection::flush_tls() noexcept {
  if (state_ == State::Closing) return;
  if (backlog_ && !backlog_->in_flight.empty()) return;  // on_write_done comes back here
  base::Buffer& out = tls_->session.output();
  while (true) {
    seal();
    if (out.empty()) break;
    uv_buf_t piece = uv_buf_init(out.data(), static_cast<unsigned>(out.size()));
    const int sent = uv_try_write(handle_->stream(), &piece, 1);
    if (sent < 0 && sent != UV_EAGAIN) return fail(uv_strerror(sent));
    if (sent > 0) {
      loop_.traffic().sent.add(static_cast<std::size_t>(sent));
      queued_ -= static_cast<std::size_t>(sent);
      out.consume(static_cast<std::size_t>(sent));
    }
    if (!out.empty()) {
      backlog().in_flight.push_back({.owned = std::exchange(out, {}), .shared = {}});
      return write_in_flight();
    }
  }
  loop_.give_buffer(std::exchange(out, {}));
  if (tls_->session.state() == TlsSession::State::Failed) return fail_tls();
  if (unsent() != 0) {
    waiting_for_drain_ = true;  // for the handshake
  } else {
    drop_backlog();
  }
}

void TcpConnection::fail_tls() noexcept {
  fail((state_ == State::Opening ? "the TLS handshake failed: " : "TLS failed: ") + tls_->session.failure());
}

// Encrypts from the front of what waits. Small pieces share a record.
void TcpConnection::seal() {
  if (state_ == State::Opening || end_sent_) return;
  TlsSession& session = tls_->session;
  base::Buffer& out = session.output();
  const auto waiting = [this] { return backlog_ ? &backlog_->waiting : nullptr; };
  const auto front = [&]() -> std::string_view {
    return waiting() != nullptr && !waiting()->empty() ? waiting()->front().rest() : output_.view();
  };
  const auto drop = [&](std::size_t count) {
    if (waiting() == nullptr || waiting()->empty()) return output_.consume(count);
    Segment& first = waiting()->front();
    queued_ -= count;
    first.offset += count;
    if (!first.rest().empty()) return;
    if (!first.shared) loop_.give_buffer(std::move(first.owned));
    waiting()->pop_front();
  };

  std::array<char, TlsSession::record_size> gathered;
  while (out.size() < sealed_ahead) {
    std::string_view piece = front();
    if (piece.empty()) break;
    if (out.capacity() == 0) out = loop_.take_buffer();
    const std::size_t before = out.size();
    const bool alone = piece.size() == output_.size() + (queued_ - before);
    if (piece.size() >= gathered.size() || alone) {
      piece = piece.substr(0, gathered.size());
      session.send(piece);
      drop(piece.size());
    } else {
      std::size_t size = 0;
      for (; size < gathered.size() && !piece.empty(); piece = front()) {
        const std::size_t count = std::min(piece.size(), gathered.size() - size);
        std::memcpy(gathered.data() + size, piece.data(), count);
        size += count;
        drop(count);
      }
      session.send({gathered.data(), size});
    }
    queued_ += out.size() - before;
  }
  if (output_.empty() && output_.capacity() != 0) loop_.give_buffer(std::exchange(output_, {}));
}

// RFC 8446 §6.1: "Each party MUST send a "close_notify" alert before closing its write side of the connection, unless
// it has already sent some error alert." Behind bytes that are lost it would be a lie.
void TcpConnection::say_goodbye() noexcept {
  TlsSession& session = tls_->session;
  if ((state_ != State::Open && state_ != State::Finishing) || end_sent_ || unsent() != 0 || !failure_.empty()) return;
  session.end();
  uv_buf_t piece = uv_buf_init(session.output().data(), static_cast<unsigned>(session.output().size()));
  (void)uv_try_write(handle_->stream(), &piece, 1);
}

}  // namespace folio::net
