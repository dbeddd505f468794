#include <folio/block_on.hpp>
#include <folio/spawn.hpp>

#include <utility>

#include "net/loop.hpp"

namespace folio::detail {

namespace {

TopCoroutine run_and_stop(Task<> task, net::Loop& loop) {
  co_await task;
  loop.stop();
}

}  // namespace

void run_on_own_loop(Task<> task) {
  net::Loop loop;
  (void)loop.start(run_and_stop(std::move(task), loop).handle);
  loop.run();
}

}  // namespace folio::detail
