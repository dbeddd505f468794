// Listening sockets from one process to the next, over a Unix-domain socket: the very same sockets, with all connections
// that wait in them, so that none is refused while one server follows another. See decisions/ and docs/deployment.md.
//
//     successor                          predecessor
//        connect  ───────────────────────►
//        ◄──────────  "sockets", with descriptors; perhaps several times
//        ◄──────────  "note" and bytes; "end" and how many sockets there were
//     (starts, and accepts connections)
//        "ready"  ───────────────────────►  stops accepting, and drains
//
// Each message is one packet (SOCK_SEQPACKET). A successor that goes before it is ready changes nothing. Both sides talk
// only to processes of the same user, or of root's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "net/socket_file.hpp"

namespace folio::net {

struct Legacy {
  std::vector<int> sockets;
  std::string note;  // what else the successor needs; at most max_note bytes
};
inline constexpr std::size_t max_note = 4096;

// The predecessor's half: a door at which one successor at a time is served; others are told to come again.
class HandoverDoor {
 public:
  // `legacy` gives what is handed over, whose sockets stay the caller's. `taken` is called once, when a successor is
  // ready; the door is closed then.
  // REQUIRES: everything on the loop's thread, or before it runs. Takes over `fd`, of open_handover_door(path).
  HandoverDoor(Loop& loop, int fd, const std::string& path, std::function<Legacy()> legacy,
               std::function<void()> taken);
  ~HandoverDoor();
  HandoverDoor(const HandoverDoor&) = delete;
  HandoverDoor& operator=(const HandoverDoor&) = delete;

 private:
  struct Poll;
  void on_knock();
  void on_answer();
  bool hand_over(int fd);

  Loop& loop_;
  SocketFile file_;
  std::function<Legacy()> legacy_;
  std::function<void()> taken_;
  Poll* door_ = nullptr;
  Poll* guest_ = nullptr;
};

// Listens at `path`, in the place of whoever did so before: asking comes first. -1: `message` says why.
[[nodiscard]] int open_handover_door(const std::string& path, std::string& message);

// The successor's half. Blocks, for some seconds at most.
struct Inheritance {
  bool found = false;   // somebody was there, and handed over
  Legacy legacy;        // the caller's, close-on-exec
  int channel = -1;     // for say_ready
  std::string message;  // why nothing was handed over although somebody is there
};
[[nodiscard]] Inheritance ask_for_sockets(const std::string& path);
// Tells the predecessor to go. Closes the channel.
void say_ready(int channel) noexcept;

}  // namespace folio::net
