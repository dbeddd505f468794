// Branch: the members of one room on one thread, and the ordered line of what happened in the room (someone joined,
// something was said, someone left), which that thread works through at the end of its turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "rooms/member.hpp"

namespace folio::room {

class Branch {
 public:
  explicit Branch(std::shared_ptr<Home> home) : home_(std::move(home)) {}

  struct Step {
    enum class Kind : std::uint8_t { Join, Leave, All, One, AllButOne } kind;
    std::shared_ptr<Member> member;  // who joins, leaves, is meant, or is left out
    Parcel parcel;
  };
  // Any thread. `self` is this branch.
  void push(const std::shared_ptr<Branch>& self, Step step);
  [[nodiscard]] const std::shared_ptr<Home>& home() const { return home_; }

  // Works through the line: every member is given what is for it in one run, however much was said. Home thread only.
  void drain() noexcept;

 private:
  // A member, however many ids it has in the room.
  struct Entry {
    std::shared_ptr<Member> member;
    std::uint32_t ids = 1;
    std::uint32_t given = 0;  // how many of said_ it has been given
  };

  void take(Step& step) noexcept;
  void join(std::shared_ptr<Member> member);
  void leave(const Member& member) noexcept;
  void catch_up(Entry& entry, More more, JoinedFrames* joined = nullptr) noexcept;
  [[nodiscard]] Entry* find(const Member* member) noexcept;

  std::shared_ptr<Home> home_;
  std::mutex mutex_;  // guards line_ and scheduled_
  std::vector<Step> line_;
  bool scheduled_ = false;
  // Home thread only.
  std::vector<Entry> entries_;
  std::unordered_map<const Member*, std::uint32_t> places_;  // of each in entries_
  std::vector<Step> taken_;
  std::vector<Parcel> said_;  // to all, in this turn
  JoinedFrames joined_;       // of said_, once that is complete
};

}  // namespace folio::room
