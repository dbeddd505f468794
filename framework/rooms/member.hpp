// Member: one who receives what is said in a room; Home: the thread that a member lives on; Parcel: what is said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/lazy_bytes.hpp"
#include "base/shared_bytes.hpp"
#include "base/small_mutex.hpp"

namespace folio::room {

class Branch;
class Hub;

// A frame that is on its way to members, and the message in it for those that want no framing.
struct Parcel {
  base::SharedBytes frame;
  std::string_view payload;  // a view into the frame
  // The frame in a second form, which some members take; null: there is none.
  std::shared_ptr<base::LazyBytes> packed;
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

// Whether more is on its way to the member in this turn: then nothing need be flushed yet.
enum class More : std::uint8_t { No, Yes };

// The frames of several parcels in a row, and the bytes of their messages: made by the first who asks, for all who are
// given the same parcels in the same turn. Home thread only.
class JoinedFrames {
 public:
  const base::SharedBytes& bytes(std::span<const Parcel> parcels);
  [[nodiscard]] std::size_t payload_size() const { return payload_size_; }
  void clear() { bytes_.reset(); }

 private:
  base::SharedBytes bytes_;
  std::size_t payload_size_ = 0;
};

// What a member is given.
struct Delivery {
  std::span<const Parcel> parcels;  // in order, at least one
  More more = More::No;
  JoinedFrames* joined = nullptr;  // of these parcels, where others are given the same
};

class Member : public std::enable_shared_from_this<Member> {
 public:
  Member() = default;
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  virtual ~Member() = default;

  // The thread that `deliver` must be called on; null when any will do. A member with a home is alive until it calls
  // leave_all, and keeps its rooms alive; one without is asked whether it is gone.
  [[nodiscard]] virtual std::shared_ptr<Home> home() const noexcept = 0;
  // Takes parcels, in order, and does not wait.
  virtual void deliver(const Delivery& delivery) noexcept = 0;
  // Whether nobody is there any more. Any thread.
  [[nodiscard]] virtual bool gone() const noexcept = 0;

  // To be called once nothing can be delivered any more: leaves every room. Any thread.
  void leave_all() noexcept;

 private:
  friend class Hub;
  struct Membership {
    std::string id;
    std::weak_ptr<Hub> hub;
    std::shared_ptr<Hub> kept;  // the same, of a member with a home
  };
  base::SmallMutex mutex_;
  std::vector<Membership> memberships_;
};

}  // namespace folio::room
