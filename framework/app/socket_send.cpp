// The sending half of SocketCore: what handlers, other threads and rooms send, and the limit on what waits.
#include <algorithm>
#include <utility>

#include "app/socket.hpp"
#include "base/utf8.hpp"

namespace folio::detail {

namespace {

// Bytes of a message from which on copying it into the output costs more than a system call of its own.
constexpr std::size_t sent_in_place = 16 * 1024;

ws::Opcode opcode_of(const room::Parcel& parcel) {
  return static_cast<ws::Opcode>(static_cast<unsigned char>(parcel.frame->front()) & 0x0FU);
}

}  // namespace

// Whether more than `limit` bytes wait that the kernel does not take: what only waits for the end of the turn is sent
// first. When this is true, on_drained will follow.
bool SocketCore::pressed(std::size_t limit) noexcept {
  if (unsent() <= limit) return false;
  if (tcp_ != nullptr) tcp_->flush();
  return unsent() > limit;
}

// --- sending ---

SendResult SocketCore::send(Opcode opcode, std::string_view payload, Utf8 utf8) {
  if (closed()) return SendResult::Closed;
  if (on_home_thread()) return send_home(opcode, payload, utf8);
  const std::size_t cost = payload.size() + limits().queue_overhead;
  const std::size_t queued = foreign_queued_.fetch_add(cost, std::memory_order_relaxed);
  if (queued != 0 && queued + cost + backlog_.load(std::memory_order_relaxed) > limits().max_queue) {
    foreign_queued_.fetch_sub(cost, std::memory_order_relaxed);
    if (count_slow() != SlowPeer::Close) return SendResult::Dropped;
    close(close_code::try_again_later, "too slow");
    return SendResult::Closed;
  }
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  const bool posted = inbox().post([self, opcode, cost, utf8, copy = std::string(payload)] {
    self->foreign_queued_.fetch_sub(cost, std::memory_order_relaxed);
    self->send_home(opcode, copy, utf8);
  });
  return posted ? SendResult::Queued : SendResult::Closed;
}

// A message found the queue full. Gives what that leads to: as far as a message that is not to be kept is concerned,
// Latest is Drop. Any thread.
SlowPeer SocketCore::count_slow() noexcept {
  SlowPeer policy = slow_peer_.load(std::memory_order_relaxed);
  if (policy == SlowPeer::Latest) policy = SlowPeer::Drop;
  counters().slow[static_cast<std::size_t>(policy)].add(1);
  return policy;
}

// The message waits for room, in the place of one that did.
void SocketCore::keep_latest(Opcode opcode, std::string_view payload) {
  auto& latest = seldom().latest;
  if (latest) counters().slow[static_cast<std::size_t>(SlowPeer::Latest)].add(1);
  latest = std::make_unique<Seldom::Latest>(opcode, std::string(payload));
}

// What the policy of the route makes of a message that finds the queue full.
SendResult SocketCore::refuse_slow() noexcept {
  if (count_slow() != SlowPeer::Close) return SendResult::Dropped;
  // The peer has not taken what is queued, so it will not take a Close frame behind it either: 1013 is tried, and the
  // sweep ends the connection if nothing moves.
  close_home(close_code::try_again_later, "too slow");
  return SendResult::Closed;
}

SendResult SocketCore::send_home(Opcode opcode, std::string_view payload, Utf8 utf8) {
  if (closed() || !protocol_.open()) return SendResult::Closed;
  const std::size_t cost = payload.size() + limits().queue_overhead;
  if (unsent() != 0 && pressed(limits().max_queue - std::min(cost, limits().max_queue))) {
    if (slow_peer_.load(std::memory_order_relaxed) == SlowPeer::Latest && opcode != Opcode::Ping) {
      keep_latest(opcode, payload);
      return SendResult::Queued;
    }
    return refuse_slow();
  }
  return send_waiting(opcode, payload, utf8);
}

// RFC 6455 §5.6: "The "Payload data" is text data encoded as UTF-8." A peer must fail the connection over anything
// else; so a byte that is none, which may stem from another client's query, goes out as U+FFFD.
SendResult SocketCore::send_waiting(Opcode opcode, std::string_view payload, Utf8 utf8) {
  if (closed() || !protocol_.open()) return SendResult::Closed;
  if (opcode == Opcode::Text && utf8 == Utf8::Unknown && !base::is_valid_utf8(payload)) {
    return send_waiting(opcode, base::replace_invalid_utf8(payload), Utf8::Valid);
  }
  base::Buffer& out = output();
  bool sent = false;
  switch (opcode) {
    case Opcode::Text:
    case Opcode::Binary:
      sent = send_data(static_cast<ws::Opcode>(opcode), payload, out);
      if (sent) counters().sent(payload.size());
      break;
    case Opcode::Ping:
      sent = protocol_.ping(payload, out);
      break;
    case Opcode::Pong:
      sent = protocol_.pong(payload, out);
      break;
  }
  backlog_.store(unsent(), std::memory_order_relaxed);
  if (!sent) return protocol_.open() ? SendResult::Dropped : SendResult::Closed;  // a control payload past 125 bytes
  const bool direct = tcp_ != nullptr && tcp_->unsent() == out.size();
  return direct ? SendResult::Sent : SendResult::Queued;
}

void SocketCore::reuse(WsMessage& message) noexcept {
  if (std::string* text = message.text()) {
    memory().texts.give(*text);
  } else if (auto* bytes = message.binary()) {
    memory().binaries.give(*bytes);
  }
}

bool SocketCore::send_data(ws::Opcode opcode, std::string_view payload, base::Buffer& out) {
  const bool in_place = payload.size() >= sent_in_place && tcp_ != nullptr && protocol_.role() == ws::Role::Server &&
                        !protocol_.would_compress(payload.size());
  if (!in_place) return protocol_.send(opcode, payload, out);
  if (!protocol_.send_header_only(opcode, payload.size(), out)) return false;
  const std::size_t taken = tcp_->send_now(payload);
  if (taken != payload.size()) output().append(payload.substr(taken));
  return true;
}

void SocketCore::deliver(const room::Delivery& delivery) noexcept {
  const auto [parcels, more, joined] = delivery;
  if (closed() || !protocol_.open()) return;
  if (unsent() != 0) {
    std::size_t cost = 0;
    for (const auto& parcel : parcels) cost += parcel.frame->size() + limits().queue_overhead;
    if (pressed(limits().max_queue - std::min(cost, limits().max_queue))) {
      if (slow_peer_.load(std::memory_order_relaxed) != SlowPeer::Latest) return (void)refuse_slow();
      const room::Parcel& last = parcels.back();
      return keep_latest(static_cast<Opcode>(opcode_of(last)), last.payload);
    }
  }
  if (joined != nullptr && tcp_ != nullptr && protocol_.role() == ws::Role::Server && !compressed()) {
    // One buffer for all of the room, straight to the kernel.
    const base::SharedBytes& frames = joined->bytes(parcels);
    counters().sent(joined->payload_size(), parcels.size());
    tcp_->send(frames);
  } else {
    for (const auto& parcel : parcels) write(parcel);
    if (tcp_ != nullptr && more == room::More::No) tcp_->flush();
  }
  backlog_.store(unsent(), std::memory_order_relaxed);
}

// The frame that all members share: the compressed one where the peer takes it, made by the first member that asks.
void SocketCore::write(const room::Parcel& parcel) {
  counters().sent(parcel.payload.size());
  if (protocol_.role() == ws::Role::Client) {
    // RFC 6455 §5.3: what a client sends is masked, with a key of its own for each frame.
    (void)protocol_.send(opcode_of(parcel), parcel.payload, output());
    return;
  }
  const base::SharedBytes* frame = &parcel.frame;
  if (parcel.packed && parcel.payload.size() >= limits().compress_from &&
      protocol_.can_take_shared_compressed(parcel.payload.size())) {
    const base::SharedBytes& packed = parcel.packed->get([&] {
      return ws::make_compressed_server_frame(opcode_of(parcel), parcel.payload, limits().compression_level,
                                              environment_->deflate_contexts.get());
    });
    if (packed) {
      frame = &packed;
      protocol_.shared_compressed_sent();
    }
  }
  if (tcp_ != nullptr) {
    tcp_->write(*frame);
  } else {
    seldom().early.append(**frame);
  }
}

bool SocketCore::has_room() noexcept {
  if (on_home_thread()) return has_room_here();
  if (closed()) return true;
  return foreign_queued_.load(std::memory_order_relaxed) + backlog_.load(std::memory_order_relaxed) <=
         limits().max_queue / 2;
}

void SocketCore::wait_drained(std::coroutine_handle<> awaiting) {
  Waker waker(awaiting);
  if (on_home_thread()) {
    seldom().drained.push_back(std::move(waker));
    return;
  }
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  const bool posted = inbox().post([self, waker]() mutable {
    if (self->has_room()) {
      waker.wake();
    } else {
      self->seldom().drained.push_back(std::move(waker));
    }
  });
  if (!posted) waker.wake();
}

void SocketCore::wait_closed(std::coroutine_handle<> awaiting) {
  Waker waker(awaiting);
  if (on_home_thread()) {
    seldom().closed_waiters.push_back(std::move(waker));
    return;
  }
  auto self = std::static_pointer_cast<SocketCore>(shared_from_this());
  const bool posted = inbox().post([self, waker]() mutable {
    if (self->closed()) {
      waker.wake();
    } else {
      self->seldom().closed_waiters.push_back(std::move(waker));
    }
  });
  if (!posted) waker.wake();
}

void SocketCore::on_drained() noexcept {
  backlog_.store(unsent(), std::memory_order_relaxed);
  flush_pong();
  if (seldom_) {
    if (const auto latest = std::exchange(seldom_->latest, nullptr)) send_home(latest->opcode, latest->payload, Utf8::Unknown);
    for (auto& waker : std::exchange(seldom_->drained, {})) waker.wake();
  }
  resume_input();
}

}  // namespace folio::detail
