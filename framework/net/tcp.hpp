// TcpConnection: a stream over a libuv handle. Reads come into the loop's one buffer; writes gather until the turn ends
// and go out in one call; what the kernel does not take is kept and counted.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "base/shared_bytes.hpp"
#include "net/loop.hpp"

struct uv_tcp_s;
struct uv_stream_s;

namespace folio::net {

// What a connection tells its owner. Called on the loop's thread, within a turn.
class TcpEvents {
 public:
  TcpEvents() = default;
  TcpEvents(const TcpEvents&) = delete;
  TcpEvents& operator=(const TcpEvents&) = delete;
  virtual ~TcpEvents() = default;

  // Bytes have come in. They are the receiver's to change, and gone when it returns.
  virtual void on_data(std::span<char> bytes) noexcept = 0;
  // The peer will send no more (FIN). It may still read.
  virtual void on_end() noexcept = 0;
  // Everything written so far has been taken by the kernel, after it had not been at first.
  virtual void on_drained() noexcept = 0;
  // The connection is gone, by close() or because it broke. The last call: the owner may be destroyed in it.
  virtual void on_closed() noexcept = 0;
};

class TcpConnection final : private Deferred {
 public:
  // REQUIRES: `loop` and `events` outlive the connection; it must not be destroyed before on_closed.
  TcpConnection(Loop& loop, TcpEvents& events);
  ~TcpConnection() override;

  // Takes the next connection that `listener` has ready and starts to read from it. False when that failed; the
  // connection then closes, and tells so by on_closed.
  bool accept(uv_stream_s* listener) noexcept;

  // What is appended here goes out at the end of the turn.
  base::Buffer& output() noexcept;
  // Bytes that are not copied: sent after what output() holds, before what comes later.
  void write(base::SharedBytes bytes) noexcept;
  void write(std::span<const base::SharedBytes> bytes) noexcept;
  // Sends what there is, now.
  void flush() noexcept;
  // Bytes written here that the kernel has not taken yet.
  [[nodiscard]] std::size_t unsent() const noexcept { return output_.size() + queued_; }

  void pause_reading() noexcept;
  void resume_reading() noexcept;
  [[nodiscard]] bool reading() const noexcept { return state_ == State::Open && !paused_; }

  // Sends what is left, then FIN, then throws away what still comes in until the peer closes too (or close() is
  // called): so that the peer can read the last answer, which an early close() would destroy by a reset.
  void finish() noexcept;
  [[nodiscard]] bool finishing() const noexcept { return state_ == State::Finishing; }
  // Closes at once; unsent bytes are lost. on_closed follows in a later turn. May be called again.
  void close() noexcept;
  // Closes with a reset.
  void reset() noexcept;
  [[nodiscard]] bool closing() const noexcept { return state_ == State::Closing; }

  // The peer's numeric address, without the port; empty when it is not known.
  [[nodiscard]] std::string peer_address() const;

  [[nodiscard]] Loop& loop() const noexcept { return loop_; }

 private:
  enum class State : unsigned char { Open, Finishing, Closing };
  struct Handle;   // the libuv handle and what hangs on it
  struct Segment;  // a piece of output that the kernel has not taken
  struct Backlog;

  void run_deferred() noexcept override;
  void mark_dirty() noexcept;
  bool start_write() noexcept;
  void on_write_done(int status) noexcept;
  void send_end() noexcept;
  void start_reading() noexcept;
  Backlog& backlog();

  Loop& loop_;
  TcpEvents& events_;
  std::unique_ptr<Handle> handle_;
  base::Buffer output_;
  std::unique_ptr<Backlog> backlog_;
  std::size_t queued_ = 0;  // bytes in the backlog
  State state_ = State::Open;
  bool paused_ = true;
  bool end_sent_ = false;
  bool peer_ended_ = false;
  bool waiting_for_drain_ = false;
};

}  // namespace folio::net
