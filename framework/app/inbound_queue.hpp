// InboundQueue: what a WebSocket has received and its handler has not taken yet. It takes memory only while something
// waits, which for most is never: a handler that waits gets its message from where it came in.
#pragma once

#include <folio/websocket.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace folio::app {

class InboundQueue {
 public:
  // A piece's bytes are in a Text, whatever the message is.
  struct Received {
    WsMessage message;
    std::size_t cost;  // bytes that it counts as
    bool is_text = true;
    bool first = true;
    bool final = true;
    [[nodiscard]] bool is_data() const { return message.text() != nullptr || message.binary() != nullptr; }
    [[nodiscard]] bool is_whole() const { return first && final; }
  };

  [[nodiscard]] bool empty() const noexcept { return waiting_ == nullptr; }
  [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : waiting_->all.size() - waiting_->head; }
  // What all of them cost.
  [[nodiscard]] std::size_t cost() const noexcept { return empty() ? 0 : waiting_->cost; }

  // Made where it waits: moving a message costs as much as looking at it.
  template <class Kind>
  void push(Kind&& message, std::size_t cost, bool is_text, bool first, bool final) {
    if (empty()) waiting_ = std::make_unique<Waiting>();
    waiting_->all.emplace_back(std::forward<Kind>(message), cost, is_text, first, final);
    waiting_->cost += cost;
  }
  void push_front(Received received) {
    if (empty()) waiting_ = std::make_unique<Waiting>();
    auto& [all, head, cost] = *waiting_;
    cost += received.cost;
    if (head == 0) {
      all.insert(all.begin(), std::move(received));
    } else {
      all[--head] = std::move(received);
    }
  }
  // REQUIRES, of these: there is one.
  [[nodiscard]] Received& front() noexcept { return waiting_->all[waiting_->head]; }
  void pop_front() noexcept {
    waiting_->cost -= front().cost;
    if (++waiting_->head == waiting_->all.size()) clear();
  }
  Received take_front() {
    Received received = std::move(front());
    pop_front();
    return received;
  }
  void clear() noexcept { waiting_.reset(); }

 private:
  struct Waiting {
    std::vector<Received> all;
    std::size_t head = 0;  // those before it are taken
    std::size_t cost = 0;
  };
  std::unique_ptr<Waiting> waiting_;  // null: nothing waits
};

}  // namespace folio::app
