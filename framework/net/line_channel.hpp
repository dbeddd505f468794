// A two-way stream of lines over a connected socket: how the dev server's processes talk to each other.
//
// Thread rule: everything on the thread of the loop. Lifetime: owns the socket; after close() or the destructor no
// callback is called. What was sent by then and the kernel has not taken yet is dropped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

struct uv_loop_s;

namespace folio::net {

// The longest line taken, in bytes: a page with a hundred compiler errors fits many times over.
inline constexpr std::size_t kMaxChannelLine = 16 * 1024 * 1024;

class LineChannel {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> on_line;  // without its line feed; valid during the call
    std::function<void()> on_end;                   // the peer closed, or the line was too long; once
  };

  LineChannel() = default;
  ~LineChannel();
  LineChannel(const LineChannel&) = delete;
  LineChannel& operator=(const LineChannel&) = delete;

  // Takes over `file`, a connected stream socket. Empty, or why it cannot be used.
  [[nodiscard]] std::string open(uv_loop_s* loop, int file, Callbacks callbacks);
  // Queues one line; `line` holds no line feed. Nothing when the channel is not open.
  void send(std::string_view line);
  void close();
  [[nodiscard]] bool is_open() const { return stream_ != nullptr; }

 private:
  struct Stream;
  Stream* stream_ = nullptr;  // frees itself once its handle is closed
};

// Two connected sockets that are not inherited by children unless handed to them; false when the system has none.
[[nodiscard]] bool make_channel(int& ours, int& theirs);

}  // namespace folio::net
