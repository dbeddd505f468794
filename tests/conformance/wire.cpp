#include "conformance/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>
#include <thread>
#include <utility>

namespace folio::conformance {

namespace {

// A server that does not say what it must is given up after this. Generous: a loaded machine with sanitizers is slow.
constexpr int patience_milliseconds = 20'000;

// Small pieces are for the ends of what is sent; a long middle goes in larger ones.
constexpr std::size_t fine_ends = 300;
constexpr std::size_t middle = 4099;

std::size_t piece_size(Pace pace, std::size_t at, std::size_t total, std::mt19937& random) {
  switch (pace) {
    case Pace::Whole:
      return total;
    case Pace::Chops:
      return 1 + random() % (total / 5 + 8);
    case Pace::Sevens:
    case Pace::Single:
      break;
  }
  const std::size_t left = total - at;
  if (at >= fine_ends && left > fine_ends) return std::min(middle, left - fine_ends);
  return std::min<std::size_t>(left, pace == Pace::Single ? 1 : 7);
}

}  // namespace

Wire::Wire(std::uint16_t port, const net::TlsContext* tls) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect", errno);
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
  if (tls == nullptr) return;
  tls_.emplace(*tls, "localhost");
  tls_->start();
  short ready = 0;
  while (fault_.empty() && flush_tls() && tls_->state() == net::TlsSession::State::Handshaking) {
    if (!wait(POLLIN, ready)) return;
  }
}

Wire::~Wire() {
  ::close(fd_);
}

void Wire::fail(const char* what, int error) {
  if (fault_.empty()) fault_ = std::string(what) + ": " + std::strerror(error);
}

const std::string& Wire::fault() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0) fail("after the end", error);
  return fault_;
}

bool Wire::send(std::string_view bytes, Pace pace) {
  std::mt19937 random(static_cast<std::uint32_t>(bytes.size()) * 2'654'435'761U + 1);
  const std::size_t total = bytes.size();
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, piece_size(pace, total - bytes.size(), total, random));
    if (!send_piece(piece)) return false;
    bytes.remove_prefix(piece.size());
    // The server may look at each piece before the next one is there; it need not.
    if (pace != Pace::Whole) std::this_thread::yield();
  }
  return true;
}

bool Wire::send_piece(std::string_view bytes) {
  if (!tls_) return send_raw(bytes);
  while (!bytes.empty()) {
    const auto record = bytes.substr(0, net::TlsSession::record_size);
    tls_->send(record);
    if (!flush_tls()) return false;
    bytes.remove_prefix(record.size());
  }
  return true;
}

bool Wire::flush_tls() {
  const std::string bytes(tls_->output().view());
  tls_->output().clear();
  return send_raw(bytes);
}

bool Wire::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN) {
      fail("send", errno);
      return false;
    } else {
      short ready = 0;
      if (!wait(static_cast<short>(ended_ ? POLLOUT : POLLIN | POLLOUT), ready)) return false;
    }
  }
  return true;
}

void Wire::end() {
  if (tls_) {
    tls_->end();
    (void)flush_tls();
  }
  ::shutdown(fd_, SHUT_WR);
}

bool Wire::wait(short events, short& ready) {
  pollfd waiting{.fd = fd_, .events = events, .revents = 0};
  const int count = ::poll(&waiting, 1, patience_milliseconds);
  if (count <= 0) {
    fail("waiting for the server", count == 0 ? ETIMEDOUT : errno);
    return false;
  }
  ready = waiting.revents;
  if ((events & POLLIN) != 0 && (ready & (POLLIN | POLLHUP | POLLERR)) != 0) read();
  return fault_.empty();
}

void Wire::read() {
  char chunk[65'536];
  const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
  if (got > 0) {
    take_in({chunk, static_cast<std::size_t>(got)});
  } else if (got == 0) {
    ended_ = true;
  } else if (errno != EAGAIN) {
    fail("receive", errno);
  }
}

void Wire::take_in(std::string_view bytes) {
  if (!tls_) {
    input_.append(bytes);
    return;
  }
  std::string plaintext(net::TlsSession::plaintext_room(bytes.size()), '\0');
  input_.append(plaintext, 0, tls_->receive(bytes, plaintext));
  if (tls_->state() == net::TlsSession::State::PeerEnded) ended_ = true;
  if (tls_->state() == net::TlsSession::State::Failed && fault_.empty()) fault_ = "TLS: " + tls_->failure();
}

bool Wire::receive() {
  const std::size_t before = input_.size();
  short ready = 0;
  while (!ended_ && fault_.empty() && input_.size() == before) {
    if (!wait(POLLIN, ready)) return false;
  }
  return input_.size() != before;
}

void Wire::take(std::size_t count) {
  taken_ += count;
  if (taken_ == input_.size()) {
    input_.clear();
    taken_ = 0;
  } else if (taken_ > input_.size() / 2) {
    input_.erase(0, std::exchange(taken_, 0));
  }
}

}  // namespace folio::conformance
