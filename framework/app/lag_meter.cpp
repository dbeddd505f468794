#include "app/lag_meter.hpp"

#include <chrono>

namespace folio::app {

namespace {
// A shorter one wakes an idle loop more often; a longer one misses more of what is short. What is longer than this is
// never missed.
constexpr std::chrono::milliseconds interval(100);
// libuv's timers have whole milliseconds, so that one is on time that is less than this late.
constexpr std::int64_t resolution = millisecond;
}  // namespace

LagMeter::LagMeter(net::Loop& loop, Metrics& metrics)
    : loop_(loop), metrics_(metrics), alarm_(loop.raw(), [this] { on_alarm(); }) {
  begin();
}

void LagMeter::begin() {
  metrics_.lag_due.set(
      static_cast<std::uint64_t>(loop_.now() + std::chrono::nanoseconds(interval).count() + resolution));
  alarm_.set(interval);
}

void LagMeter::on_alarm() {
  const std::int64_t late = loop_.now() - static_cast<std::int64_t>(metrics_.lag_due.value());
  metrics_.lag.add(late < 0 ? 0 : late);
  begin();
}

}  // namespace folio::app
