// Bytes that are made when the first one asks for them, and shared from then on, between threads.
#pragma once

#include <mutex>

#include "base/shared_bytes.hpp"

namespace folio::base {

class LazyBytes {
 public:
  // What `make()` gives, which is called once, by whoever comes first; the others wait for it. May be null.
  template <class Make>
  [[nodiscard]] const SharedBytes& get(Make&& make) {
    std::call_once(once_, [&] { bytes_ = make(); });
    return bytes_;
  }

 private:
  std::once_flag once_;
  SharedBytes bytes_;
};

}  // namespace folio::base
