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

void TcpConnection::begin_tls(const TlsContext& context, std::span<char> received) noexcept {
  start_tls(context, {});
  if (!received.empty()) receive_tls(received);
}

std::optional<ClientCertificate> TcpConnection::client_certificate() const {
  return tls_->session.client_certificate();
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
  // What a fast reader gets before others have their turn.
  std::size_t budget = encrypted_slice;
  while (true) {
    seal();
    if (state_ == State::Closing) return;
    if (out.empty()) break;
    if (budget == 0 && backlog_ && !backlog_->waiting.empty() && backlog_->waiting.front().file) {
      backlog_->in_flight.push_back({.owned = std::exchange(out, {})});
      return write_in_flight();
    }
    uv_buf_t piece = uv_buf_init(out.data(), static_cast<unsigned>(out.size()));
    const int sent = uv_try_write(handle_->stream(), &piece, 1);
    if (sent < 0 && sent != UV_EAGAIN) return fail(uv_strerror(sent));
    if (sent > 0) {
      loop_.traffic().sent.add(static_cast<std::size_t>(sent));
      queued_ -= static_cast<std::size_t>(sent);
      budget -= std::min(budget, static_cast<std::size_t>(sent));
      out.consume(static_cast<std::size_t>(sent));
    }
    if (!out.empty()) {
      backlog().in_flight.push_back({.owned = std::exchange(out, {})});
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
void TcpConnection::seal() noexcept {
  if (state_ == State::Opening || end_sent_) return;
  TlsSession& session = tls_->session;
  base::Buffer& out = session.output();
  std::array<char, TlsSession::record_size> gathered;
  while (out.size() < sealed_ahead) {
    const std::string_view piece = plain_front();
    if (out.capacity() == 0 && unsent() != 0) out = loop_.take_buffer();
    const std::size_t before = out.size();
    const bool alone = !piece.empty() && piece.size() == output_.size() + (queued_ - before);
    if (piece.size() >= gathered.size() || alone) {
      const std::size_t size = std::min(piece.size(), gathered.size());
      session.send(piece.substr(0, size));
      drop_plain(size);
    } else {
      std::size_t size = 0;
      while (const std::size_t count = take_plain(gathered.data() + size, gathered.size() - size)) size += count;
      if (state_ == State::Closing || size == 0) break;
      session.send({gathered.data(), size});
    }
    queued_ += out.size() - before;
  }
  if (output_.empty() && output_.capacity() != 0) loop_.give_buffer(std::exchange(output_, {}));
}

// The bytes at the front of what waits; empty when there are none, or they are a file's.
std::string_view TcpConnection::plain_front() const noexcept {
  if (!backlog_ || backlog_->waiting.empty()) return output_.view();
  return backlog_->waiting.front().rest();
}

// The first `count` bytes of what waits are encrypted.
void TcpConnection::drop_plain(std::size_t count) noexcept {
  if (!backlog_ || backlog_->waiting.empty()) return output_.consume(count);
  Segment& first = backlog_->waiting.front();
  queued_ -= count;
  first.offset += count;
  if (first.file ? first.offset < first.end : !first.rest().empty()) return;
  if (first.owned.capacity() != 0) loop_.give_buffer(std::move(first.owned));
  backlog_->waiting.pop_front();
}

// Copies from the front of what waits, of one piece or file; 0 when there is nothing or no room left, or the connection
// has failed.
std::size_t TcpConnection::take_plain(char* out, std::size_t room) noexcept {
  std::size_t count = 0;
  if (backlog_ && !backlog_->waiting.empty() && backlog_->waiting.front().file) {
    Segment& segment = backlog_->waiting.front();
    advise(segment);
    count = static_cast<std::size_t>(std::min<std::uint64_t>(room, segment.end - segment.offset));
    if (segment.file->read(segment.offset, out, count) != static_cast<std::ptrdiff_t>(count)) {
      fail_file();
      return 0;
    }
  } else {
    const std::string_view piece = plain_front();
    count = std::min(piece.size(), room);
    if (count != 0) std::memcpy(out, piece.data(), count);
  }
  if (count != 0) drop_plain(count);
  return count;
}

// RFC 8446 §6.1: "Each party MUST send a "close_notify" alert before closing its write side of the connection, unless
// it has already sent some error alert." Behind bytes that are lost it would be a lie.
void TcpConnection::say_goodbye() noexcept {
  TlsSession& session = tls_->session;
  if ((state_ != State::Open && state_ != State::Finishing) || end_sent_ || unsent() != 0 || failure_) return;
  session.end();
  uv_buf_t piece = uv_buf_init(session.output().data(), static_cast<unsigned>(session.output().size()));
  (void)uv_try_write(handle_->stream(), &piece, 1);
}

}  // namespace folio::net
