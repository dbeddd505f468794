// Counts of latencies, and their quantiles.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

// Sixteen buckets an octave: a quantile is exact to about six in a hundred.
class Latencies {
 public:
  void add(std::uint64_t ns) {
    ++counts_[bucket_of(ns)];
    ++total_;
  }
  [[nodiscard]] double microseconds_at(double quantile) const {
    auto left = static_cast<std::uint64_t>(quantile * static_cast<double>(total_));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > left) return static_cast<double>(lower_end(i)) / 1e3;
      left -= counts_[i];
    }
    return 0;
  }

 private:
  static constexpr unsigned steps = 16;
  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < steps) return static_cast<std::size_t>(ns);
    const auto octave = static_cast<unsigned>(std::bit_width(ns)) - 5;  // 16 to 31 are the octave 0
    return (octave + 1) * steps + static_cast<std::size_t>((ns >> octave) - steps);
  }
  static std::uint64_t lower_end(std::size_t bucket) {
    if (bucket < steps) return bucket;
    return (steps + bucket % steps) << (bucket / steps - 1);
  }
  std::array<std::uint64_t, 64 * steps> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace bench
