// TcpConnection sends files: in clear from the kernel's cache to the socket, without a copy in between; under TLS by
// reads of a record each. Files lie in the backlog between bytes, and go out in their order.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>

#include "net/tcp_parts.hpp"

namespace folio::net {

namespace {

// Up to this, one read into the output that goes out anyway is cheaper than a system call of its own.
constexpr std::uint64_t small_file = 16 * 1024;
// Bytes that are asked of the disk ahead of what is sent: about what a disk delivers while the loop serves others.
constexpr std::uint64_t read_ahead = 1024 * 1024;
// Bytes that go through memory to learn when the socket takes more. They are all that a reader which has stopped
// occupies, so they are few.
constexpr std::size_t probe = 256;
// Bytes that the kernel holds beyond those that are on their way. Without a limit it takes megabytes for each reader,
// and ten thousand slow ones exhaust what it has for all connections (net.ipv4.tcp_mem).
constexpr int kernel_ahead = 256 * 1024;
// The same as a probe where the kernel cannot send from the file itself, as on some file systems.
constexpr std::size_t copied = 64 * 1024;

}  // namespace

void TcpConnection::write_file(std::shared_ptr<const base::File> file, std::uint64_t offset,
                               std::uint64_t length) noexcept {
  if ((state_ != State::Open && state_ != State::Opening) || length == 0) return;
  if (length <= small_file) {
    base::Buffer& out = output();
    const auto size = static_cast<std::size_t>(length);
    if (file->read(offset, out.prepare(size), size) != static_cast<std::ptrdiff_t>(size)) return fail_file();
    return out.commit(size);
  }
  auto& waiting = backlog().waiting;
  if (!output_.empty()) {
    queued_ += output_.size();
    waiting.push_back({.owned = std::exchange(output_, {})});
  }
  limit_kernel();
  queued_ += length;
  waiting.push_back({.file = std::move(file), .offset = offset, .end = offset + length, .advised = offset});
  advise(waiting.back());
  mark_dirty();
}

void TcpConnection::limit_kernel() noexcept {
  uv_os_fd_t socket = -1;
  if (kernel_limited_ || uv_fileno(reinterpret_cast<const uv_handle_t*>(handle_->stream()), &socket) != 0) return;
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kernel_ahead, sizeof(kernel_ahead));
  kernel_limited_ = true;
}

// The peer was promised bytes that are not there: an end before its time tells it so, padding would not.
void TcpConnection::fail_file() noexcept {
  fail("a file that was being sent got shorter, or cannot be read");
}

// Has the disk begin before the last bytes that it was asked for are sent.
void TcpConnection::advise(Segment& segment) noexcept {
  if (segment.advised >= segment.end || segment.offset + read_ahead / 2 < segment.advised) return;
  const std::uint64_t length = std::min(read_ahead, segment.end - segment.advised);
  segment.file->will_need(segment.advised, length);
  segment.advised += length;
}

// Sends from the file at the front of the backlog, up to `budget` bytes. False when the kernel takes no more, or the
// connection has failed.
bool TcpConnection::send_file(std::uint64_t& budget) noexcept {
  Segment& segment = backlog_->waiting.front();
  uv_os_fd_t socket = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(handle_->stream()), &socket) != 0) return false;
  while (segment.offset < segment.end) {
    if (budget == 0) return false;
    advise(segment);
    auto at = static_cast<off_t>(segment.offset);
    const ssize_t sent = ::sendfile(socket, segment.file->fd(), &at,
                                    static_cast<std::size_t>(std::min(budget, segment.end - segment.offset)));
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EINVAL || errno == ENOSYS || errno == EOVERFLOW) segment.unsendable = true;
      if (errno != EAGAIN && !segment.unsendable) fail(uv_strerror(uv_translate_sys_error(errno)));
      return false;
    }
    if (sent == 0) {
      fail_file();
      return false;
    }
    segment.offset += static_cast<std::uint64_t>(sent);
    queued_ -= static_cast<std::size_t>(sent);
    budget -= std::min(budget, static_cast<std::uint64_t>(sent));
  }
  backlog_->waiting.pop_front();
  return true;
}

// The next few bytes of the file at the front of the backlog as bytes in flight: libuv tells when the socket has taken
// them, and that is when it takes more of the file. The loop gets to serve others in between.
void TcpConnection::probe_with_file() noexcept {
  Segment& segment = backlog_->waiting.front();
  const auto size = static_cast<std::size_t>(
      std::min<std::uint64_t>(segment.unsendable ? copied : probe, segment.end - segment.offset));
  std::string bytes(size, '\0');
  if (segment.file->read(segment.offset, bytes.data(), size) != static_cast<std::ptrdiff_t>(size)) return fail_file();
  segment.offset += size;
  if (segment.offset == segment.end) backlog_->waiting.pop_front();
  backlog_->in_flight.push_back({.shared = std::make_shared<const std::string>(std::move(bytes))});
}

}  // namespace folio::net
