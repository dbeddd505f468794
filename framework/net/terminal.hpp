// Single keys from the terminal, without echo and without waiting for Enter. Ctrl-C and Ctrl-Z keep their meaning.
//
// Thread rule: everything on the thread of the loop. Lifetime: the terminal's mode is put back by the destructor, and
// at exit(); after the destructor no callback is called.
#pragma once

#include <functional>

struct uv_loop_s;

namespace folio::net {

class Terminal {
 public:
  explicit Terminal(uv_loop_s* loop);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // True when standard input is a terminal that we may read (in the foreground); then `on_key` gets each byte typed.
  bool start(std::function<void(char)> on_key);

 private:
  struct Input;
  uv_loop_s* loop_;
  Input* input_ = nullptr;
};

// Whether what is written to this file (1 or 2) is seen in colour: a terminal, and neither NO_COLOR nor TERM=dumb.
[[nodiscard]] bool shows_colour(int file);

}  // namespace folio::net
