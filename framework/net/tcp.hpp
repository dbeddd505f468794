// TcpConnection: a stream over a libuv handle, taken from a listener or connected to a host, in clear or under TLS.
// Reads come into the loop's one buffer, or where the owner wants them; writes gather until the turn ends and go out in
// one call; what the kernel does not take is kept and counted. TLS lies between: its users see plaintext, and what they
// write is encrypted as the kernel takes it.
#pragma once

#include <folio/client_certificate.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.hpp"
#include "base/file.hpp"
#include "base/shared_bytes.hpp"
#include "net/loop.hpp"

struct uv_tcp_s;
struct uv_stream_s;

namespace folio::net {

class TlsContext;

// What to connect to.
struct ConnectTarget {
  std::string host;  // a name, or an IPv4 or IPv6 address; the latter with brackets or without
  std::uint16_t port = 0;
  // For TLS: a client's context. It has to live during the call only. The peer's certificate must be for the host.
  const TlsContext* tls = nullptr;
  // For everything until on_connected: the name is looked up, all addresses are tried, TLS is agreed upon.
  std::chrono::milliseconds timeout = std::chrono::seconds(10);
  // Numeric addresses to try instead of those that the resolver has for `host`.
  std::vector<std::string> addresses;
};

// What a connection tells its owner. Called on the loop's thread, within a turn.
class TcpEvents {
 public:
  TcpEvents() = default;
  TcpEvents(const TcpEvents&) = delete;
  TcpEvents& operator=(const TcpEvents&) = delete;
  virtual ~TcpEvents() = default;

  // What connect() began is done, TLS included; or the TLS handshake of a connection that was accepted is. Comes before
  // any data.
  virtual void on_connected() noexcept {}
  // Where the next bytes are best put, so that they need not be copied from the loop's buffer; empty: there. Asked right
  // before each read, and told by on_data, with nothing in between, what came of it. Not asked under TLS.
  virtual std::span<char> receive_space() noexcept { return {}; }
  // Bytes have come in. They are the receiver's to change, and gone when it returns.
  virtual void on_data(std::span<char> bytes) noexcept = 0;
  // The peer will send no more (FIN, or close_notify under TLS). It may still read.
  virtual void on_end() noexcept = 0;
  // Everything written so far has been taken by the kernel, after it had not been at first.
  virtual void on_drained() noexcept = 0;
  // The connection is gone, by close(), because it broke or because it never came to be: failure() says why. The last
  // call: the owner may be destroyed in it.
  virtual void on_closed() noexcept = 0;
};

class TcpConnection final : private Deferred {
 public:
  // REQUIRES: `loop` and `events` outlive the connection; it must not be destroyed before on_closed.
  TcpConnection(Loop& loop, TcpEvents& events);
  ~TcpConnection() override;

  // Takes the next connection that `listener` has ready and starts to read from it; with a server's context, by TLS.
  // False when that failed; the connection then closes, and tells so by on_closed.
  bool accept(uv_stream_s* listener, const TlsContext* tls = nullptr) noexcept;
  // Begins TLS on a connection that was accepted in clear, as after a PROXY header; `received` came behind that, and is
  // the client's. on_connected follows, perhaps in this call. REQUIRES: nothing has been written.
  void begin_tls(const TlsContext& context, std::span<char> received) noexcept;
  // Takes over a stream socket that is connected, such as one end of a pair, and starts to read from it. False when that
  // failed; the connection then closes, and tells so by on_closed, and the socket is closed.
  bool adopt(int fd) noexcept;
  // Connects: to the first of the host's addresses that answers, in the resolver's order. Each gets an equal share of
  // the time that is left. on_connected follows in a later turn, or on_closed. What is written until then waits.
  // Cancelled by close().
  void connect(ConnectTarget target) noexcept;

  // What is appended here goes out at the end of the turn.
  base::Buffer& output() noexcept {
    if (output_.capacity() == 0 || !is_deferred()) begin_output();
    return output_;
  }
  // Bytes that are not copied: sent after what output() holds, before what comes later.
  void write(base::SharedBytes bytes) noexcept;
  void write(std::span<const base::SharedBytes> bytes) noexcept;
  // Sends what output() holds and then `bytes`, at once. Gives how many of `bytes` the kernel took; the others are the
  // caller's to write. None when something is queued before them, or has to be encrypted.
  [[nodiscard]] std::size_t send_now(std::string_view bytes) noexcept;
  // The same, and queues what the kernel does not take, without a copy.
  void send(const base::SharedBytes& bytes) noexcept;
  // `length` bytes of a file from `offset` on, in the same order. They are read as the peer takes them, and count as
  // unsent() until then. When they are not there any more the connection fails, and the peer sees it end too early.
  void write_file(std::shared_ptr<const base::File> file, std::uint64_t offset, std::uint64_t length) noexcept;
  // Sends what there is, now.
  void flush() noexcept;
  // Bytes written here that the kernel has not taken yet, plain or encrypted.
  [[nodiscard]] std::size_t unsent() const noexcept { return output_.size() + queued_; }

  // Bytes written here that the peer has not confirmed: it goes down while a slow peer reads what the kernel holds for
  // it, which unsent() does not. A system call.
  [[nodiscard]] std::size_t unconfirmed() const noexcept;

  // No on_data and no on_end until resume_reading(). A handshake goes on.
  void pause_reading() noexcept;
  void resume_reading() noexcept;
  [[nodiscard]] bool reading() const noexcept { return state_ == State::Open && !paused_; }

  // Sends what is left, then FIN (under TLS close_notify before it), then throws away what still comes in until the
  // peer closes too (or close() is called): so that the peer can read the last answer, which an early close() would
  // destroy by a reset. A connection that is not established yet has nobody to tell anything, and closes at once.
  void finish() noexcept;
  [[nodiscard]] bool finishing() const noexcept { return state_ == State::Finishing; }
  // Closes at once; unsent bytes are lost. on_closed follows in a later turn. May be called again.
  void close() noexcept;
  // Closes with a reset.
  void reset() noexcept;
  [[nodiscard]] bool closing() const noexcept { return state_ == State::Closing; }
  // Not established yet: still connecting, or agreeing upon TLS.
  [[nodiscard]] bool opening() const noexcept { return state_ == State::Opening; }
  // The TLS handshake is under way, on either side.
  [[nodiscard]] bool handshaking() const noexcept;

  // Why the connection broke or could not be made, for a person; empty when it did not, or was closed by us.
  // Good as long as this.
  [[nodiscard]] std::string_view failure() const noexcept {
    return failure_ ? std::string_view(*failure_) : std::string_view();
  }
  [[nodiscard]] bool encrypted() const noexcept { return tls_ != nullptr; }
  // Who the client is that showed a valid certificate. REQUIRES: encrypted(), not opening(), and accepted by us.
  [[nodiscard]] std::optional<ClientCertificate> client_certificate() const;
  // The peer's input ended without its close_notify: somebody may have cut it off (RFC 8446 §6.1). Of no concern to a
  // protocol that knows the length of its messages.
  [[nodiscard]] bool truncated() const noexcept;

  // The peer's numeric address, without the port; "unix" at the other end of a Unix-domain socket; empty when it is not
  // known.
  [[nodiscard]] std::string peer_address() const;

  [[nodiscard]] Loop& loop() const noexcept { return loop_; }

 private:
  enum class State : unsigned char { Opening, Open, Finishing, Closing };
  struct Handle;   // the libuv handle and what hangs on it
  struct Segment;  // a piece of output that the kernel has not taken
  struct Backlog;
  struct Dial;  // what connect() knows until it is done
  struct Tls;

  void run_deferred() noexcept override;
  void begin_output() noexcept;
  void mark_dirty() noexcept;
  void enqueue(const base::SharedBytes& bytes, std::size_t offset);
  void start_write() noexcept;
  void write_in_flight() noexcept;
  void on_write_done(int status) noexcept;
  void drained() noexcept;
  void send_end() noexcept;
  void start_reading() noexcept;
  [[nodiscard]] std::span<char> space_to_read() noexcept;
  void on_read(std::span<char> bytes) noexcept;
  void on_read_end() noexcept;
  void end_input() noexcept;
  void established() noexcept;
  void fail(std::string reason) noexcept;
  Backlog& backlog();
  void drop_backlog() noexcept;

  // tcp_file.cpp
  void advise(Segment& segment) noexcept;
  bool send_file(std::uint64_t& budget) noexcept;
  void probe_with_file() noexcept;
  void fail_file() noexcept;
  void limit_kernel() noexcept;

  // tcp_connect.cpp
  void try_next_address() noexcept;
  void on_connect_result(int status) noexcept;
  void on_connect_alarm() noexcept;
  void replace_handle();

  // tcp_tls.cpp
  void start_tls(const TlsContext& context, std::string_view host);
  void receive_tls(std::span<char> bytes) noexcept;
  void deliver_held() noexcept;
  void flush_tls() noexcept;
  void fail_tls() noexcept;
  void seal() noexcept;
  [[nodiscard]] std::string_view plain_front() const noexcept;
  void drop_plain(std::size_t count) noexcept;
  [[nodiscard]] std::size_t take_plain(char* out, std::size_t room) noexcept;
  void say_goodbye() noexcept;

  Loop& loop_;
  TcpEvents& events_;
  std::unique_ptr<Handle> handle_;
  base::Buffer output_;
  std::unique_ptr<Backlog> backlog_;
  std::unique_ptr<Dial> dial_;  // until it is connected
  std::unique_ptr<Tls> tls_;
  std::unique_ptr<std::string> failure_;  // why it broke; null: it did not
  std::size_t queued_ = 0;  // bytes in the backlog, and in TLS's output
  State state_ = State::Open;
  bool paused_ = true;
  bool end_sent_ = false;
  bool peer_ended_ = false;
  bool waiting_for_drain_ = false;
  bool kernel_limited_ = false;  // for files
};

}  // namespace folio::net
