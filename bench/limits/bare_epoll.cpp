// The limit below every server: epoll and nothing else, with no validation at all. One thread, no TLS.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>

#include "inbox.hpp"
#include "options.hpp"
#include "serve.hpp"

namespace {

using namespace limits;

// What a socket did not take: copies, and views of bytes that stay.
struct Chunk {
  std::string copy;
  const char* view = nullptr;
  std::size_t size = 0;
  std::size_t done = 0;
  [[nodiscard]] iovec rest() const {
    return {const_cast<char*>((view != nullptr ? view : copy.data()) + done), size - done};
  }
};

struct Loop {
  explicit Loop(const std::string& folder) : service(folder) {}
  Service service;
  Receiver receiver;
  Reply reply;
  int epoll = ::epoll_create1(0);
};

class Connection final : public Peer {
 public:
  Connection(Loop& loop, int fd) : loop_(loop), fd_(fd) { watch(EPOLL_CTL_ADD, EPOLLIN); }
  ~Connection() override {
    loop_.service.rooms().leave(*this);
    ::close(fd_);
  }

  // False when the connection is over.
  bool on_readable() {
    const Received space = loop_.receiver.space(inbox_);
    const ssize_t got = ::recv(fd_, space.data, space.size, 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    return serve(static_cast<std::size_t>(got));
  }

  bool serve(std::size_t count) {
    const Received all = loop_.receiver.received(inbox_, count);
    Reply& reply = loop_.reply;
    used_ = loop_.service.serve(*this, all.data, all.size, all.stays, reply);
    wanted_ = loop_.service.wanted();
    if (!reply.empty()) send(reply);
    const bool goes_on = !reply.closes();
    file_ = reply.file();
    if (file_.fd >= 0 && backlog_ == nullptr) send_file();
    const bool waits = backlog_ != nullptr || file_.fd >= 0;
    // A short write may still need what was received, if that is in a buffer of the connection's own.
    holds_ = waits && all.stays;
    if (!holds_) loop_.receiver.keep(inbox_, all, used_, wanted_);
    const bool had_file = reply.file().fd >= 0;
    reply.clear();
    if (waits) watch(EPOLL_CTL_MOD, EPOLLOUT);  // no more is read until this is out
    return goes_on && (!had_file || waits || inbox_.size == 0 || serve(0));
  }

  bool on_writable() {
    while (backlog_ != nullptr && !backlog_->empty()) {
      std::vector<iovec> vectors;
      for (const auto& chunk : *backlog_) vectors.push_back(chunk.rest());
      const ssize_t sent =
          ::writev(fd_, vectors.data(), static_cast<int>(std::min<std::size_t>(vectors.size(), IOV_MAX)));
      if (sent < 0) return errno == EAGAIN;
      auto left = static_cast<std::size_t>(sent);
      while (left != 0) {
        auto& front = backlog_->front();
        const std::size_t part = std::min(left, front.size - front.done);
        front.done += part;
        left -= part;
        if (front.done == front.size) backlog_->pop_front();
      }
    }
    backlog_.reset();
    const bool had_file = file_.fd >= 0;
    if (had_file && !send_file()) return true;
    watch(EPOLL_CTL_MOD, EPOLLIN);
    if (holds_) loop_.receiver.keep(inbox_, Receiver::held(inbox_), used_, wanted_);
    holds_ = false;
    return !had_file || inbox_.size == 0 || serve(0);
  }

  void send_shared(std::string_view bytes) override {
    const iovec vector{const_cast<char*>(bytes.data()), bytes.size()};
    send(&vector, 1, nullptr);
  }

 private:
  // Whether all of it is out; an error shows at the next read.
  bool send_file() {
    while (!file_.bytes.empty()) {
      off_t at = static_cast<off_t>(file_.offset);
      const ssize_t sent = ::sendfile(fd_, file_.fd, &at, file_.bytes.size());
      if (sent < 0 && errno == EAGAIN) return false;
      if (sent <= 0) break;
      file_.advance(static_cast<std::size_t>(sent));
    }
    file_ = {};
    return true;
  }

  void send(Reply& reply) {
    const auto& vectors = reply.vectors();
    send(vectors.data(), vectors.size(), &reply);
  }

  void send(const iovec* vectors, std::size_t count, const Reply* reply) {
    std::size_t sent = 0;
    if (backlog_ == nullptr) {
      const ssize_t taken = count == 1
                                ? ::send(fd_, vectors->iov_base, vectors->iov_len, 0)
                                : ::writev(fd_, vectors, static_cast<int>(std::min<std::size_t>(count, IOV_MAX)));
      if (taken < 0 && errno != EAGAIN) return;  // the next read will tell
      sent = taken < 0 ? 0 : static_cast<std::size_t>(taken);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t size = vectors[i].iov_len;
      const std::size_t out = std::min(sent, size);
      sent -= out;
      if (out == size) continue;
      if (backlog_ == nullptr) {
        backlog_ = std::make_unique<std::deque<Chunk>>();
        watch(EPOLL_CTL_MOD, EPOLLOUT);
      }
      const char* data = static_cast<const char*>(vectors[i].iov_base) + out;
      Chunk& chunk = backlog_->emplace_back();
      chunk.size = size - out;
      if (reply != nullptr && reply->stays(i)) {
        chunk.view = data;
      } else {
        chunk.copy.assign(data, chunk.size);
      }
    }
  }

  void watch(int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    ::epoll_ctl(loop_.epoll, operation, fd_, &event);
  }

  Loop& loop_;
  int fd_;
  FileView file_;  // what is still to be sent of it
  bool holds_ = false;
  Inbox inbox_;
  std::unique_ptr<std::deque<Chunk>> backlog_;
  std::size_t used_ = 0;
  std::size_t wanted_ = 0;
};

int listen_on(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));  // what is accepted inherits it
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 || ::listen(fd, 4096) != 0) {
    fail("cannot listen on port " + std::to_string(port) + ": " + std::strerror(errno));
  }
  return fd;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  if (options.tls_port != 0) fail("bare_epoll has no TLS, bare_uv has");
  allow_many_files();
  std::signal(SIGPIPE, SIG_IGN);
  Loop loop(options.folder);
  const int listener = listen_on(options.port);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  ::epoll_ctl(loop.epoll, EPOLL_CTL_ADD, listener, &event);
  std::vector<epoll_event> events(1024);
  for (;;) {
    const int ready = ::epoll_wait(loop.epoll, events.data(), static_cast<int>(events.size()), -1);
    loop.service.tick();
    for (int i = 0; i < ready; ++i) {
      auto* connection = static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection == nullptr) {
        for (int fd; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) new Connection(loop, fd);
        continue;
      }
      const bool writable = (events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0;
      if (!(writable ? connection->on_writable() : connection->on_readable())) delete connection;
    }
    loop.service.rooms().flush();
  }
}
