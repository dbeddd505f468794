#include "rooms/hub.hpp"

#include <algorithm>
#include <utility>

namespace folio::room {

// --- Member ---

void Member::leave_all() noexcept {
  std::vector<std::pair<std::weak_ptr<Hub>, std::string>> memberships;
  {
    std::lock_guard lock(mutex_);
    memberships.swap(memberships_);
  }
  for (auto& [hub, id] : memberships) {
    if (auto room = hub.lock()) room->leave(id, *this);
  }
}

// --- Branch ---

void Branch::push(Step step) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    line_.push_back(std::move(step));
    first = !std::exchange(scheduled_, true);
  }
  if (first) home_->schedule(self_.lock());
}

void Branch::drain() noexcept {
  {
    std::lock_guard lock(mutex_);
    taken_.swap(line_);
    scheduled_ = false;
  }
  for (std::size_t at = 0; at < taken_.size();) {
    Step& step = taken_[at];
    switch (step.kind) {
      case Step::Kind::Join:
        members_.push_back(std::move(step.member));
        ++at;
        break;
      case Step::Kind::Leave:
        std::erase(members_, step.member);
        ++at;
        break;
      case Step::Kind::One:
        step.member->deliver(std::span(&step.parcel, 1));
        ++at;
        break;
      case Step::Kind::AllButOne:
        for (const auto& member : members_) {
          if (member != step.member) member->deliver(std::span(&step.parcel, 1));
        }
        ++at;
        break;
      case Step::Kind::All: {
        std::size_t end = at + 1;
        while (end < taken_.size() && taken_[end].kind == Step::Kind::All) ++end;
        deliver_run(std::span(taken_).subspan(at, end - at));
        at = end;
        break;
      }
    }
  }
  taken_.clear();
}

// Several frames for everybody, one behind the other: each member gets them in one call.
void Branch::deliver_run(std::span<const Step> steps) noexcept {
  parcels_.clear();
  for (const auto& step : steps) parcels_.push_back(step.parcel);
  for (const auto& member : members_) member->deliver(parcels_);
  parcels_.clear();
}

// --- Hub ---

Branch& Hub::branch_of(const std::shared_ptr<Home>& home) {
  for (const auto& branch : branches_) {
    if (branch->home_ == home) return *branch;
  }
  auto branch = std::make_shared<Branch>(home);
  branch->self_ = branch;
  branches_.push_back(std::move(branch));
  return *branches_.back();
}

void Hub::join(std::string id, std::shared_ptr<Member> member) {
  std::lock_guard lock(mutex_);
  if (const auto found = members_.find(id); found != members_.end()) remove(found);
  {
    std::lock_guard member_lock(member->mutex_);
    member->memberships_.emplace_back(weak_from_this(), id);
  }
  if (auto home = member->home()) {
    branch_of(home).push({.kind = Branch::Step::Kind::Join, .member = member, .parcel = {}});
  } else {
    homeless_.push_back(member);
  }
  members_.emplace(std::move(id), std::move(member));
}

void Hub::remove(Members::iterator place) {
  const std::shared_ptr<Member> member = std::move(place->second);
  {
    std::lock_guard member_lock(member->mutex_);
    std::erase_if(member->memberships_, [&](const auto& membership) {
      return membership.second == place->first && membership.first.lock().get() == this;
    });
  }
  if (auto home = member->home()) {
    branch_of(home).push({.kind = Branch::Step::Kind::Leave, .member = member, .parcel = {}});
  } else {
    std::erase(homeless_, member);
  }
  members_.erase(place);
}

bool Hub::leave(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end()) return false;
  remove(found);
  return true;
}

void Hub::leave(std::string_view id, const Member& member) noexcept {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found != members_.end() && found->second.get() == &member) remove(found);
}

void Hub::send(const Parcel& parcel, const std::shared_ptr<Member>& except) {
  const auto kind = except ? Branch::Step::Kind::AllButOne : Branch::Step::Kind::All;
  for (const auto& branch : branches_) branch->push({.kind = kind, .member = except, .parcel = parcel});
  std::vector<const Member*> gone;
  for (const auto& member : homeless_) {
    if (member != except && !member->deliver(std::span(&parcel, 1))) gone.push_back(member.get());
  }
  for (const Member* member : gone) {
    const auto place =
        std::find_if(members_.begin(), members_.end(), [&](const auto& entry) { return entry.second.get() == member; });
    if (place != members_.end()) remove(place);
  }
}

void Hub::broadcast(const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  send(parcel, nullptr);
}

void Hub::broadcast_except(std::string_view id, const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  send(parcel, found == members_.end() ? nullptr : found->second);
}

bool Hub::send_to(std::string_view id, const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end()) return false;
  const auto& member = found->second;
  if (auto home = member->home()) {
    branch_of(home).push({.kind = Branch::Step::Kind::One, .member = member, .parcel = parcel});
  } else {
    member->deliver(std::span(&parcel, 1));
  }
  return true;
}

std::size_t Hub::count() const {
  std::lock_guard lock(mutex_);
  return members_.size();
}

bool Hub::contains(std::string_view id) const {
  std::lock_guard lock(mutex_);
  return members_.contains(id);
}

std::vector<std::string> Hub::ids() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  ids.reserve(members_.size());
  for (const auto& [id, member] : members_) ids.push_back(id);
  return ids;
}

}  // namespace folio::room
