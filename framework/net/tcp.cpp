#include "net/tcp.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <vector>

#include "net/tcp_parts.hpp"
#include "net/tls_context.hpp"

namespace folio::net {

namespace {
constexpr std::size_t gather_limit = 64;   // pieces in one writev
constexpr std::size_t small_shared = 512;  // shared bytes up to this are cheaper copied than gathered
// Bytes of space from which on a read goes there: below, copying them from the loop's buffer costs less than reading
// them without what comes behind. And bytes of one such read, of which libuv makes 32 before it looks at another
// connection; what is read is still in the processor's cache when it is looked at.
constexpr std::size_t placed_from = 16 * 1024;
constexpr std::size_t max_placed = 256 * 1024;

// Whether the connection is gone in both directions, rather than ended by the peer alone.
bool is_reset(const uv_stream_t* stream) {
  uv_os_fd_t fd = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(stream), &fd) != 0) return true;
  pollfd state{.fd = fd, .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

TcpConnection::TcpConnection(Loop& loop, TcpEvents& events)
    : loop_(loop), events_(events), handle_(std::make_unique<Handle>()) {
  uv_tcp_init(loop.raw(), &handle_->tcp);
  handle_->tcp.data = this;
}

TcpConnection::~TcpConnection() = default;

bool TcpConnection::accept(uv_stream_s* listener, const TlsContext* tls) noexcept {
  if (const int status = uv_accept(listener, handle_->stream()); status != 0) {
    fail(uv_strerror(status));
    return false;
  }
  if (tls != nullptr) start_tls(*tls, {});
  paused_ = false;
  start_reading();
  return true;
}

bool TcpConnection::adopt(int fd) noexcept {
  if (const int status = uv_tcp_open(&handle_->tcp, fd); status != 0) {
    ::close(fd);
    fail(uv_strerror(status));
    return false;
  }
  paused_ = false;
  start_reading();
  return true;
}

// The connection is there, and what waited for it goes out.
void TcpConnection::established() noexcept {
  const bool connected_by_us = std::exchange(dial_, nullptr) != nullptr;
  state_ = State::Open;
  if (connected_by_us && !paused_ && !tls_) start_reading();
  events_.on_connected();
  if (paused_) uv_read_stop(handle_->stream());
  if (state_ == State::Open) mark_dirty();
}

void TcpConnection::start_reading() noexcept {
  uv_read_start(
      handle_->stream(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        const std::span<char> space = static_cast<TcpConnection*>(handle->data)->space_to_read();
        *buffer = uv_buf_init(space.data(), static_cast<unsigned>(space.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        auto& self = *static_cast<TcpConnection*>(stream->data);
        Loop& loop = self.loop_;
        if (count > 0) {
          loop.traffic().received.add(static_cast<std::size_t>(count));
          self.on_read({buffer->base, static_cast<std::size_t>(count)});
        } else if (count == UV_EOF) {
          self.on_read_end();
        } else if (count < 0) {
          self.fail(uv_strerror(static_cast<int>(count)));
        }
        loop.end_turn();
      });
}

std::span<char> TcpConnection::space_to_read() noexcept {
  if (state_ == State::Open && !tls_) {
    const std::span<char> space = events_.receive_space();
    if (space.size() >= placed_from) return space.first(std::min(space.size(), max_placed));
  }
  return {loop_.receive_buffer(), Loop::receive_size};
}

void TcpConnection::on_read(std::span<char> bytes) noexcept {
  if (state_ != State::Open && state_ != State::Opening) return;
  if (tls_) [[unlikely]]
    return receive_tls(bytes);
  events_.on_data(bytes);
}

void TcpConnection::on_read_end() noexcept {
  if (state_ == State::Opening) return fail("the peer ended the connection during the TLS handshake");
  // libuv reports a reset that follows data as an end, too; a handler's work would then be for nobody.
  if (!end_sent_ && is_reset(handle_->stream())) return state_ == State::Open ? fail(uv_strerror(UV_ECONNRESET)) : close();
  if (tls_ && state_ == State::Open) tls_->truncated = true;  // after close_notify nothing is read
  end_input();
}

void TcpConnection::end_input() noexcept {
  uv_read_stop(handle_->stream());
  paused_ = true;
  peer_ended_ = true;
  if (state_ == State::Open) {
    events_.on_end();
  } else if (state_ == State::Finishing) {
    if (end_sent_) close();
  }
}

void TcpConnection::pause_reading() noexcept {
  if ((state_ != State::Open && state_ != State::Opening) || paused_) return;
  paused_ = true;
  if (state_ == State::Open) uv_read_stop(handle_->stream());
}

void TcpConnection::resume_reading() noexcept {
  if (state_ == State::Closing || !paused_ || peer_ended_) return;
  paused_ = false;
  if (state_ == State::Opening) return;
  if (tls_ && tls_->holding()) [[unlikely]]
    return mark_dirty();
  start_reading();
}

void TcpConnection::begin_output() noexcept {
  if (output_.capacity() == 0) output_ = loop_.take_buffer();
  mark_dirty();
}

TcpConnection::Backlog& TcpConnection::backlog() {
  if (!backlog_) backlog_ = std::make_unique<Backlog>();
  return *backlog_;
}

// When nothing is in flight, and no request to end the connection lies in it.
void TcpConnection::drop_backlog() noexcept {
  if (backlog_ && backlog_->in_flight.empty() && !end_sent_) backlog_.reset();
}

void TcpConnection::mark_dirty() noexcept {
  loop_.defer(*this);
}

void TcpConnection::write(base::SharedBytes bytes) noexcept {
  write(std::span(&bytes, 1));
}

void TcpConnection::write(std::span<const base::SharedBytes> bytes) noexcept {
  if (state_ != State::Open && state_ != State::Opening) return;
  for (const auto& piece : bytes) {
    if (piece->size() <= small_shared) {
      output().append(*piece);
      continue;
    }
    enqueue(piece, 0);
  }
  mark_dirty();
}

void TcpConnection::enqueue(const base::SharedBytes& bytes, std::size_t offset) {
  auto& waiting = backlog().waiting;
  if (!output_.empty()) {
    queued_ += output_.size();
    waiting.push_back({.owned = std::exchange(output_, {})});
  }
  queued_ += bytes->size() - offset;
  waiting.push_back({.shared = bytes, .offset = offset});
}

std::size_t TcpConnection::send_now(std::string_view bytes) noexcept {
  if (state_ != State::Open || tls_ || backlog_ || bytes.empty()) return 0;
  std::array<uv_buf_t, 2> pieces;
  unsigned count = 0;
  if (!output_.empty()) pieces[count++] = uv_buf_init(output_.data(), static_cast<unsigned>(output_.size()));
  pieces[count++] = uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size()));
  const int result = uv_try_write(handle_->stream(), pieces.data(), count);
  if (result < 0) {
    if (result != UV_EAGAIN) fail(uv_strerror(result));
    return 0;
  }
  const auto sent = static_cast<std::size_t>(result);
  loop_.traffic().sent.add(sent);
  if (count == 1) return sent;
  const std::size_t before = std::min(sent, output_.size());
  output_.consume(before);
  if (output_.empty()) loop_.give_buffer(std::exchange(output_, {}));
  return sent - before;
}

void TcpConnection::send(const base::SharedBytes& bytes) noexcept {
  const std::size_t sent = send_now(*bytes);
  if (sent == bytes->size()) return;
  if (sent == 0) {
    write(bytes);
  } else {
    enqueue(bytes, sent);
  }
  flush();
}

std::size_t TcpConnection::unconfirmed() const noexcept {
  uv_os_fd_t fd = -1;
  int held = 0;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(handle_->stream()), &fd) != 0) return unsent();
  if (::ioctl(fd, SIOCOUTQ, &held) != 0 || held < 0) return unsent();
  return unsent() + static_cast<std::size_t>(held);
}

void TcpConnection::run_deferred() noexcept {
  flush();
  if (tls_ && tls_->holding()) [[unlikely]]
    deliver_held();
  // What waited for the connection to be established has gone out at once.
  if (waiting_for_drain_ && state_ == State::Open && unsent() == 0) drained();
}

void TcpConnection::flush() noexcept {
  if (tls_) [[unlikely]]
    return flush_tls();
  if (state_ == State::Closing) return;
  if (state_ == State::Opening) {
    waiting_for_drain_ = unsent() != 0;
    return;
  }
  if (!backlog_) {
    // The usual case: one run of bytes, and the kernel takes all of it.
    if (output_.empty()) return;
    uv_buf_t piece = uv_buf_init(output_.data(), static_cast<unsigned>(output_.size()));
    const int sent = uv_try_write(handle_->stream(), &piece, 1);
    if (sent > 0) loop_.traffic().sent.add(static_cast<std::size_t>(sent));
    if (sent == static_cast<int>(output_.size())) {
      loop_.give_buffer(std::exchange(output_, {}));
      return;
    }
    if (sent < 0 && sent != UV_EAGAIN) return fail(uv_strerror(sent));
    if (sent > 0) output_.consume(static_cast<std::size_t>(sent));
  }
  if (!output_.empty()) {
    queued_ += output_.size();
    backlog().waiting.push_back({.owned = std::exchange(output_, {})});
  }
  if (backlog_->in_flight.empty() && !backlog_->waiting.empty()) start_write();
}

// Tries what waits, and hands the rest to libuv.
void TcpConnection::start_write() noexcept {
  auto& waiting = backlog_->waiting;
  std::array<uv_buf_t, gather_limit> pieces;
  std::uint64_t budget = file_slice;
  while (!waiting.empty()) {
    if (waiting.front().file) {
      if (send_file(budget)) continue;
      if (state_ == State::Closing) return;
      break;
    }
    unsigned count = 0;
    for (auto& segment : waiting) {
      if (count == gather_limit || segment.file) break;
      const auto rest = segment.rest();
      pieces[count++] = uv_buf_init(const_cast<char*>(rest.data()), static_cast<unsigned>(rest.size()));
    }
    const int sent = uv_try_write(handle_->stream(), pieces.data(), count);
    if (sent < 0 && sent != UV_EAGAIN) return fail(uv_strerror(sent));
    std::size_t left = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    loop_.traffic().sent.add(left);
    queued_ -= left;
    while (left > 0) {
      auto& first = waiting.front();
      const std::size_t size = first.rest().size();
      if (left < size) {
        first.offset += left;
        break;
      }
      left -= size;
      if (!first.shared) loop_.give_buffer(std::move(first.owned));
      waiting.pop_front();
    }
    if (sent <= 0 || left > 0) break;
  }
  if (waiting.empty()) {
    if (!waiting_for_drain_) backlog_.reset();
    return;
  }
  if (waiting.front().file) {
    probe_with_file();
    if (state_ == State::Closing) return;
    return write_in_flight();
  }
  for (std::size_t count = 0; !waiting.empty() && !waiting.front().file && count < gather_limit; ++count) {
    backlog_->in_flight.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  write_in_flight();
}

// Hands what is in flight to libuv. One such request is under way at a time.
void TcpConnection::write_in_flight() noexcept {
  auto& [waiting, in_flight, request] = *backlog_;
  waiting_for_drain_ = true;
  std::vector<uv_buf_t> pieces;
  for (const auto& segment : in_flight) {
    const auto bytes = segment.rest();
    pieces.push_back(uv_buf_init(const_cast<char*>(bytes.data()), static_cast<unsigned>(bytes.size())));
  }
  request.data = this;
  const int status = uv_write(&request, handle_->stream(), pieces.data(), static_cast<unsigned>(pieces.size()),
                              [](uv_write_t* done, int result) {
                                auto& self = *static_cast<TcpConnection*>(done->data);
                                Loop& loop = self.loop_;
                                self.on_write_done(result);
                                loop.end_turn();
                              });
  if (status != 0) {
    in_flight.clear();
    fail(uv_strerror(status));
  }
}

void TcpConnection::on_write_done(int status) noexcept {
  for (auto& segment : backlog_->in_flight) {
    if (status == 0) loop_.traffic().sent.add(segment.rest().size());
    queued_ -= segment.rest().size();
    if (!segment.shared) loop_.give_buffer(std::move(segment.owned));
  }
  backlog_->in_flight.clear();
  if (state_ == State::Closing) return;
  if (status != 0) return fail(uv_strerror(status));
  flush();
  if (state_ == State::Closing || unsent() != 0) return;
  drained();
}

void TcpConnection::drained() noexcept {
  waiting_for_drain_ = false;
  drop_backlog();
  if (state_ == State::Finishing) {
    send_end();
  } else {
    events_.on_drained();
  }
}

void TcpConnection::finish() noexcept {
  if (state_ == State::Opening) return close();
  if (state_ != State::Open) return;
  flush();
  if (state_ != State::Open) return;
  state_ = State::Finishing;
  if (paused_) resume_reading();
  if (unsent() == 0) send_end();
}

// REQUIRES: nothing is unsent. Comes back by drained() when the kernel does not take TLS's goodbye.
void TcpConnection::send_end() noexcept {
  if (!std::exchange(end_sent_, true) && tls_) {
    tls_->session.end();
    queued_ += tls_->session.output().size();
    flush_tls();
  }
  if (state_ == State::Closing || unsent() != 0) return;
  // Not by uv_shutdown, which waits for writes that are not there, and tells the kernel to look out for them.
  uv_os_fd_t fd = -1;
  if (peer_ended_ || uv_fileno(reinterpret_cast<uv_handle_t*>(handle_->stream()), &fd) != 0 ||
      ::shutdown(fd, SHUT_WR) != 0) {
    close();
  }
}

void TcpConnection::fail(std::string reason) noexcept {
  if (state_ == State::Closing) return;
  if (dial_) reason = "cannot connect to " + describe(dial_->target.host, dial_->target.port) + ": " + reason;
  failure_ = std::make_unique<std::string>(std::move(reason));
  close();
}

void TcpConnection::close() noexcept {
  if (state_ == State::Closing) return;
  if (tls_) say_goodbye();
  dial_.reset();
  state_ = State::Closing;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_->stream()), [](uv_handle_t* handle) {
    auto& self = *static_cast<TcpConnection*>(handle->data);
    Loop& loop = self.loop_;
    self.events_.on_closed();
    loop.end_turn();
  });
}

void TcpConnection::reset() noexcept {
  if (state_ == State::Closing) return;
  const int status = uv_tcp_close_reset(&handle_->tcp, [](uv_handle_t* handle) {
    auto& self = *static_cast<TcpConnection*>(handle->data);
    Loop& loop = self.loop_;
    self.events_.on_closed();
    loop.end_turn();
  });
  if (status != 0) return close();
  dial_.reset();
  state_ = State::Closing;
}

std::string TcpConnection::peer_address() const {
  sockaddr_storage address{};
  int size = sizeof(address);
  if (uv_tcp_getpeername(&handle_->tcp, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  if (address.ss_family == AF_UNIX) return "unix";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
      uv_inet_ntop(AF_INET, six.sin6_addr.s6_addr + 12, text.data(), text.size());
    } else {
      uv_ip6_name(&six, text.data(), text.size());
    }
  } else {
    uv_ip4_name(reinterpret_cast<const sockaddr_in*>(&address), text.data(), text.size());
  }
  return text.data();
}

}  // namespace folio::net
