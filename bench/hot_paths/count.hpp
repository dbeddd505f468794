// Counts the instructions of hot paths. Under `valgrind --tool=callgrind --collect-atstart=no` each path becomes one
// part of the profile, named after it, whose total is what it took; without valgrind the paths run, and check what they
// give, uncounted.
#pragma once

#include <valgrind/callgrind.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace bench {

// While one lives, instructions are counted.
class Counted {
 public:
  Counted() { CALLGRIND_TOGGLE_COLLECT; }
  ~Counted() { CALLGRIND_TOGGLE_COLLECT; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

// Makes the compiler believe that a value is used, and may have changed.
template <class T>
void keep(T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

// A path that gives what it should not: its count would be worth nothing.
[[noreturn]] inline void fail(const std::string& path, const std::string& what) {
  std::fprintf(stderr, "error: hot path '%s' %s\n", path.c_str(), what.c_str());
  std::exit(1);
}
inline void expect(bool condition, const char* path, const char* what) {
  if (!condition) fail(path, what);
}

// Runs `path` for warmth, drops what that counted, and runs it once more. `path(n)` does the operation n times, and has
// Counted where it counts. `each`: the operations that one of them stands for, such as deliveries of a message.
template <class Path>
void hot_path(const std::string& name, std::size_t times, Path&& path, std::size_t each = 1) {
  path(times / 4 + 1);
  CALLGRIND_ZERO_STATS;
  path(times);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
  std::printf("%s\t%zu\n", name.c_str(), times * each);
  std::fflush(stdout);
}

// The same, all of it counted.
template <class Operation>
void hot_operation(const std::string& name, std::size_t times, Operation&& operation) {
  hot_path(name, times, [&](std::size_t count) {
    const Counted counted;
    for (std::size_t i = 0; i < count; ++i) operation();
  });
}

// The paths, by the file that has them.
void count_http();
void count_routing();
void count_websocket();
void count_tasks();
void count_server();

}  // namespace bench
