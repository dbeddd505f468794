// Hub: the members of one room, and how a broadcast reaches them.
//
// Members live on different threads. For each thread the hub has one Branch: an ordered line of what happened in the
// room (someone joined, a frame was sent, someone left), which that thread works through at the end of its turn. So a
// frame is made once and put in line once a thread, every member is written to once a turn, nobody is touched from a
// foreign thread, and all members see the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/shared_bytes.hpp"

namespace folio::room {

class Branch;
class Hub;

// A frame that is on its way to members, and the message in it for those that want no framing.
struct Parcel {
  base::SharedBytes frame;
  std::string_view payload;  // a view into the frame
};

// A thread that members live on.
class Home {
 public:
  Home() = default;
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  virtual ~Home() = default;
  // Has `branch->drain()` called once on the thread, at the end of its present or next turn. Any thread.
  virtual void schedule(std::shared_ptr<Branch> branch) noexcept = 0;
};

// One who receives.
class Member : public std::enable_shared_from_this<Member> {
 public:
  Member() = default;
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  virtual ~Member() = default;

  // The thread that `deliver` must be called on; null when any will do.
  [[nodiscard]] virtual std::shared_ptr<Home> home() const noexcept = 0;
  // Takes parcels, in order, and does not wait. False when nobody is there any more; one without a home
  // is then taken out of the room, one with a home calls leave_all by itself.
  virtual bool deliver(std::span<const Parcel> parcels) noexcept = 0;

  // To be called once nothing can be delivered any more: leaves every room. Any thread.
  void leave_all() noexcept;

 private:
  friend class Hub;
  std::mutex mutex_;
  std::vector<std::pair<std::weak_ptr<Hub>, std::string>> memberships_;
};

// The members of one hub on one thread.
class Branch {
 public:
  explicit Branch(std::shared_ptr<Home> home) : home_(std::move(home)) {}
  // Home thread only.
  void drain() noexcept;

 private:
  friend class Hub;
  struct Step {
    enum class Kind : std::uint8_t { Join, Leave, All, One, AllButOne } kind;
    std::shared_ptr<Member> member;  // who joins, leaves, is meant, or is left out
    Parcel parcel;
  };
  void push(Step step);
  void deliver_run(std::span<const Step> steps) noexcept;

  std::shared_ptr<Home> home_;
  std::mutex mutex_;  // guards line_ and scheduled_
  std::vector<Step> line_;
  bool scheduled_ = false;
  std::weak_ptr<Branch> self_;
  // Home thread only.
  std::vector<Step> taken_;
  std::vector<Parcel> parcels_;
  std::vector<std::shared_ptr<Member>> members_;
};

// All of it may be called from any thread.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  Hub() = default;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Adds a member; one that has the id already leaves.
  void join(std::string id, std::shared_ptr<Member> member);
  // False when there is none of that id.
  bool leave(std::string_view id);
  // Leaves only if the id still belongs to this member.
  void leave(std::string_view id, const Member& member) noexcept;
  void broadcast(const Parcel& parcel);
  void broadcast_except(std::string_view id, const Parcel& parcel);
  // False when there is none of that id.
  bool send_to(std::string_view id, const Parcel& parcel);

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool contains(std::string_view id) const;
  [[nodiscard]] std::vector<std::string> ids() const;

 private:
  using Members = std::map<std::string, std::shared_ptr<Member>, std::less<>>;
  [[nodiscard]] Branch& branch_of(const std::shared_ptr<Home>& home);
  void remove(Members::iterator place);
  void send(const Parcel& parcel, const std::shared_ptr<Member>& except);

  mutable std::mutex mutex_;
  Members members_;
  std::vector<std::shared_ptr<Branch>> branches_;
  std::vector<std::shared_ptr<Member>> homeless_;  // delivered to by whoever sends
};

}  // namespace folio::room
