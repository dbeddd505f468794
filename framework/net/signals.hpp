// Signals of the process as callbacks on an event loop.
// Thread rule: everything on the thread of the loop. Lifetime: after the destructor no callback is called.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

struct uv_loop_s;

namespace folio::net {

class Signals {
 public:
  Signals(uv_loop_s* loop, std::initializer_list<int> signals, std::function<void(int signal)> listener);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct Handle;
  std::vector<Handle*> handles_;
  std::function<void(int)> listener_;
};

}  // namespace folio::net
