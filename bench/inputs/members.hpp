// Members of a room that only count, and a thread for them that works when it is told to: the cost of the room itself.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rooms/hub.hpp"

namespace bench {

class Thread final : public folio::room::Home {
 public:
  void schedule(std::shared_ptr<folio::room::Branch> branch) noexcept override {
    branches_.push_back(std::move(branch));
  }
  void turn() {
    for (const auto& branch : branches_) branch->drain();
    branches_.clear();
  }

 private:
  std::vector<std::shared_ptr<folio::room::Branch>> branches_;
};

class CountingMember final : public folio::room::Member {
 public:
  explicit CountingMember(std::shared_ptr<folio::room::Home> home) : home_(std::move(home)) {}
  [[nodiscard]] std::shared_ptr<folio::room::Home> home() const noexcept override { return home_; }
  void deliver(const folio::room::Delivery& delivery) noexcept override { got += delivery.parcels.size(); }
  [[nodiscard]] bool gone() const noexcept override { return false; }

  std::size_t got = 0;

 private:
  std::shared_ptr<folio::room::Home> home_;
};

// A room with that many members, all on one thread.
class Room {
 public:
  explicit Room(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      members_.push_back(std::make_shared<CountingMember>(thread_));
      hub_->join(std::to_string(i), members_.back());
    }
    thread_->turn();
  }
  ~Room() {
    for (const auto& member : members_) member->leave_all();
    thread_->turn();
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  [[nodiscard]] folio::room::Hub& hub() { return *hub_; }
  [[nodiscard]] std::shared_ptr<Thread> thread() { return thread_; }
  void turn() { thread_->turn(); }
  // What all members together were given.
  [[nodiscard]] std::size_t deliveries() const {
    std::size_t sum = 0;
    for (const auto& member : members_) sum += member->got;
    return sum;
  }

 private:
  std::shared_ptr<Thread> thread_ = std::make_shared<Thread>();
  std::shared_ptr<folio::room::Hub> hub_ = std::make_shared<folio::room::Hub>();
  std::vector<std::shared_ptr<CountingMember>> members_;
};

inline folio::room::Parcel make_parcel(std::string_view text) {
  folio::room::Parcel parcel;
  parcel.frame = std::make_shared<const std::string>("hd" + std::string(text));
  parcel.payload = std::string_view(*parcel.frame).substr(2);
  return parcel;
}

}  // namespace bench
