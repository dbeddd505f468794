// The members of WsRoom and Rooms, over rooms/hub.
#include <folio/room.hpp>

#include <map>
#include <mutex>

#include "app/socket.hpp"
#include "base/utf8.hpp"
#include "rooms/hub.hpp"
#include "ws/protocol.hpp"

namespace folio {

namespace detail {

class RoomCore {
 public:
  std::shared_ptr<room::Hub> hub = std::make_shared<room::Hub>();
};

namespace {

// A member that gets the messages themselves, by its channel.
class ChannelMember final : public room::Member {
 public:
  explicit ChannelMember(Sender<std::string> sender) : sender_(std::move(sender)) {}
  [[nodiscard]] std::shared_ptr<room::Home> home() const noexcept override { return nullptr; }
  bool deliver(std::span<const room::Parcel> parcels) noexcept override {
    bool open = true;
    for (const auto& parcel : parcels) open = sender_.send(std::string(parcel.payload)) != SendResult::Closed;
    return open;
  }

 private:
  Sender<std::string> sender_;
};

room::Parcel make_parcel(ws::Opcode opcode, std::string_view payload) {
  std::string mended;  // as SocketCore does with what is sent to one
  if (opcode == ws::Opcode::Text && !base::is_valid_utf8(payload)) payload = mended = base::replace_invalid_utf8(payload);
  room::Parcel parcel;
  parcel.frame = ws::make_server_frame(opcode, payload);
  parcel.payload = std::string_view(*parcel.frame).substr(parcel.frame->size() - payload.size());
  return parcel;
}

struct NamedRooms {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<RoomCore>, std::less<>> rooms;
};

NamedRooms& named_rooms() {
  static auto* const instance =
      new NamedRooms;  // not destroyed: handlers of every generation ask for it, up to the end
  return *instance;
}

}  // namespace
}  // namespace detail

WsRoom::WsRoom() : core_(std::make_shared<detail::RoomCore>()) {}
WsRoom::WsRoom(std::shared_ptr<detail::RoomCore> core) : core_(std::move(core)) {}
WsRoom::~WsRoom() = default;

void WsRoom::join(std::string id, WsSender sender) const {
  if (!sender.socket()) return;
  core_->hub->join(std::move(id), sender.socket());
  // One that closed meanwhile has left all rooms already, and would stay in this one.
  if (sender.closed()) sender.socket()->leave_all();
}
void WsRoom::join(std::string id, Sender<std::string> sender) const {
  core_->hub->join(std::move(id), std::make_shared<detail::ChannelMember>(std::move(sender)));
}
void WsRoom::leave(std::string_view id) const {
  core_->hub->leave(id);
}
void WsRoom::broadcast(std::string_view text) const {
  core_->hub->broadcast(detail::make_parcel(ws::Opcode::Text, text));
}
void WsRoom::broadcast_except(std::string_view id, std::string_view text) const {
  core_->hub->broadcast_except(id, detail::make_parcel(ws::Opcode::Text, text));
}
void WsRoom::broadcast_binary(std::string_view bytes) const {
  core_->hub->broadcast(detail::make_parcel(ws::Opcode::Binary, bytes));
}
SendResult WsRoom::send_to(std::string_view id, std::string_view text) const {
  return core_->hub->send_to(id, detail::make_parcel(ws::Opcode::Text, text)) ? SendResult::Queued : SendResult::Closed;
}
std::size_t WsRoom::count() const {
  return core_->hub->count();
}
bool WsRoom::contains(std::string_view id) const {
  return core_->hub->contains(id);
}
std::vector<std::string> WsRoom::members() const {
  return core_->hub->ids();
}

WsRoom Rooms::get(std::string_view name) const {
  auto& [mutex, rooms] = detail::named_rooms();
  std::lock_guard lock(mutex);
  auto found = rooms.find(name);
  if (found == rooms.end()) found = rooms.emplace(std::string(name), std::make_shared<detail::RoomCore>()).first;
  return WsRoom(found->second);
}

std::vector<std::string> Rooms::names() const {
  auto& [mutex, rooms] = detail::named_rooms();
  std::lock_guard lock(mutex);
  std::vector<std::string> names;
  for (const auto& [name, room] : rooms) names.push_back(name);
  return names;
}

}  // namespace folio
