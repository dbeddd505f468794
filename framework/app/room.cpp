// The members of WsRoom and Rooms, over rooms/hub.
#include <folio/room.hpp>

#include <map>
#include <mutex>
#include <utility>

#include "app/room_totals.hpp"
#include "app/socket.hpp"
#include "base/utf8.hpp"
#include "rooms/hub.hpp"
#include "ws/protocol.hpp"

namespace folio {

namespace detail {

class RoomCore final : public room::Hub {
 public:
  using Hub::Hub;
};

namespace {

// A member that gets the messages themselves, by its channel.
class ChannelMember final : public room::Member {
 public:
  explicit ChannelMember(Sender<std::string> sender) : sender_(std::move(sender)) {}
  [[nodiscard]] std::shared_ptr<room::Home> home() const noexcept override { return nullptr; }
  void deliver(const room::Delivery& delivery) noexcept override {
    for (const auto& parcel : delivery.parcels) sender_.send(std::string(parcel.payload));
  }
  [[nodiscard]] bool gone() const noexcept override { return sender_.closed(); }

 private:
  Sender<std::string> sender_;
};

class ChannelObserver final : public room::Observer {
 public:
  explicit ChannelObserver(Sender<RoomEvent> sender) : sender_(std::move(sender)) {}
  bool notice(const room::Change& change) noexcept override {
    const auto kind = change.kind == room::Change::Kind::Joined ? RoomEvent::Kind::Joined
                      : change.kind == room::Change::Kind::Left ? RoomEvent::Kind::Left
                                                                : RoomEvent::Kind::Replaced;
    switch (sender_.send({.kind = kind, .id = std::string(change.id), .count = change.count, .missed = missed_})) {
      case SendResult::Closed:
        return false;
      case SendResult::Dropped:
        ++missed_;
        return true;
      default:
        missed_ = 0;
        return true;
    }
  }

 private:
  Sender<RoomEvent> sender_;
  std::size_t missed_ = 0;
};

room::Limits limits_of(const RoomOptions& options) {
  return {.max_members = options.max_members, .history = options.history, .history_bytes = options.history_bytes};
}

room::Replay replay_of(Replay replay) {
  return replay == Replay::History ? room::Replay::History : room::Replay::None;
}

JoinResult result_of(room::Joined joined) {
  switch (joined) {
    case room::Joined::New:
      return JoinResult::Joined;
    case room::Joined::Replaced:
      return JoinResult::Replaced;
    case room::Joined::Full:
      break;
  }
  return JoinResult::Full;
}

room::Parcel make_parcel(ws::Opcode opcode, std::string_view payload) {
  std::string mended;  // as SocketCore does with what is sent to one
  if (opcode == ws::Opcode::Text && !base::is_valid_utf8(payload))
    payload = mended = base::replace_invalid_utf8(payload);
  room::Parcel parcel;
  parcel.frame = ws::make_server_frame(opcode, payload);
  parcel.payload = std::string_view(*parcel.frame).substr(parcel.frame->size() - payload.size());
  if (payload.size() >= ws::default_deflate_threshold) parcel.packed = std::make_shared<base::LazyBytes>();
  return parcel;
}

// The named rooms of the process. A room that is not kept is in here as long as somebody holds it.
class NamedRooms {
 public:
  std::shared_ptr<RoomCore> get(std::string_view name, const RoomOptions& options) {
    std::lock_guard lock(mutex_);
    auto found = rooms_.find(name);
    if (found == rooms_.end()) found = rooms_.emplace(std::string(name), Entry{}).first;
    Entry& entry = found->second;
    auto room = entry.room.lock();
    if (!room) {
      room = std::shared_ptr<RoomCore>(new RoomCore(limits_of(options)), [this, key = found->first](RoomCore* gone) {
        delete gone;
        forget(key);
      });
      entry.room = room;
      if (options.keep) entry.kept = room;
    }
    return room;
  }

  std::vector<std::shared_ptr<RoomCore>> all() {
    std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<RoomCore>> all;
    for (const auto& [name, entry] : rooms_) {
      if (auto room = entry.room.lock()) all.push_back(std::move(room));
    }
    return all;
  }

  std::vector<std::string> names() {
    std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, entry] : rooms_) {
      if (!entry.room.expired()) names.push_back(name);
    }
    return names;
  }

 private:
  struct Entry {
    std::weak_ptr<RoomCore> room;
    std::shared_ptr<RoomCore> kept;
  };

  void forget(const std::string& name) {
    std::lock_guard lock(mutex_);
    const auto found = rooms_.find(name);
    if (found != rooms_.end() && found->second.room.expired()) rooms_.erase(found);  // it may have been made anew
  }

  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> rooms_;
};

NamedRooms& named_rooms() {
  static auto* const instance =
      new NamedRooms;  // not destroyed: handlers of every generation ask for it, up to the end
  return *instance;
}

}  // namespace
}  // namespace detail

app::RoomTotals app::room_totals() {
  const auto rooms = detail::named_rooms().all();
  RoomTotals totals{.rooms = rooms.size()};
  for (const auto& room : rooms) totals.members += room->count();
  return totals;
}

WsRoom::WsRoom(const RoomOptions& options) : core_(std::make_shared<detail::RoomCore>(detail::limits_of(options))) {}
WsRoom::WsRoom(std::shared_ptr<detail::RoomCore> core) : core_(std::move(core)) {}
WsRoom::~WsRoom() = default;

JoinResult WsRoom::join(std::string id, WsSender sender, Replay replay) const {
  if (sender.closed()) return JoinResult::Closed;
  const JoinResult result = detail::result_of(core_->join(id, sender.socket(), detail::replay_of(replay)));
  if (!sender.closed()) return result;
  // One that closed meanwhile has left all rooms already, and would stay in this one.
  core_->leave(id, *sender.socket());
  return JoinResult::Closed;
}
JoinResult WsRoom::join(std::string id, Sender<std::string> sender, Replay replay) const {
  if (sender.closed()) return JoinResult::Closed;
  return detail::result_of(core_->join(std::move(id), std::make_shared<detail::ChannelMember>(std::move(sender)),
                                       detail::replay_of(replay)));
}
void WsRoom::leave(std::string_view id) const {
  core_->leave(id);
}

void WsRoom::broadcast(std::string_view text) const {
  core_->broadcast(detail::make_parcel(ws::Opcode::Text, text));
}
void WsRoom::broadcast_except(std::string_view id, std::string_view text) const {
  core_->broadcast_except(id, detail::make_parcel(ws::Opcode::Text, text));
}
void WsRoom::broadcast_bytes(std::string_view bytes) const {
  core_->broadcast(detail::make_parcel(ws::Opcode::Binary, bytes));
}
void WsRoom::broadcast_bytes_except(std::string_view id, std::string_view bytes) const {
  core_->broadcast_except(id, detail::make_parcel(ws::Opcode::Binary, bytes));
}
SendResult WsRoom::send_to(std::string_view id, std::string_view text) const {
  return core_->send_to(id, detail::make_parcel(ws::Opcode::Text, text)) ? SendResult::Queued : SendResult::Closed;
}
SendResult WsRoom::send_bytes_to(std::string_view id, std::string_view bytes) const {
  return core_->send_to(id, detail::make_parcel(ws::Opcode::Binary, bytes)) ? SendResult::Queued : SendResult::Closed;
}

std::size_t WsRoom::count() const {
  return core_->count();
}
bool WsRoom::contains(std::string_view id) const {
  return core_->contains(id);
}
std::vector<std::string> WsRoom::members() const {
  return core_->ids();
}
std::vector<std::string> WsRoom::history() const {
  std::vector<std::string> messages;
  for (const room::Parcel& parcel : core_->history()) messages.emplace_back(parcel.payload);
  return messages;
}

Receiver<RoomEvent> WsRoom::events(std::size_t capacity) const {
  auto [sender, receiver] = channel<RoomEvent>(capacity);
  core_->observe(std::make_unique<detail::ChannelObserver>(std::move(sender)));
  return std::move(receiver);
}

WsRoom Rooms::get(std::string_view name, const RoomOptions& options) const {
  return WsRoom(detail::named_rooms().get(name, options));
}
std::vector<std::string> Rooms::names() const {
  return detail::named_rooms().names();
}

}  // namespace folio
