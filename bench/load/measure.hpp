// What is measured: operations and latencies within a window of time, and what the servers take in it.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

namespace load {

using Clock = std::chrono::steady_clock;

// Nanoseconds, to within 1.6 %: 64 steps for each power of two.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds, std::uint64_t times = 1) {
    counts_[slot(nanoseconds)] += times;
    total_ += times;
    if (nanoseconds > max_) max_ = nanoseconds;
  }
  void clear();
  [[nodiscard]] bool empty() const { return total_ == 0; }
  [[nodiscard]] double quantile_us(double share) const;
  [[nodiscard]] double max_us() const { return static_cast<double>(max_) / 1e3; }

 private:
  static constexpr unsigned steps = 64;
  static std::size_t slot(std::uint64_t value) {
    if (value < steps) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 7;
    return (shift + 1) * steps + static_cast<std::size_t>((value >> shift) - steps);
  }
  std::array<std::uint64_t, 60 * steps> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

// What the servers and this process have taken so far.
struct Usage {
  std::map<int, double> server_cpu;  // seconds, of each thread
  double load_cpu = 0;               // seconds
  std::uint64_t rss_kib = 0;
};
Usage usage_now(const std::vector<int>& server_pids);

// First the warm-up, then the seconds that count.
class Window {
 public:
  explicit Window(const Options& options) : options_(options) {}

  // Once connections are set up.
  void start();
  // Once a turn of the loop; false when it is over. Fails when nothing has been answered for a long time.
  bool turn();

  void operations(std::uint64_t count) { operations_ += count; }
  void latency(Clock::time_point begun, Clock::time_point now, std::uint64_t times = 1) {
    const auto took = std::chrono::nanoseconds(now - begun).count();
    latencies_.add(static_cast<std::uint64_t>(took > 0 ? took : 0), times);
  }
  // Prints the line of JSON; `more` are further keys, as in `"a":1`.
  void print(const std::string& more = {}) const;

 private:
  const Options& options_;
  enum class Phase { Warmup, Measured } phase_ = Phase::Warmup;
  Clock::time_point begun_;
  Clock::time_point progress_at_;
  std::uint64_t progress_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t first_ = 0;
  double seconds_ = 0;
  Usage before_, after_;
  Histogram latencies_;
};

// The line of JSON by itself, for cases that have no window.
void print_result(std::uint64_t operations, double seconds, const Usage& before, const Usage& after,
                  const Histogram& latencies, const std::string& more = {});

}  // namespace load
