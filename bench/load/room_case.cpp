// Rooms: one member of each sends, all of them must hear every message, once and in order.
#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "cases.hpp"
#include "fail.hpp"
#include "loop.hpp"
#include "websocket.hpp"

namespace load {
namespace {

constexpr std::size_t number_size = 16;  // hexadecimal digits at the beginning of each message
constexpr std::size_t smallest_message = number_size + 8;

void write_hex(char* to, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

class Member;

class Room {
 public:
  Room(Loop& loop, std::size_t index, const Options& options) : loop_(loop), slots_(options.in_flight) {
    std::string payload(options.size, '.');
    write_hex(payload.data() + number_size, index, 8);
    for (auto& slot : slots_) slot.frame = make_frame(text_frame(), payload, false);
    head_size_ = slots_[0].frame.size() - payload.size();
  }

  struct Slot {
    std::string frame;  // as each member must get it
    std::size_t missing = 0;
    Clock::time_point sent_at;
  };
  [[nodiscard]] Slot& slot(std::uint64_t number) { return slots_[number % slots_.size()]; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::size_t frame_size() const { return slots_[0].frame.size(); }
  [[nodiscard]] const std::vector<Member*>& members() const { return members_; }
  void add(Member& member) { members_.push_back(&member); }

  // The next message, into the output of the first member.
  void broadcast() {
    Slot& next = slot(sent_);
    write_hex(next.frame.data() + head_size_, sent_++, number_size);
    next.missing = members_.size();
    next.sent_at = Clock::now();
    output_ += make_frame(text_frame(), std::string_view(next.frame).substr(head_size_), true);
  }
  void flush();
  void on_writable();

  // Whether everybody has heard message `number`, which is all that counts while members may still be joining.
  [[nodiscard]] bool all_heard(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t number_in(std::string_view frame) const {
    std::uint64_t number = 0;
    std::from_chars(frame.data() + head_size_, frame.data() + head_size_ + number_size, number, 16);
    return number;
  }

 private:
  Loop& loop_;
  std::vector<Slot> slots_;  // of the messages on their way, by their number
  std::size_t head_size_ = 0;
  std::uint64_t sent_ = 0;
  std::vector<Member*> members_;
  std::string output_;
  bool waits_to_write_ = false;
};

class Member final : public Handler {
 public:
  Member(Loop& loop, Window& window, Room& room, Transport transport)
      : loop_(loop), window_(window), room_(room), transport_(std::move(transport)) {
    transport_.set_blocking(false);
    loop_.add(transport_.fd(), *this);
  }

  void on_readable() override {
    do {
      const long got = transport_.read(loop_.buffer(), Loop::buffer_size);
      if (got == Transport::blocked) break;
      if (got == 0) fail("the server closed the connection of a member");
      std::string_view input(loop_.buffer(), static_cast<std::size_t>(got));
      if (!partial_.empty()) {
        partial_ += input;
        input = partial_;
      }
      const auto rest = joined_ ? take(input) : probe(input);
      if (!rest.empty() || !partial_.empty()) partial_ = std::string(rest);
    } while (transport_.has_pending());
    room_.flush();
  }
  void on_writable() override { room_.on_writable(); }

  // From here on every message counts.
  void joined() { joined_ = true; }
  [[nodiscard]] std::uint64_t next() const { return next_; }
  Transport& transport() { return transport_; }

 private:
  std::string_view take(std::string_view input) {
    const std::size_t size = room_.frame_size();
    const auto now = Clock::now();
    std::size_t done = 0;
    for (; input.size() >= size; input.remove_prefix(size), ++next_, ++done) {
      if (next_ == room_.sent()) fail("a message came that was not sent: " + shown(input));
      auto& slot = room_.slot(next_);
      if (std::memcmp(input.data(), slot.frame.data(), size) != 0) {
        fail("a member waits for '" + shown(slot.frame) + "' and gets '" + shown(input.substr(0, size)) + "'");
      }
      window_.latency(slot.sent_at, now);
      if (--slot.missing == 0) room_.broadcast();
    }
    window_.operations(done);
    return input;
  }

  std::string_view probe(std::string_view input) {
    const std::size_t size = room_.frame_size();
    for (; input.size() >= size; input.remove_prefix(size)) next_ = room_.number_in(input) + 1;
    return input;
  }

  Loop& loop_;
  Window& window_;
  Room& room_;
  Transport transport_;
  std::string partial_;
  std::uint64_t next_ = 0;
  bool joined_ = false;
};

void Room::flush() {
  if (output_.empty() || waits_to_write_) return;
  Transport& transport = members_.front()->transport();
  const long put = transport.write(output_.data(), output_.size());
  if (put != Transport::blocked) output_.erase(0, static_cast<std::size_t>(put));
  if (output_.empty()) return;
  waits_to_write_ = true;
  loop_.want_write(transport.fd(), *members_.front(), true);
}

void Room::on_writable() {
  waits_to_write_ = false;
  flush();
  if (!waits_to_write_) loop_.want_write(members_.front()->transport().fd(), *members_.front(), false);
}

bool Room::all_heard(std::uint64_t number) const {
  return std::all_of(members_.begin(), members_.end(),
                     [&](const Member* member) { return member->next() == number + 1; });
}

// A member is in its room some time after the 101: messages are sent until one has reached everybody.
void wait_until_joined(Loop& loop, std::vector<std::unique_ptr<Room>>& rooms) {
  for (int attempt = 0; attempt < 30; ++attempt) {
    for (auto& room : rooms) {
      room->broadcast();
      room->flush();
    }
    const auto end = Clock::now() + std::chrono::seconds(1);
    do {
      loop.turn(20);
      if (std::all_of(rooms.begin(), rooms.end(), [](auto& room) { return room->all_heard(room->sent() - 1); })) return;
    } while (Clock::now() < end);
  }
  fail("not all members of a room hear what is sent to it");
}

}  // namespace

void run_room(const Context& context) {
  const Options& options = context.options;
  const std::size_t room_count = options.rooms == 0 ? 1 : options.rooms;
  if (options.size < smallest_message) fail("--size must be at least " + std::to_string(smallest_message));
  if (options.connections < room_count) fail("--connections must be at least --rooms");
  const std::string prefix = options.path.empty() ? "/ws/room/load" : options.path;
  Loop loop;
  Window window(options);
  std::vector<std::unique_ptr<Room>> rooms;
  for (std::size_t i = 0; i < room_count; ++i) rooms.push_back(std::make_unique<Room>(loop, i, options));
  std::vector<std::unique_ptr<Member>> members;
  const auto path_of = [&](std::size_t i) { return prefix + std::to_string(i % room_count); };
  for (auto& socket : open_sockets(options, context.tls, options.connections, path_of)) {
    Room& room = *rooms[members.size() % room_count];
    members.push_back(std::make_unique<Member>(loop, window, room, std::move(socket)));
    room.add(*members.back());
  }
  wait_until_joined(loop, rooms);
  for (auto& member : members) member->joined();
  window.start();
  for (auto& room : rooms) {
    for (std::size_t i = 0; i < options.in_flight; ++i) room->broadcast();
    room->flush();
  }
  loop.run(window);
  window.print();
}

}  // namespace load
