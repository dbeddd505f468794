// Tasks without a loop around them: frames, activities, waiting and waking, channels, timers; and a loop's empty turn.
#include <benchmark/benchmark.h>
#include <folio/channel.hpp>
#include <folio/spawn.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "async/executor.hpp"
#include "net/loop.hpp"

namespace {

using namespace folio;

// Runs when it is told to, and its clock stands still.
class ManualExecutor final : public async::Executor {
 public:
  ManualExecutor() { bind_to_thread(); }
  void turn() {
    run_posted();
    run_ready();
  }
  void advance(std::chrono::nanoseconds time) {
    now_ += time.count();
    timers().fire(now_);
    turn();
  }
  [[nodiscard]] std::int64_t now() const noexcept override { return now_; }

 private:
  void interrupt() noexcept override {}
  std::int64_t now_ = 0;
};

Task<int> leaf(int value) {
  co_return value;
}

Task<> await_leaves(benchmark::State& state) {
  int sum = 0;
  for (auto _ : state) sum += co_await leaf(1);
  benchmark::DoNotOptimize(sum);
}

// A coroutine that is called, runs to its end and gives a value.
void await_task(benchmark::State& state) {
  ManualExecutor executor;
  spawn(await_leaves(state));
  executor.turn();
}
BENCHMARK(await_task);

Task<> nothing() {
  co_return;
}

void spawn_task(benchmark::State& state) {
  ManualExecutor executor;
  for (auto _ : state) {
    spawn(nothing());
    executor.turn();
  }
}
BENCHMARK(spawn_task);

Task<> yield_again(benchmark::State& state) {
  for (auto _ : state) co_await yield();
}

// Suspended, queued, resumed.
void yield_task(benchmark::State& state) {
  ManualExecutor executor;
  spawn(yield_again(state));
  executor.turn();
}
BENCHMARK(yield_task);

Task<> take_all(Receiver<int> receiver, std::size_t* taken) {
  while (auto item = co_await receiver.recv()) ++*taken;
}

// Argument: values in a turn. The receiver is woken once a turn.
void channel_send_receive(benchmark::State& state) {
  ManualExecutor executor;
  auto [sender, receiver] = channel<int>();
  std::size_t taken = 0;
  spawn(take_all(std::move(receiver), &taken));
  executor.turn();
  for (auto _ : state) {
    for (std::int64_t i = 0; i < state.range(0); ++i) (void)sender.send(1);
    executor.turn();
  }
  if (taken != static_cast<std::size_t>(state.iterations() * state.range(0))) state.SkipWithError("values were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(taken));
}
BENCHMARK(channel_send_receive)->Arg(1)->Arg(16);

Task<> sleep_again(std::chrono::nanoseconds time) {
  for (;;) co_await sleep_for(time);
}

// One of many sleepers wakes and goes to sleep again. Argument: how many there are.
void timer(benchmark::State& state) {
  ManualExecutor executor;
  const std::chrono::nanoseconds step(1000);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    spawn(sleep_again(step * state.range(0)));
    executor.advance(step);
  }
  for (auto _ : state) executor.advance(step);
}
BENCHMARK(timer)->Arg(1)->Arg(1000)->Arg(100'000);

struct Work final : net::Deferred {
  void run_deferred() noexcept override { ++runs; }
  std::size_t runs = 0;
};

// The end of a loop's turn with nothing to do, and with that many pieces of work that were put off to it.
void end_of_turn(benchmark::State& state) {
  net::Loop loop;
  loop.bind_to_thread();
  std::vector<Work> work(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    for (Work& each : work) loop.defer(each);
    loop.end_turn();
  }
}
BENCHMARK(end_of_turn)->Arg(0)->Arg(1)->Arg(64);

}  // namespace

BENCHMARK_MAIN();
