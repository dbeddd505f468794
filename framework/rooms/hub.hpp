// Hub: the members of one room, and how what is said reaches them.
//
// Members live on different threads. For each thread the hub has one Branch. So a frame is made once and put in line
// once a thread, every member is written to once a turn, nobody is touched from a foreign thread, and all members see
// the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rooms/branch.hpp"
#include "rooms/member.hpp"

namespace folio::room {

struct Limits {
  std::size_t max_members = std::numeric_limits<std::size_t>::max();
  // What is kept of what was said to all: messages, and bytes of them.
  std::size_t history = 0;
  std::size_t history_bytes = 256 * 1024;
};

enum class Joined : std::uint8_t { New, Replaced, Full };
enum class Replay : std::uint8_t { None, History };

// Someone joined, left, or took over an id.
struct Change {
  enum class Kind : std::uint8_t { Joined, Left, Replaced } kind;
  std::string_view id;
  std::size_t count;  // of members, after it
};

// One who is told of changes, in their order. Called on the thread that causes them, with the room locked: notes it
// and returns.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  // False when nobody listens any more: it is then forgotten.
  virtual bool notice(const Change& change) noexcept = 0;
};

// All of it may be called from any thread.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  explicit Hub(const Limits& limits = {}) : limits_(limits) {}
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Adds a member; another one that has the id already leaves. Full: nothing has changed. With Replay::History the
  // member is given what was said before, and then all that is said from now on.
  Joined join(std::string id, std::shared_ptr<Member> member, Replay replay = Replay::None);
  // False when there is none of that id.
  bool leave(std::string_view id);
  // Leaves only if the id still belongs to this member.
  void leave(std::string_view id, const Member& member) noexcept;
  void broadcast(const Parcel& parcel);
  // To all but the member of that id, if there is one.
  void broadcast_except(std::string_view id, const Parcel& parcel);
  // False when there is none of that id.
  bool send_to(std::string_view id, const Parcel& parcel);
  void observe(std::unique_ptr<Observer> observer);

  [[nodiscard]] std::size_t count();
  [[nodiscard]] bool contains(std::string_view id);
  [[nodiscard]] std::vector<std::string> ids();
  // The newest last.
  [[nodiscard]] std::vector<Parcel> history() const;

 private:
  using Members = std::map<std::string, std::shared_ptr<Member>, std::less<>>;

  void push(const Member& member, Branch::Step step);
  void remove(Members::iterator place);
  void forget_gone();
  void say(const Parcel& parcel, const std::shared_ptr<Member>& except);
  void keep(const Parcel& parcel);
  void tell(Change::Kind kind, std::string_view id);

  const Limits limits_;
  mutable std::mutex mutex_;
  Members members_;
  std::vector<std::shared_ptr<Branch>> branches_;
  std::vector<std::pair<std::string, std::shared_ptr<Member>>> homeless_;  // delivered to by whoever sends
  std::deque<Parcel> history_;
  std::size_t history_bytes_ = 0;
  std::vector<std::unique_ptr<Observer>> observers_;
};

}  // namespace folio::room
