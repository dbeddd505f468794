// What a worker counts. Each loop has its own numbers and is the only one to write them, by plain relaxed stores: no
// lock, no shared cache line, no read-modify-write on the way of a request. Whoever asks for metrics sums them up, from
// any thread, and sees each number at most a moment old.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/application.hpp"
#include "base/tally.hpp"
#include "net/loop.hpp"

namespace folio::app {

using base::SharedTally;
using base::Tally;

// How often each of some ranges was hit; the bounds are the upper ends, in nanoseconds, and the last range has none.
template <std::size_t Bounds>
class Histogram {
 public:
  explicit constexpr Histogram(const std::array<std::int64_t, Bounds>& bounds) : bounds_(&bounds) {}
  void add(std::int64_t nanoseconds) noexcept {
    std::size_t range = 0;
    while (range < Bounds && nanoseconds > (*bounds_)[range]) ++range;
    hits_[range].add(1);
    sum_.add(static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds));
  }
  [[nodiscard]] std::uint64_t hits(std::size_t range) const noexcept { return hits_[range].value(); }
  [[nodiscard]] std::uint64_t sum() const noexcept { return sum_.value(); }

 private:
  const std::array<std::int64_t, Bounds>* bounds_;
  std::array<Tally, Bounds + 1> hits_;
  Tally sum_;
};

inline constexpr std::int64_t millisecond = 1'000'000;
// From a handler that only computes to one that waits for a slow service. Fixed, so that all routes and servers can be
// added up.
inline constexpr std::array<std::int64_t, 13> latency_bounds{
    millisecond / 10, millisecond / 4,   millisecond / 2,   millisecond,        5 * millisecond / 2,
    5 * millisecond,  10 * millisecond,  25 * millisecond,  100 * millisecond,  250 * millisecond,
    1000 * millisecond, 2500 * millisecond, 10'000 * millisecond};
inline constexpr std::array<std::int64_t, 8> lag_bounds{millisecond,       5 * millisecond,   10 * millisecond,
                                                        25 * millisecond,  50 * millisecond,  100 * millisecond,
                                                        500 * millisecond, 2000 * millisecond};

inline constexpr std::size_t counted_methods = static_cast<std::size_t>(Method::Other) + 1;
inline constexpr std::size_t status_classes = 5;  // 1xx … 5xx

// Of one route file, or of a stand-in for none. Its methods are those of route files and `other`, so that no client can
// make a number of its own.
struct RouteCounters {
  explicit RouteCounters(std::string name) : route(std::move(name)) {}
  std::string route;
  std::array<std::array<Tally, status_classes>, counted_methods> requests;
  Histogram<latency_bounds.size()> latency{latency_bounds};
};

// How WebSockets end: 1000 … 1015 each by itself, then those of libraries, of applications, and any other.
inline constexpr std::size_t close_kinds = 19;

struct SocketCounters {
  Tally opened;
  Tally ended;
  Tally deflated;  // of those opened: with permessage-deflate
  Tally messages_in;
  Tally messages_out;
  Tally bytes_in;  // of messages, before they are compressed
  Tally bytes_out;
  std::array<Tally, close_kinds> closes;
  // Messages that found a queue full, by SlowPeer: the connection was closed for it, the message was dropped, or one that
  // waited was dropped in its favour. From any thread.
  std::array<SharedTally, 3> slow;

  void sent(std::size_t bytes, std::size_t messages = 1) noexcept {
    messages_out.add(messages);
    bytes_out.add(bytes);
  }
  void received(std::size_t bytes, bool final) noexcept {
    messages_in.add(final ? 1 : 0);
    bytes_in.add(bytes);
  }
  void closed(std::uint16_t code) noexcept;
};

class Metrics {
 public:
  explicit Metrics(net::Loop& loop);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // --- the loop's thread ---

  // Follows the application that requests are answered with: what is counted of a route goes on under its name.
  void publish(const Application& application);
  // REQUIRES: `file` is one of the application's that was published last.
  [[nodiscard]] RouteCounters& route(std::uint32_t file) noexcept { return *by_file_[file]; }
  // By its name, which takes a search.
  [[nodiscard]] RouteCounters& route(std::string_view name);
  [[nodiscard]] RouteCounters& no_route() noexcept { return *no_route_; }
  [[nodiscard]] RouteCounters& static_files() noexcept { return *static_files_; }
  // Adds to what is known at the end of the sweep.
  void sweep_queued(std::size_t bytes) noexcept { sweeping_queued_ += bytes; }
  void end_sweep() noexcept { queued_bytes.set(std::exchange(sweeping_queued_, 0)); }

  // Connections.
  Tally accepted;
  Tally refused;   // closed at once, past max_connections
  Tally finished;  // accepted, and gone
  // Requests: begun, and done with; the difference is in flight.
  Tally requests_begun;
  Tally requests_ended;
  Tally requests_abandoned;  // of those that ended: the client had gone
  Tally requests_refused;    // what came was no request, and got an error
  // Bodies of responses that were compressed, by http::ContentCoding, and their bytes before and after.
  struct Compressed {
    Tally responses;
    Tally plain_bytes;
    Tally coded_bytes;
  };
  std::array<Compressed, 3> compressed;
  // WebSockets, by ws::Role: those that clients opened here, and those that we opened. Handles on them may outlive the
  // loop.
  std::array<std::shared_ptr<SocketCounters>, 2> sockets{std::make_shared<SocketCounters>(),
                                                         std::make_shared<SocketCounters>()};
  // A gauge: bytes that wait toward clients, as of the latest sweep.
  Tally queued_bytes;
  // The loop's lag: how late a timer was, which is how long anything that happens may have to wait.
  Histogram<lag_bounds.size()> lag{lag_bounds};
  Tally lag_due;  // nanoseconds of the loop's clock when the timer is due next; 0: it is not measured

  // --- any thread ---

  [[nodiscard]] const net::Traffic& traffic() const noexcept { return traffic_; }
  template <class Visitor>
  void visit_routes(Visitor visit) const {
    const std::lock_guard lock(mutex_);
    for (const RouteCounters& counters : routes_) visit(counters);
  }

 private:
  const net::Traffic& traffic_;
  mutable std::mutex mutex_;          // guards routes_ while it grows; its elements stay where they are
  std::deque<RouteCounters> routes_;  // of every name that there ever was
  std::vector<RouteCounters*> by_file_;
  RouteCounters* no_route_;
  RouteCounters* static_files_;
  std::size_t sweeping_queued_ = 0;
};

}  // namespace folio::app
