// What the system says of this process. Read from /proc when asked; what is not to be had is 0.
#pragma once

#include <cstdint>

namespace folio::app {

struct ProcessFacts {
  double cpu_seconds = 0;    // user and system
  double start_time = 0;     // seconds since 1970
  std::uint64_t resident = 0;  // bytes
  std::uint64_t virtual_size = 0;
  std::uint64_t open_files = 0;
  std::uint64_t max_files = 0;
  std::uint64_t threads = 0;
};
[[nodiscard]] ProcessFacts process_facts();

}  // namespace folio::app
