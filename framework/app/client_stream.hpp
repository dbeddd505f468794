// ClientStream: an outgoing connection, TCP or TLS, for coroutines: they look at what it has and wait for a change.
//
//     auto stream = ClientStream::open(loop, target);
//     while (stream->opening()) co_await stream->change();
//
// One coroutine at a time. Belongs to one loop, and is closed with it at the latest; the object may outlive that, and
// is then found closed.
#pragma once

#include <folio/detail/activity.hpp>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/buffer.hpp"
#include "base/shared_bytes.hpp"
#include "net/alarm.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"

namespace folio::app {

class ClientStream final : private net::TcpEvents, public std::enable_shared_from_this<ClientStream> {
 public:
  // Bytes of input that wait for the coroutine before reading from the peer stops.
  static constexpr std::size_t most_input = 64 * 1024;

  // Begins to connect. The target's TLS context has to live during the call only.
  [[nodiscard]] static std::shared_ptr<ClientStream> open(net::Loop& loop, net::ConnectTarget target);
  // Takes over a socket that is connected.
  [[nodiscard]] static std::shared_ptr<ClientStream> adopt(net::Loop& loop, int fd);
  ~ClientStream() override;

  // Waits until something about the stream is different than when it was last waited for: it is open, has more input
  // or room, ended, closed, or its deadline passed.
  class Change {
   public:
    explicit Change(ClientStream& stream) : stream_(stream) {}
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;
    ~Change() { stream_.waker_ = {}; }
    [[nodiscard]] bool await_ready() const noexcept { return stream_.changed_; }
    void await_suspend(std::coroutine_handle<> awaiting) { stream_.waker_ = detail::Waker(awaiting); }
    void await_resume() noexcept { stream_.changed_ = false; }

   private:
    ClientStream& stream_;
  };
  [[nodiscard]] Change change() { return Change(*this); }

  // From now on; a change when it passes. Takes the place of the one before.
  void set_deadline(std::chrono::milliseconds time);
  void clear_deadline();
  [[nodiscard]] bool late() const noexcept { return late_; }

  [[nodiscard]] bool opening() const noexcept { return state_ == State::Opening; }
  // Both sides can be written to.
  [[nodiscard]] bool open() const noexcept { return state_ == State::Open; }
  // The peer sends no more, or the connection is gone.
  [[nodiscard]] bool ended() const noexcept { return state_ == State::Ended || state_ == State::Gone; }
  // Ended by the peer in order: under TLS with its close_notify. What ends with the connection is whole only then.
  [[nodiscard]] bool ended_well() const noexcept { return state_ == State::Ended && !truncated_; }
  // Why it is gone; empty when the peer just ended it.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

  // What has come in and was not consumed.
  [[nodiscard]] std::string_view input() const noexcept { return input_.view(); }
  void consume(std::size_t bytes) noexcept;
  // REQUIRES: !ended().
  [[nodiscard]] base::Buffer& output() noexcept { return tcp_.output(); }
  void write(base::SharedBytes bytes) noexcept { tcp_.write(std::move(bytes)); }
  // Sends what there is, now: a change follows when the kernel had not taken it at first and then has.
  void flush() noexcept { tcp_.flush(); }
  // Bytes written that the kernel has not taken.
  [[nodiscard]] std::size_t unsent() const noexcept { return state_ == State::Gone ? 0 : tcp_.unsent(); }

  // Nobody waits for it any more: closes. May be called again.
  void close() noexcept;

 private:
  enum class State : unsigned char { Opening, Open, Ended, Gone };
  class Registry;

  explicit ClientStream(net::Loop& loop);

  void on_connected() noexcept override;
  void on_data(std::span<char> bytes) noexcept override;
  void on_end() noexcept override;
  void on_drained() noexcept override { notify(); }
  void on_closed() noexcept override;
  void notify() noexcept;
  void unlink() noexcept;

  net::TcpConnection tcp_;
  std::unique_ptr<net::Alarm> alarm_;
  std::shared_ptr<ClientStream> self_;  // while the transport is there
  base::Buffer input_;
  detail::Waker waker_;
  std::string failure_;
  ClientStream* next_ = nullptr;
  ClientStream** link_ = nullptr;  // in the loop's registry
  State state_ = State::Opening;
  bool changed_ = false;
  bool late_ = false;
  bool truncated_ = false;
};

}  // namespace folio::app
