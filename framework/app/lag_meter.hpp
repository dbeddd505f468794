// Measures a loop's lag: how late its timers are, which is how long everything else on it has to wait as well. A handler
// that blocks shows here, whoever it is that has to wait for it.
#pragma once

#include <cstdint>

#include "app/metrics.hpp"
#include "net/alarm.hpp"
#include "net/loop.hpp"

namespace folio::app {

// Loop thread, or before it runs.
class LagMeter {
 public:
  LagMeter(net::Loop& loop, Metrics& metrics);
  LagMeter(const LagMeter&) = delete;
  LagMeter& operator=(const LagMeter&) = delete;

 private:
  void begin();
  void on_alarm();

  net::Loop& loop_;
  Metrics& metrics_;
  net::Alarm alarm_;
};

}  // namespace folio::app
