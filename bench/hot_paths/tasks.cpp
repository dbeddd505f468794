// Hot paths of tasks: a call, a start, a wait; without a loop.
#include <folio/channel.hpp>
#include <folio/spawn.hpp>

#include <cstddef>
#include <utility>

#include "async/executor.hpp"
#include "count.hpp"

namespace bench {

namespace {

using namespace folio;

class ManualExecutor final : public async::Executor {
 public:
  ManualExecutor() { bind_to_thread(); }
  void turn() {
    run_posted();
    run_ready();
  }

 private:
  void interrupt() noexcept override {}
};

Task<int> leaf(int value) {
  co_return value;
}

Task<> call(std::size_t count, int& sum) {
  for (std::size_t i = 0; i < count; ++i) sum += co_await leaf(1);
}

Task<> nothing() {
  co_return;
}

Task<> take_all(Receiver<int> receiver, std::size_t& taken) {
  while (auto item = co_await receiver.recv()) ++taken;
}

}  // namespace

void count_tasks() {
  ManualExecutor executor;
  int sum = 0;
  hot_path("task: call and co_await", 2000, [&](std::size_t count) {
    const Counted counted;
    spawn(call(count, sum));
    executor.turn();
  });
  hot_operation("task: spawn to its end", 2000, [&] {
    spawn(nothing());
    executor.turn();
  });
  auto [sender, receiver] = channel<int>();
  std::size_t taken = 0;
  std::size_t sent = 0;
  spawn(take_all(std::move(receiver), taken));
  executor.turn();
  hot_operation("task: channel, a value sent and received", 2000, [&] {
    (void)sender.send(1);
    ++sent;
    executor.turn();
  });
  expect(taken == sent && sum != 0, "task", "loses values");
}

}  // namespace bench
