#include "rooms/branch.hpp"

#include <span>
#include <utility>

namespace folio::room {

void Branch::push(const std::shared_ptr<Branch>& self, Step step) {
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    line_.push_back(std::move(step));
    first = !std::exchange(scheduled_, true);
  }
  if (first) home_->schedule(self);
}

void Branch::drain() noexcept {
  {
    std::lock_guard lock(mutex_);
    taken_.swap(line_);
    scheduled_ = false;
  }
  for (Step& step : taken_) take(step);
  taken_.clear();
  if (said_.empty()) return;
  for (Entry& entry : entries_) {
    catch_up(entry, More::No, &joined_);
    entry.given = 0;
  }
  said_.clear();
  joined_.clear();
}

// What is for all is only noted; a member catches up with it when something is for that member alone, and at the end.
void Branch::take(Step& step) noexcept {
  switch (step.kind) {
    case Step::Kind::Join:
      join(std::move(step.member));
      break;
    case Step::Kind::Leave:
      leave(*step.member);
      break;
    case Step::Kind::All:
      said_.push_back(std::move(step.parcel));
      break;
    case Step::Kind::One:
      if (Entry* entry = find(step.member.get())) {
        catch_up(*entry, More::Yes);
        step.member->deliver({.parcels = std::span(&step.parcel, 1), .more = More::Yes});
      }
      break;
    case Step::Kind::AllButOne: {
      Entry* entry = find(step.member.get());
      if (entry != nullptr) catch_up(*entry, More::Yes);
      said_.push_back(std::move(step.parcel));
      if (entry != nullptr) ++entry->given;
      break;
    }
  }
}

void Branch::catch_up(Entry& entry, More more, JoinedFrames* joined) noexcept {
  const auto rest = std::span<const Parcel>(said_).subspan(entry.given);
  if (rest.empty()) return;
  const bool all = entry.given == 0;
  entry.given = static_cast<std::uint32_t>(said_.size());
  entry.member->deliver({.parcels = rest, .more = more, .joined = all ? joined : nullptr});
}

Branch::Entry* Branch::find(const Member* member) noexcept {
  const auto place = places_.find(member);
  return place == places_.end() ? nullptr : &entries_[place->second];
}

void Branch::join(std::shared_ptr<Member> member) {
  if (Entry* entry = find(member.get())) {
    ++entry->ids;
    return;
  }
  places_.emplace(member.get(), static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back({.member = std::move(member), .ids = 1, .given = static_cast<std::uint32_t>(said_.size())});
}

void Branch::leave(const Member& member) noexcept {
  const auto place = places_.find(&member);
  if (place == places_.end()) return;
  Entry& entry = entries_[place->second];
  if (--entry.ids != 0) return;
  catch_up(entry, More::No);
  const std::uint32_t hole = place->second;
  places_.erase(place);
  if (hole + 1 != entries_.size()) {
    entries_[hole] = std::move(entries_.back());
    places_[entries_[hole].member.get()] = hole;
  }
  entries_.pop_back();
}

}  // namespace folio::room
