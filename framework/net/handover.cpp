#include "net/handover.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace folio::net {

namespace {

constexpr std::size_t sockets_in_a_packet = 200;  // SCM_MAX_FD is 253
constexpr int patience = 10;                      // seconds that a successor waits for what it asked for
constexpr std::string_view word_sockets = "sockets";
constexpr std::string_view word_note = "note";
constexpr std::string_view word_end = "end";
constexpr std::string_view word_ready = "ready";
constexpr std::string_view word_busy = "busy";

bool make_address(const std::string& path, sockaddr_un& address) {
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

int open_channel(int flags) {
  return ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
}

bool is_friend(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == ::geteuid() || peer.uid == 0);
}

union ControlSpace {
  char bytes[CMSG_SPACE(sockets_in_a_packet * sizeof(int))];
  cmsghdr align;
};

bool send_packet(int fd, std::string_view text, std::span<const int> sockets = {}) {
  iovec piece{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  ControlSpace space{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  if (!sockets.empty()) {
    message.msg_control = space.bytes;
    message.msg_controllen = CMSG_SPACE(sockets.size_bytes());
    cmsghdr* control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sockets.size_bytes());
    std::memcpy(CMSG_DATA(control), sockets.data(), sockets.size_bytes());
  }
  return ::sendmsg(fd, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

// Appends the descriptors that came with it. Nothing: an error, or the end.
std::string receive_packet(int fd, std::vector<int>& sockets) {
  std::array<char, 64 + max_note> bytes;
  iovec piece{.iov_base = bytes.data(), .iov_len = bytes.size()};
  ControlSpace space{};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = space.bytes;
  message.msg_controllen = sizeof(space.bytes);
  ssize_t size;
  do {
    size = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size <= 0) return {};
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    const std::size_t before = sockets.size();
    sockets.resize(before + count);
    std::memcpy(sockets.data() + before, CMSG_DATA(control), count * sizeof(int));
  }
  return {bytes.data(), static_cast<std::size_t>(size)};
}

}  // namespace

// A descriptor that the loop watches.
struct HandoverDoor::Poll {
  uv_poll_t handle{};
  HandoverDoor* owner = nullptr;
  int fd = -1;

  static Poll* watch(HandoverDoor& owner, int fd, void (HandoverDoor::*what)()) {
    auto* poll = new Poll;
    poll->owner = &owner;
    poll->fd = fd;
    poll->what = what;
    uv_poll_init(owner.loop_.raw(), &poll->handle, fd);
    poll->handle.data = poll;
    uv_poll_start(&poll->handle, UV_READABLE, [](uv_poll_t* handle, int, int) {
      auto& self = *static_cast<Poll*>(handle->data);
      Loop& loop = self.owner->loop_;
      (self.owner->*self.what)();
      loop.end_turn();
    });
    return poll;
  }
  static void close(Poll*& poll) {
    if (poll == nullptr) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&poll->handle), [](uv_handle_t* handle) {
      auto* self = static_cast<Poll*>(handle->data);
      ::close(self->fd);
      delete self;
    });
    poll = nullptr;
  }

 private:
  void (HandoverDoor::*what)() = nullptr;
};

HandoverDoor::HandoverDoor(Loop& loop, int fd, const std::string& path, std::function<Legacy()> legacy,
                           std::function<void()> taken)
    : loop_(loop), file_(path), legacy_(std::move(legacy)), taken_(std::move(taken)) {
  door_ = Poll::watch(*this, fd, &HandoverDoor::on_knock);
}

HandoverDoor::~HandoverDoor() {
  Poll::close(guest_);
  Poll::close(door_);
}

void HandoverDoor::on_knock() {
  const int fd = ::accept4(door_->fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0) return;
  if (guest_ != nullptr || !is_friend(fd)) {
    if (guest_ != nullptr) (void)send_packet(fd, word_busy);
    ::close(fd);
    return;
  }
  if (!hand_over(fd)) {
    ::close(fd);
    return;
  }
  guest_ = Poll::watch(*this, fd, &HandoverDoor::on_answer);
}

bool HandoverDoor::hand_over(int fd) {
  const Legacy legacy = legacy_();
  for (std::span<const int> rest = legacy.sockets; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), sockets_in_a_packet));
    if (!send_packet(fd, word_sockets, some)) return false;
    rest = rest.subspan(some.size());
  }
  return send_packet(fd, std::string(word_note) + legacy.note) &&
         send_packet(fd, std::string(word_end) + std::to_string(legacy.sockets.size()));
}

void HandoverDoor::on_answer() {
  std::vector<int> unwanted;
  const std::string answer = receive_packet(guest_->fd, unwanted);
  for (const int fd : unwanted) ::close(fd);
  Poll::close(guest_);  // or it has gone, and the next may come
  if (answer != word_ready) return;
  Poll::close(door_);
  // What it does may destroy this object.
  const auto taken = std::exchange(taken_, {});
  taken();
}

int open_handover_door(const std::string& path, std::string& message) {
  sockaddr_un address{};
  const std::string made = path + ".new";
  if (!make_address(made, address)) {
    message = "cannot listen on " + path + ": the path has to have 1 to " +
              std::to_string(sizeof(address.sun_path) - sizeof(".new")) + " bytes";
    return -1;
  }
  const int fd = open_channel(SOCK_NONBLOCK);
  (void)::unlink(made.c_str());
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(made.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(fd, 8) != 0 ||
      ::rename(made.c_str(), path.c_str()) != 0) {
    message = "cannot listen on " + path + ": " + std::strerror(errno);
    if (fd >= 0) ::close(fd);
    (void)::unlink(made.c_str());
    return -1;
  }
  return fd;
}

Inheritance ask_for_sockets(const std::string& path) {
  sockaddr_un address{};
  Inheritance result;
  if (!make_address(path, address)) return result;  // who opens the door will say so
  const int fd = open_channel(0);
  const auto fail = [&](const std::string& why) {
    for (const int each : result.legacy.sockets) ::close(each);
    ::close(fd);
    return Inheritance{.found = false, .legacy = {}, .channel = -1, .message = "cannot take over by " + path + ": " + why};
  };
  const timeval limit{.tv_sec = patience, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    const int why = errno;
    if (why != ENOENT && why != ECONNREFUSED) return fail(std::strerror(why));
    ::close(fd);
    return result;  // the first of its line
  }
  if (!is_friend(fd)) return fail("the process there is another user's");
  while (true) {
    const std::string packet = receive_packet(fd, result.legacy.sockets);
    const std::string_view text = packet;
    if (text == word_busy) return fail("another process is taking over; wait until it is ready");
    if (text.empty()) return fail("the process there went, or did not answer");
    if (text.starts_with(word_note)) {
      result.legacy.note = text.substr(word_note.size());
    } else if (text.starts_with(word_end)) {
      if (text.substr(word_end.size()) != std::to_string(result.legacy.sockets.size())) {
        return fail("not all sockets arrived; is the limit on open files too low?");
      }
      result.found = true;
      result.channel = fd;
      return result;
    } else if (text != word_sockets) {
      return fail("the process there speaks something else");
    }
  }
}

void say_ready(int channel) noexcept {
  (void)send_packet(channel, word_ready);  // a predecessor that has died meanwhile does not mind
  ::close(channel);
}

}  // namespace folio::net
