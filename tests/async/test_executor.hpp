// An executor without a loop: the test says when it runs, and what time it is.
#pragma once

#include <folio/spawn.hpp>

#include <atomic>

#include "async/executor.hpp"

namespace folio::test {

class TestExecutor final : public async::Executor {
 public:
  TestExecutor() { bind_to_thread(); }

  // Runs until nothing is ready or posted.
  void run() {
    do {
      interrupted_ = false;
      run_posted();
      run_ready();
    } while (interrupted_);
  }
  // Moves the clock on, and wakes who slept until then.
  void advance(std::chrono::nanoseconds time) {
    now_ += time.count();
    timers().fire(now_);
    run();
  }
  [[nodiscard]] std::int64_t now() const noexcept override { return now_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  void interrupt() noexcept override { interrupted_ = true; }
  std::int64_t now_ = 0;
  std::atomic<bool> interrupted_{false};
};

}  // namespace folio::test
