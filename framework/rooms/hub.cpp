#include "rooms/hub.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace folio::room {

void Member::leave_all() noexcept {
  std::vector<Membership> memberships;
  {
    std::lock_guard lock(mutex_);
    memberships.swap(memberships_);
  }
  for (auto& membership : memberships) {
    if (const auto hub = membership.hub.lock()) hub->leave(membership.id, *this);
  }
}

// --- who is there ---

Joined Hub::join(std::string id, std::shared_ptr<Member> member, Replay replay) {
  std::lock_guard lock(mutex_);
  forget_gone();
  const auto found = members_.find(id);
  const bool replaced = found != members_.end();
  if (!replaced && members_.size() >= limits_.max_members) return Joined::Full;
  if (replaced) remove(found);

  const bool has_home = member->home() != nullptr;
  {
    std::lock_guard member_lock(member->mutex_);
    member->memberships_.push_back(
        {.id = id, .hub = weak_from_this(), .kept = has_home ? shared_from_this() : nullptr});
  }
  if (has_home) {
    push(*member, {.kind = Branch::Step::Kind::Join, .member = member, .parcel = {}});
    if (replay == Replay::History) {
      for (const Parcel& parcel : history_) {
        push(*member, {.kind = Branch::Step::Kind::One, .member = member, .parcel = parcel});
      }
    }
  } else {
    if (replay == Replay::History) {
      for (const Parcel& parcel : history_) member->deliver({.parcels = std::span(&parcel, 1)});
    }
    homeless_.emplace_back(id, member);
  }
  const auto place = members_.emplace(std::move(id), std::move(member)).first;
  tell(replaced ? Change::Kind::Replaced : Change::Kind::Joined, place->first);
  return replaced ? Joined::Replaced : Joined::New;
}

// Whoever calls holds the room by more than this membership.
void Hub::remove(Members::iterator place) {
  const std::shared_ptr<Member> member = std::move(place->second);
  const std::string& id = place->first;
  {
    std::lock_guard member_lock(member->mutex_);
    std::erase_if(member->memberships_,
                  [&](const auto& membership) { return membership.id == id && membership.hub.lock().get() == this; });
  }
  if (member->home() != nullptr) {
    push(*member, {.kind = Branch::Step::Kind::Leave, .member = member, .parcel = {}});
  } else {
    std::erase_if(homeless_, [&](const auto& one) { return one.first == id; });
  }
  members_.erase(place);
}

bool Hub::leave(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end()) return false;
  remove(found);
  tell(Change::Kind::Left, id);
  return true;
}

void Hub::leave(std::string_view id, const Member& member) noexcept {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end() || found->second.get() != &member) return;
  remove(found);
  tell(Change::Kind::Left, id);
}

// Members without a home cannot leave by themselves.
void Hub::forget_gone() {
  for (std::size_t at = 0; at < homeless_.size();) {
    if (!homeless_[at].second->gone()) {
      ++at;
      continue;
    }
    const std::string id = homeless_[at].first;
    remove(members_.find(id));
    tell(Change::Kind::Left, id);
  }
}

std::size_t Hub::count() {
  std::lock_guard lock(mutex_);
  forget_gone();
  return members_.size();
}

bool Hub::contains(std::string_view id) {
  std::lock_guard lock(mutex_);
  forget_gone();
  return members_.contains(id);
}

std::vector<std::string> Hub::ids() {
  std::lock_guard lock(mutex_);
  forget_gone();
  std::vector<std::string> ids;
  ids.reserve(members_.size());
  for (const auto& [id, member] : members_) ids.push_back(id);
  return ids;
}

void Hub::observe(std::unique_ptr<Observer> observer) {
  std::lock_guard lock(mutex_);
  observers_.push_back(std::move(observer));
}

void Hub::tell(Change::Kind kind, std::string_view id) {
  const Change change{.kind = kind, .id = id, .count = members_.size()};
  std::erase_if(observers_, [&](const auto& observer) { return !observer->notice(change); });
}

// --- what is said ---

void Hub::push(const Member& member, Branch::Step step) {
  const auto home = member.home();
  auto branch = std::ranges::find(branches_, home, [](const auto& each) { return each->home(); });
  if (branch == branches_.end()) branch = branches_.insert(branches_.end(), std::make_shared<Branch>(home));
  (*branch)->push(*branch, std::move(step));
}

void Hub::say(const Parcel& parcel, const std::shared_ptr<Member>& except) {
  keep(parcel);
  const auto kind = except ? Branch::Step::Kind::AllButOne : Branch::Step::Kind::All;
  for (const auto& branch : branches_) branch->push(branch, {.kind = kind, .member = except, .parcel = parcel});
  if (homeless_.empty()) return;
  forget_gone();
  for (const auto& [id, member] : homeless_) {
    if (member != except) member->deliver({.parcels = std::span(&parcel, 1)});
  }
}

void Hub::keep(const Parcel& parcel) {
  if (limits_.history == 0 || parcel.payload.size() > limits_.history_bytes) return;
  history_.push_back(parcel);
  history_bytes_ += parcel.payload.size();
  while (history_.size() > limits_.history || history_bytes_ > limits_.history_bytes) {
    history_bytes_ -= history_.front().payload.size();
    history_.pop_front();
  }
}

void Hub::broadcast(const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  say(parcel, nullptr);
}

void Hub::broadcast_except(std::string_view id, const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  say(parcel, found == members_.end() ? nullptr : found->second);
}

bool Hub::send_to(std::string_view id, const Parcel& parcel) {
  std::lock_guard lock(mutex_);
  const auto found = members_.find(id);
  if (found == members_.end() || found->second->gone()) return false;
  const auto& member = found->second;
  if (member->home() != nullptr) {
    push(*member, {.kind = Branch::Step::Kind::One, .member = member, .parcel = parcel});
  } else {
    member->deliver({.parcels = std::span(&parcel, 1)});
  }
  return true;
}

std::vector<Parcel> Hub::history() const {
  std::lock_guard lock(mutex_);
  return {history_.begin(), history_.end()};
}

}  // namespace folio::room
