// GET /health  →  {"status":"ok","uptime_seconds":42}: for load balancers and for people.
#include <folio/folio.hpp>

#include <chrono>
#include <cstdint>
#include <string>

using namespace folio;

struct Health {
  std::string status;
  std::int64_t uptime_seconds;
};

struct Start {
  std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now();
};

// Made when this file is loaded, once a process: it outlives an edit of this file in the dev server.
static const Start& started = persistent<Start>("start");

Json<Health> GET() {
  const auto uptime = std::chrono::steady_clock::now() - started.at;
  return Health{"ok", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()};
}
