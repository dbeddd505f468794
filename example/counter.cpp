// State<T>: one object for the whole server. GET /counter reads it, POST /counter adds one.
//
// Save this file while `folio dev` runs: the handlers are new, and the count goes on. A `static` would begin anew.
#include <folio/folio.hpp>

#include <atomic>
#include <cstdint>

using namespace folio;

// Requests are served by several threads at once, so what changes is atomic (or has a mutex).
struct Counter {
  std::atomic<std::uint64_t> value = 0;
};

struct Count {
  std::uint64_t count;
};

Json<Count> GET(State<Counter> counter) {
  return Count{counter->value.load()};
}
Json<Count> POST(State<Counter> counter) {
  return Count{++counter->value};
}
