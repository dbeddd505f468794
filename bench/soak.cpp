// A soak for rooms: thousands of members in many rooms for a long time, every delivery numbered and checked. One
// thread, epoll. bench/soak starts a server for it, watches what that takes, and runs this.
//
//     soak PORT CONNECTIONS ROOMS SECONDS MESSAGES_PER_SECOND CHURN_PER_SECOND
//
// Members send numbered messages to /soak/ROOM, whose handler broadcasts them as they stand. All that is received in a
// room is held against the room's log: the first member to receive a message puts it there, so
//
//   - every member must find the log's messages one behind the other: each of them once, all members in the same order;
//   - the log must hold every sender's messages one behind the other, and at the end all that were sent;
//   - at the end every member must stand at the log's end.
//
// A tenth of the members leave and come back all the time, half of them with a closing handshake and half by a reset
// (one that is owed its own messages waits with that: TCP promises nothing about what was sent before a reset). One
// that comes back sends at once, and must get everything from that message on at the latest, up to its leaving.
//
// Prints a line of `name=value`s when the members are in, one for each tenth of the time, and one at the end, with
// latencies in microseconds from the sending to the reading of each delivery. Exit status 1 if a message was lost,
// came twice or out of order, or if the server closed a connection.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "latencies.hpp"
#include "soak_message.hpp"

namespace {

using namespace bench;

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{10};  // with what is under way at the end

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

// --- what is counted ---

unsigned long long as_printed(std::uint64_t count) {
  return count;
}

struct Totals {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t closed_by_server = 0;
  std::uint64_t left = 0;
  Latencies latencies;

  [[nodiscard]] bool good() const { return lost == 0 && duplicated == 0 && reordered == 0 && closed_by_server == 0; }
};

// --- members and rooms ---

struct Member {
  enum class State : std::uint8_t { Gone, Upgrading, Open, Leaving };
  State state = State::Gone;
  int fd = -1;
  std::string input;

  std::uint32_t last_sent = 0;              // numbers go on when it comes back
  std::uint32_t first_sent = 0;             // of this stay
  std::uint32_t last_in_log = 0;            // of its messages
  std::optional<std::size_t> first_in_log;  // where first_sent stands, once somebody received it

  std::optional<std::size_t> next;   // the place in the log of what it has to receive next; none before the first
  std::vector<std::size_t> missing;  // places that it passed over
};

struct Entry {
  std::uint32_t sender;
  std::uint32_t number;
  friend bool operator==(const Entry&, const Entry&) = default;
};
using Log = std::vector<Entry>;

class Soak {
 public:
  Soak(int port, std::size_t members, std::size_t rooms) : port_(port), members_(members), logs_(rooms) {}

  void join_all();
  void run(double seconds, double messages_per_second, double churn_per_second);
  // Nobody sends any more: waits for what is under way, and counts what never comes.
  void settle();
  void leave_all();
  void report(const char* name) const;
  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  static constexpr std::size_t churning = 10;  // one member in so many comes and goes

  [[nodiscard]] std::size_t room_of(std::size_t member) const { return member % logs_.size(); }
  void join(std::size_t at);
  void send_message(std::size_t at);
  void write(Member& member, std::string_view bytes);
  void leave(std::size_t at);
  void drop(Member& member);
  void poll(int milliseconds);
  void read(std::size_t at);
  void take_frames(std::size_t at);
  void receive(std::size_t at, const Message& message);
  std::size_t find_or_append(Log& log, const Entry& entry);
  [[nodiscard]] bool settled() const;
  [[nodiscard]] std::size_t random(std::size_t below);

  int port_;
  int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Member> members_;
  std::vector<Log> logs_;
  std::vector<char> chunk_ = std::vector<char>(256 * 1024);
  std::size_t upgrading_ = 0;
  bool come_back_ = true;  // whoever has left
  Totals totals_;
  std::uint64_t random_ = 0x9e3779b97f4a7c15;  // the same run every time
};

std::size_t Soak::random(std::size_t below) {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<std::size_t>(random_ % below);
}

// --- coming and going ---

void Soak::join(std::size_t at) {
  Member& member = members_[at];
  member.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (member.fd < 0 || ::connect(member.fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    die("cannot connect: errno " + std::to_string(errno));
  }
  const int on = 1;
  ::setsockopt(member.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = at;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, member.fd, &event);

  member.state = Member::State::Upgrading;
  ++upgrading_;
  member.first_sent = member.last_sent + 1;
  member.first_in_log.reset();
  member.next.reset();
  write(member, "GET /soak/" + std::to_string(room_of(at)) +
                    " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

void Soak::join_all() {
  constexpr std::size_t at_once = 200;
  for (std::size_t at = 0; at < members_.size(); ++at) {
    join(at);
    while (upgrading_ >= at_once) poll(1000);
  }
  while (upgrading_ != 0) poll(1000);
}

void Soak::leave(std::size_t at) {
  Member& member = members_[at];
  if (member.state != Member::State::Open) return;
  const bool by_reset = random(2) == 0;
  if (by_reset && member.last_in_log != member.last_sent) return;
  ++totals_.left;
  if (!by_reset) {
    write(member, make_frame(opcode_close, "\x03\xe8"));
    member.state = Member::State::Leaving;
    return;
  }
  const linger hard{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(member.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  drop(member);
  join(at);
}

void Soak::drop(Member& member) {
  // What it passed over while it was there, and never got.
  totals_.lost += std::exchange(member.missing, {}).size();
  ::close(member.fd);
  member.input.clear();
  member.state = Member::State::Gone;
}

void Soak::leave_all() {
  come_back_ = false;
  for (auto& member : members_) {
    if (member.state != Member::State::Open) continue;
    write(member, make_frame(opcode_close, "\x03\xe8"));
    member.state = Member::State::Leaving;
  }
  const auto deadline = Clock::now() + patience;
  while (std::ranges::any_of(members_, [](const Member& member) { return member.state != Member::State::Gone; })) {
    if (Clock::now() > deadline) die("the server does not answer Close frames");
    poll(100);
  }
}

// --- bytes ---

void Soak::write(Member& member, std::string_view bytes) {
  // A message every other second finds room in the kernel's buffer, unless the server does not read.
  const ssize_t sent = ::send(member.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;  // seen when it is read
  if (sent != static_cast<ssize_t>(bytes.size())) die("the server does not read what a member sends");
}

void Soak::send_message(std::size_t at) {
  Member& member = members_[at];
  std::string text;
  append_hex(text, at, sender_digits);
  append_hex(text, ++member.last_sent, number_digits);
  append_hex(text, now_ns(), time_digits);
  write(member, make_frame(opcode_text, text));
  ++totals_.sent;
}

void Soak::poll(int milliseconds) {
  std::array<epoll_event, 1024> events;
  const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
  for (int i = 0; i < ready; ++i) read(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
}

void Soak::read(std::size_t at) {
  Member& member = members_[at];
  const ssize_t got = ::recv(member.fd, chunk_.data(), chunk_.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    // Before its Close frame was answered: that is no end.
    ++totals_.closed_by_server;
    if (member.state == Member::State::Upgrading) die("the server closed a connection instead of upgrading it");
    drop(member);
    if (come_back_) join(at);
    return;
  }
  member.input.append(chunk_.data(), static_cast<std::size_t>(got));
  if (member.state == Member::State::Upgrading) {
    const auto end = member.input.find("\r\n\r\n");
    if (end == std::string::npos) return;
    if (!member.input.starts_with("HTTP/1.1 101 ")) die("the server did not upgrade: " + member.input);
    member.input.erase(0, end + 4);
    member.state = Member::State::Open;
    --upgrading_;
    send_message(at);
  }
  take_frames(at);
}

void Soak::take_frames(std::size_t at) {
  Member& member = members_[at];
  std::string_view rest = member.input;
  while (rest.size() >= 2) {
    // A server's frames are not masked, and none here has more than 125 bytes.
    const auto first = static_cast<unsigned char>(rest[0]);
    const auto size = static_cast<unsigned char>(rest[1]);
    if ((first & 0xf0) != 0x80 || size > 125) die("a frame that was not expected");
    if (rest.size() < 2U + size) break;
    const std::string_view payload = rest.substr(2, size);
    rest.remove_prefix(2U + size);
    switch (first & 0x0f) {
      case opcode_text:
        receive(at, read_message(payload));
        break;
      case opcode_ping:
        write(member, make_frame(opcode_pong, payload));
        break;
      case opcode_close: {
        const bool asked_for = member.state == Member::State::Leaving;
        if (!asked_for) ++totals_.closed_by_server;
        drop(member);
        if (come_back_) join(at);
        return;
      }
      default:
        die("a frame that was not expected");
    }
  }
  member.input.erase(0, member.input.size() - rest.size());
}

// --- what a member received, against the log of its room ---

void Soak::receive(std::size_t at, const Message& message) {
  const std::uint64_t now = now_ns();
  totals_.latencies.add(now > message.sent_at ? now - message.sent_at : 0);
  ++totals_.delivered;
  if (message.sender >= members_.size() || room_of(message.sender) != room_of(at)) die("a message of another room");

  const Entry entry{.sender = message.sender, .number = message.number};
  Log& log = logs_[room_of(at)];
  Member& member = members_[at];
  if (!member.next) {
    const std::size_t place = find_or_append(log, entry);
    // It had joined when it sent its first message.
    if (member.first_in_log && *member.first_in_log < place) totals_.lost += place - *member.first_in_log;
    member.next = place + 1;
    return;
  }
  if (*member.next < log.size() && log[*member.next] == entry) {
    ++*member.next;
    return;
  }
  const std::size_t place = find_or_append(log, entry);
  if (place < *member.next) {
    const bool was_missing = std::erase(member.missing, place) != 0;
    ++(was_missing ? totals_.reordered : totals_.duplicated);
    return;
  }
  for (std::size_t passed = *member.next; passed < place; ++passed) member.missing.push_back(passed);
  member.next = place + 1;
}

// The place of a message in the log; at its end if nobody has received it before.
std::size_t Soak::find_or_append(Log& log, const Entry& entry) {
  Member& sender = members_[entry.sender];
  if (entry.number <= sender.last_in_log) {
    const auto found = std::find(log.rbegin(), log.rend(), entry);
    if (found != log.rend()) return static_cast<std::size_t>(log.rend() - found) - 1;
    // A sender's earlier message after a later one, whose place has been counted as lost.
    --totals_.lost;
    ++totals_.reordered;
  } else {
    totals_.lost += entry.number - sender.last_in_log - 1;
    sender.last_in_log = entry.number;
  }
  if (entry.number == sender.first_sent) sender.first_in_log = log.size();
  log.push_back(entry);
  return log.size() - 1;
}

// --- the whole ---

void Soak::run(double seconds, double messages_per_second, double churn_per_second) {
  const auto start = Clock::now();
  double sent = 0;
  double left = 0;
  int tenths = 0;
  totals_.latencies = {};  // of the crowd at the door
  for (;;) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    if (elapsed * 10 >= seconds * (tenths + 1)) {
      ++tenths;
      report("running");
    }
    if (elapsed >= seconds) break;
    for (; sent < elapsed * messages_per_second; ++sent) {
      const std::size_t at = random(members_.size());
      if (members_[at].state == Member::State::Open) send_message(at);
    }
    for (; left < elapsed * churn_per_second; ++left) leave(random(members_.size() / churning) * churning);
    poll(1);
  }
}

bool Soak::settled() const {
  for (std::size_t at = 0; at < members_.size(); ++at) {
    const Member& member = members_[at];
    if (member.state != Member::State::Open || member.last_in_log != member.last_sent ||
        member.next != logs_[room_of(at)].size()) {
      return false;
    }
  }
  return true;
}

void Soak::settle() {
  const auto deadline = Clock::now() + patience;
  while (!settled() && Clock::now() < deadline) poll(100);
  for (std::size_t at = 0; at < members_.size(); ++at) {
    const Member& member = members_[at];
    const std::size_t end = logs_[room_of(at)].size();
    totals_.lost += member.last_sent - member.last_in_log;
    totals_.lost += end - member.next.value_or(member.first_in_log.value_or(end));
  }
}

void Soak::report(const char* name) const {
  std::printf(
      "%s members=%zu rooms=%zu sent=%llu deliveries=%llu lost=%llu duplicated=%llu reordered=%llu "
      "closed_by_server=%llu "
      "left=%llu p50_us=%.0f p99_us=%.0f p99.9_us=%.0f\n",
      name, members_.size(), logs_.size(), as_printed(totals_.sent), as_printed(totals_.delivered),
      as_printed(totals_.lost), as_printed(totals_.duplicated), as_printed(totals_.reordered),
      as_printed(totals_.closed_by_server), as_printed(totals_.left), totals_.latencies.microseconds_at(0.5),
      totals_.latencies.microseconds_at(0.99), totals_.latencies.microseconds_at(0.999));
  static_cast<void>(std::fflush(stdout));
}

// A descriptor for each member: as many as the system lets us have.
void raise_descriptor_limit(std::size_t members) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < members + 16) die("too few file descriptors: raise the limit (ulimit -n) or take fewer members");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) die("usage: soak PORT CONNECTIONS ROOMS SECONDS MESSAGES_PER_SECOND CHURN_PER_SECOND");
  const auto members = static_cast<std::size_t>(std::atoi(argv[2]));
  const auto rooms = static_cast<std::size_t>(std::atoi(argv[3]));
  if (rooms == 0 || members < std::max<std::size_t>(rooms, 10)) die("at least one room, and ten members");
  raise_descriptor_limit(members);

  Soak soak(std::atoi(argv[1]), members, rooms);
  soak.join_all();
  soak.report("joined");
  soak.run(std::atof(argv[4]), std::atof(argv[5]), std::atof(argv[6]));
  soak.settle();
  soak.leave_all();
  soak.report("done");
  return soak.totals().good() ? 0 : 1;
}
