#include "loop.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fail.hpp"

namespace load {

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(512), buffer_(new char[buffer_size]) {}

Loop::~Loop() {
  ::close(epoll_);
}

void Loop::add(int fd, Handler& handler, bool writable) {
  epoll_event event{};
  event.events = EPOLLIN | (writable ? EPOLLOUT : 0u);
  event.data.ptr = &handler;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail(std::string("epoll: ") + std::strerror(errno));
}

void Loop::want_write(int fd, Handler& handler, bool wanted) {
  epoll_event event{};
  event.events = EPOLLIN | (wanted ? EPOLLOUT : 0u);
  event.data.ptr = &handler;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::turn(int timeout_ms) {
  const int ready = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
  if (ready < 0 && errno != EINTR) fail(std::string("epoll: ") + std::strerror(errno));
  for (int i = 0; i < ready; ++i) {
    auto& handler = *static_cast<Handler*>(events_[static_cast<std::size_t>(i)].data.ptr);
    const auto what = events_[static_cast<std::size_t>(i)].events;
    if ((what & EPOLLOUT) != 0) handler.on_writable();
    if ((what & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) handler.on_readable();
  }
}

}  // namespace load
