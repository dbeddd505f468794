// SocketCore: one WebSocket connection of either role, between the handles on it (WebSocket, WsSender, WsReceiver), the
// rooms that it is in, the protocol (ws/protocol) and the transport that carries it.
//
// Handles hold it by a shared pointer, so that one which outlives the connection finds it closed and nothing worse. It
// belongs to one loop. The few members that any thread may call say so.
#pragma once

#include <folio/detail/activity.hpp>
#include <folio/response.hpp>
#include <folio/send_result.hpp>
#include <folio/websocket.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/exchange.hpp"
#include "app/inbound_queue.hpp"
#include "app/socket_environment.hpp"
#include "app/socket_request.hpp"
#include "base/buffer.hpp"
#include "net/loop.hpp"
#include "net/tcp.hpp"
#include "rooms/hub.hpp"
#include "ws/protocol.hpp"

namespace folio::detail {

class SocketCore final : public room::Member {
 public:
  struct Setup {
    std::shared_ptr<const app::SocketEnvironment> environment;
    app::Exchange& exchange;                       // of the request that opens the connection
    std::string_view subprotocol;                  // one of the settings'; empty: none
    std::optional<ws::DeflateParameters> deflate;  // what was agreed on
  };
  explicit SocketCore(Setup setup);
  ~SocketCore() override;

  // Whether a text is known to be UTF-8, or has to be looked at.
  enum class Utf8 : std::uint8_t { Unknown, Valid };
  [[nodiscard]] static Utf8 utf8_of(const WsMessage& message) noexcept {
    return message.known_valid_ ? Utf8::Valid : Utf8::Unknown;
  }

  // --- any thread ---
  SendResult send(Opcode opcode, std::string_view payload, Utf8 utf8 = Utf8::Unknown);
  void close(std::uint16_t code, std::string_view reason);
  [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  [[nodiscard]] std::shared_ptr<room::Home> home() const noexcept override { return environment_->home; }
  [[nodiscard]] bool gone() const noexcept override { return closed(); }
  // Whether a sender need not wait: exact on the loop's thread, a recent view on others.
  [[nodiscard]] bool has_room() noexcept;
  // The same, on the loop's thread.
  [[nodiscard]] bool has_room_here() noexcept { return closed() || !pressed(limits().max_queue / 2); }
  // Wakes the caller's task, on its own loop, once there is room, or nothing can be sent any more.
  void wait_drained(std::coroutine_handle<> awaiting);
  // The same, once the connection is closed.
  void wait_closed(std::coroutine_handle<> awaiting);

  // --- the loop's thread ---
  // From now on `tcp` carries the socket: the handshake is done. Takes over the request: the exchange as it is, or, with
  // none, as little of the request as it can be had back from, which leaves the exchange to its owner.
  void open(net::TcpConnection& tcp, std::unique_ptr<app::Exchange> exchange);

  [[nodiscard]] std::span<char> receive_space() noexcept;
  void on_data(std::span<char> bytes) noexcept;
  void on_end() noexcept;
  void on_drained() noexcept;
  // The transport is gone, or the upgrade was never answered with 101.
  void on_gone() noexcept;
  void sweep(std::uint32_t now) noexcept;
  // The server stops: 1001, or another code.
  void shut_down(std::uint16_t code, std::string_view reason) noexcept;

  void deliver(const room::Delivery& delivery) noexcept override;

  // The handler's WebSocket is gone: nobody reads any more.
  void drop_owner(std::uint16_t code) noexcept;

  // Whether a message (or the end) is there for such a reader, in the queue or next in the input.
  [[nodiscard]] bool readable(Reader reader);
  // `waiting`: the caller's pointer to this, which becomes null if this goes before stop_waiting.
  void wait_readable(Reader reader, std::coroutine_handle<> awaiting, SocketCore*& waiting);
  void stop_waiting() noexcept {
    reader_ = Reader::None;
    reader_waker_ = {};
    waiting_ = nullptr;
  }
  // REQUIRES: readable. Empty at the end.
  std::optional<WsMessage> pop();
  std::optional<WsPiece> pop_piece();
  // Why the connection failed; null when it did not, or that has been told already.
  [[nodiscard]] std::optional<AppError> take_failure();

  // Sends without asking the queue's limit; for an awaited send, which waits afterwards.
  SendResult send_waiting(Opcode opcode, std::string_view payload, Utf8 utf8 = Utf8::Unknown);
  // Takes the memory of a message that was sent away, for one that will come.
  void reuse(WsMessage& message) noexcept;
  void set_slow_peer(SlowPeer policy) noexcept { slow_peer_.store(policy, std::memory_order_relaxed); }

  [[nodiscard]] const Request& request() { return request_.get(); }
  [[nodiscard]] std::string_view subprotocol() const noexcept;
  [[nodiscard]] bool compressed() const noexcept { return protocol_.deflates(); }
  // How the connection ended, or NoStatus when it has not.
  [[nodiscard]] WsMessage::Close close_status() const;

 private:
  // What has come in one read, and is looked at.
  struct Input {
    std::span<char> bytes;  // the rest
    ws::Event event{};      // taken out of it last, and waiting for its reader; None: it has gone where it belongs
    std::string place{};    // where a long text of one frame is unmasked to, as the memory of its message
  };
  [[nodiscard]] bool on_home_thread() const noexcept;
  [[nodiscard]] base::Buffer& output() noexcept;
  [[nodiscard]] std::size_t unsent() const noexcept;
  [[nodiscard]] bool pressed(std::size_t limit) noexcept;
  SlowPeer count_slow() noexcept;
  void keep_latest(Opcode opcode, std::string_view payload);
  SendResult refuse_slow() noexcept;
  SendResult send_home(Opcode opcode, std::string_view payload, Utf8 utf8);
  bool send_data(ws::Opcode opcode, std::string_view payload, base::Buffer& out);
  void write(const room::Parcel& parcel);
  void close_home(std::uint16_t code, std::string_view reason) noexcept;
  [[nodiscard]] const app::SocketLimits& limits() const noexcept { return environment_->settings.limits; }
  void pump(std::span<char> bytes) noexcept;
  [[nodiscard]] bool receive(Input& input) noexcept;
  void queue(Input& input);
  [[nodiscard]] bool is_for(Reader reader, const ws::Event& event) const noexcept;
  [[nodiscard]] bool offer(const Input& input) noexcept;
  void take(ws::Event& event, std::optional<WsMessage>& message);
  void account() noexcept;
  void flush_pong() noexcept;
  void handle(ws::Event& event);
  void handle_data(ws::Event& event);
  template <class Kind>
  void push(Kind&& message, std::size_t cost, bool is_text = true, bool first = true, bool final = true);
  [[nodiscard]] std::size_t cost_of(std::size_t bytes) const { return bytes + limits().queue_overhead; }
  [[nodiscard]] bool front_is_for(Reader reader);
  app::InboundQueue::Received take_front();
  void drop_front();
  void merge_pieces();
  void resume_input() noexcept;
  void set_closed() noexcept;
  void fail(std::uint16_t code, std::string reason) noexcept;
  void wake_reader() noexcept;
  void finish_transport() noexcept;
  void release_request() noexcept;

  // What few connections ever need.
  struct Seldom {
    base::Buffer early;  // sent before the 101 was written
    base::Buffer stash;  // received, and not looked at because the handler lags
    std::vector<Waker> drained;
    std::vector<Waker> closed_waiters;
    std::unique_ptr<std::string> partial;  // of a message in pieces that is read whole: what has come
    std::unique_ptr<std::string> failure;
    std::unique_ptr<WsMessage::Close> close_status;
    struct Latest {
      Opcode opcode;
      std::string payload;
    };
    std::unique_ptr<Latest> latest;  // of SlowPeer::Latest: the message that waits for room
  };
  Seldom& seldom() {
    if (!seldom_) seldom_ = std::make_unique<Seldom>();
    return *seldom_;
  }
  [[nodiscard]] app::SocketCounters& counters() const noexcept { return *environment_->counters; }
  [[nodiscard]] app::MessageMemory& memory() const noexcept { return *environment_->message_memory; }
  [[nodiscard]] Inbox& inbox() const noexcept { return *environment_->inbox; }

  // Fixed.
  std::shared_ptr<const app::SocketEnvironment> environment_;
  std::uint16_t subprotocol_ = 0;  // its place among the settings', from 1; 0: none

  // Any thread.
  std::atomic<bool> closed_{false};
  std::atomic<SlowPeer> slow_peer_;

  // The loop's thread. Here, and in bits, because they cost nothing here.
  Reader reader_ = Reader::None;
  bool opened_ : 1 = false;
  bool ended_ : 1 = false;  // no message will come any more
  bool owner_gone_ : 1 = false;
  bool gone_ : 1 = false;
  bool ping_sent_ : 1 = false;
  bool held_ : 1 = false;  // input is held back: in the stash, and maybe in the protocol

  // Any thread.
  std::atomic<std::size_t> foreign_queued_{0};  // bytes that other threads have sent and the loop has not taken in
  std::atomic<std::size_t> backlog_{0};         // a recent unsent(), for other threads

  // The loop's thread.
  ws::Protocol protocol_;
  net::TcpConnection* tcp_ = nullptr;
  app::SocketRequest request_;  // before the upgrade in the connection's exchange still
  app::InboundQueue inbound_;
  std::size_t incomplete_ = 0;  // bytes of an incomplete message that count toward the loop's limit
  HomeWaker reader_waker_;  // stop_waiting comes before its coroutine is destroyed
  SocketCore** waiting_ = nullptr;
  Input* input_ = nullptr;  // that pump works on
  std::unique_ptr<Seldom> seldom_;
  std::uint32_t last_heard_ = 0;
  std::uint32_t closing_since_ = 0;
};

}  // namespace folio::detail
