#include <folio/task.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "async/test_executor.hpp"
#include "async/unhandled.hpp"

namespace folio {
namespace {

using test::TestExecutor;

Task<int> seven() { co_return 7; }
Task<std::string> text_of(int number) { co_return std::to_string(number); }
Task<std::unique_ptr<int>> boxed() { co_return std::make_unique<int>(3); }
Task<int> throwing() {
  throw std::runtime_error("thrown");
  co_return 0;
}
Task<> set_after_yield(bool* done) {
  co_await yield();
  *done = true;
}

TEST(Task, DoesNothingBeforeItIsAwaited) {
  TestExecutor executor;
  bool done = false;
  { auto task = set_after_yield(&done); }
  executor.run();
  EXPECT_FALSE(done);
}

TEST(Task, GivesItsValueThroughAChain) {
  TestExecutor executor;
  std::string result;
  spawn([&]() -> Task<> { result = co_await text_of(co_await seven()); });
  executor.run();
  EXPECT_EQ(result, "7");
}

TEST(Task, MovesAMoveOnlyValueOut) {
  TestExecutor executor;
  int result = 0;
  spawn([&]() -> Task<> {
    auto box = co_await boxed();
    result = *box;
  });
  executor.run();
  EXPECT_EQ(result, 3);
}

TEST(Task, CarriesAnExceptionToWhoAwaits) {
  TestExecutor executor;
  std::string caught;
  spawn([&]() -> Task<> {
    try {
      co_await throwing();
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
  });
  executor.run();
  EXPECT_EQ(caught, "thrown");
}

Task<int> deep(int levels) {
  if (levels == 0) co_return 0;
  co_return 1 + co_await deep(levels - 1);
}

TEST(Task, LongLoopsOfAwaitsDoNotGrowTheStack) {
  TestExecutor executor;
  long sum = 0;
  spawn([&]() -> Task<> {
    for (int i = 0; i < 200'000; ++i) sum += co_await seven();
  });
  executor.run();
  EXPECT_EQ(sum, 1'400'000);
}

TEST(Task, NestsDeeply) {
  TestExecutor executor;
  int depth = 0;
  spawn([&]() -> Task<> { depth = co_await deep(200); });
  executor.run();
  EXPECT_EQ(depth, 200);
}

TEST(Spawn, KeepsALambdasCapturesAlive) {
  TestExecutor executor;
  std::string result;
  {
    std::string captured = "a string that is too long to be kept inside of the object itself";
    spawn([captured, &result]() -> Task<> {
      co_await yield();
      result = captured;
    });
  }
  executor.run();
  EXPECT_EQ(result.size(), 64u);
}

TEST(TaskScope, EndsWhatStillRunsAndNothingElse) {
  TestExecutor executor;
  int finished = 0;
  int freed = 0;
  struct Guard {
    int* freed;
    ~Guard() { ++*freed; }
  };
  const auto work = [&](std::chrono::seconds time) -> Task<> {
    const Guard guard{&freed};
    co_await sleep_for(time);
    ++finished;
  };
  TaskHandle longest;
  {
    TaskScope scope;
    // Lambdas with captures: `work` outlives the tasks.
    scope.spawn(work(std::chrono::seconds(1)));
    longest = scope.spawn(work(std::chrono::seconds(3)));
    for (int i = 0; i < 100; ++i) scope.spawn([]() -> Task<> { co_return; });
    executor.run();
    executor.advance(std::chrono::seconds(2));
    EXPECT_EQ(finished, 1);
    EXPECT_FALSE(longest.finished());
  }
  EXPECT_TRUE(longest.finished());
  executor.advance(std::chrono::seconds(5));
  EXPECT_EQ(finished, 1);
  EXPECT_EQ(freed, 2);
  EXPECT_EQ(executor.live(), 0u);
}

TEST(TaskScope, IsUsableAfterAbort) {
  TestExecutor executor;
  TaskScope scope;
  bool done = false;
  scope.spawn([]() -> Task<> { co_await sleep_for(std::chrono::hours(1)); });
  executor.run();
  scope.abort();
  scope.spawn([&done]() -> Task<> {
    done = true;
    co_return;
  });
  executor.run();
  EXPECT_TRUE(done);
}

TEST(Spawn, RunsInTheOrderOfSpawning) {
  TestExecutor executor;
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) {
    spawn([i, &order]() -> Task<> {
      order.push_back(i);
      co_await yield();
      order.push_back(i + 10);
    });
  }
  executor.run();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 10, 11, 12, 13, 14}));
}

struct Watch {
  int* count;
  ~Watch() { ++*count; }
};

TEST(Abort, DestroysLocalsOfTheWholeChain) {
  TestExecutor executor;
  int destroyed = 0;
  bool passed = false;
  auto inner = [&]() -> Task<> {
    Watch watch{&destroyed};
    co_await sleep_for(std::chrono::hours(1));
    passed = true;
  };
  auto handle = spawn([&]() -> Task<> {
    Watch watch{&destroyed};
    co_await inner();
    passed = true;
  });
  executor.run();
  EXPECT_FALSE(handle.finished());
  handle.abort();
  EXPECT_TRUE(handle.finished());
  EXPECT_EQ(destroyed, 2);
  executor.advance(std::chrono::hours(2));
  EXPECT_FALSE(passed);
}

TEST(Abort, BeforeTheFirstStep) {
  TestExecutor executor;
  bool ran = false;
  auto handle = spawn([&]() -> Task<> {
    ran = true;
    co_return;
  });
  handle.abort();
  executor.run();
  EXPECT_FALSE(ran);
  EXPECT_TRUE(handle.finished());
}

TEST(Abort, OfOneselfTakesEffectAtTheNextSuspension) {
  TestExecutor executor;
  int destroyed = 0;
  std::vector<std::string> steps;
  TaskHandle handle;
  handle = spawn([&]() -> Task<> {
    Watch watch{&destroyed};
    handle.abort();
    steps.emplace_back("still running");
    co_await yield();
    steps.emplace_back("never");
  });
  executor.run();
  EXPECT_EQ(steps, std::vector<std::string>{"still running"});
  EXPECT_EQ(destroyed, 1);
  EXPECT_TRUE(handle.finished());
}

TEST(Abort, TwiceAndAfterTheEndIsHarmless) {
  TestExecutor executor;
  auto handle = spawn([]() -> Task<> { co_return; });
  executor.run();
  EXPECT_TRUE(handle.finished());
  handle.abort();
  handle.abort();
  TaskHandle().abort();
}

TEST(Abort, ByAnotherTask) {
  TestExecutor executor;
  int destroyed = 0;
  auto victim = spawn([&]() -> Task<> {
    Watch watch{&destroyed};
    co_await sleep_for(std::chrono::hours(1));
  });
  spawn([&]() -> Task<> {
    co_await yield();
    victim.abort();
  });
  executor.run();
  EXPECT_EQ(destroyed, 1);
}

TEST(Abort, OfThoseThatWaitForTheirTurnLeavesTheOthersTheirs) {
  TestExecutor executor;
  int destroyed = 0;
  std::vector<int> ran;
  std::vector<TaskHandle> handles(6);
  for (int i = 0; i < 6; ++i) {
    handles[static_cast<std::size_t>(i)] = spawn([&, i]() -> Task<> {
      Watch watch{&destroyed};
      co_await yield();  // all of them are ready now, in their order
      ran.push_back(i);
      if (i != 1) co_return;
      for (const std::size_t other : {2U, 3U, 5U}) handles[other].abort();
      EXPECT_EQ(destroyed, 4) << "at once, and not when their turn comes";
    });
  }
  executor.run();
  EXPECT_EQ(ran, (std::vector<int>{0, 1, 4}));
  EXPECT_EQ(destroyed, 6);
  EXPECT_FALSE(executor.has_ready());
  EXPECT_EQ(executor.live(), 0U);
}

TEST(Executor, GoesWithTasksThatWaitForTheirTurn) {
  bool ran = false;
  TaskHandle handle;
  {
    TestExecutor executor;
    handle = spawn([&]() -> Task<> {
      ran = true;
      co_return;
    });
    spawn([]() -> Task<> { co_return; });
    handle.abort();
  }
  EXPECT_FALSE(ran);
  EXPECT_TRUE(handle.finished());
}

TEST(Executor, DestroysWhatStillLivesWhenItGoes) {
  int destroyed = 0;
  {
    TestExecutor executor;
    spawn([&]() -> Task<> {
      Watch watch{&destroyed};
      co_await sleep_for(std::chrono::hours(1));
    });
    executor.run();
    EXPECT_EQ(executor.live(), 1u);
  }
  EXPECT_EQ(destroyed, 1);
}

TEST(Executor, AWakeUpThatComesLateDoesNothing) {
  struct KeepWaker {
    detail::Waker* out;
    static bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const { *out = detail::Waker(awaiting); }
    static void await_resume() noexcept {}
  };
  TestExecutor executor;
  detail::Waker first;
  detail::Waker second;
  int resumed = 0;
  spawn([&]() -> Task<> {
    co_await KeepWaker{&first};
    ++resumed;
    co_await KeepWaker{&second};
    ++resumed;
  });
  executor.run();
  detail::Waker stale = first;
  first.wake();
  executor.run();
  EXPECT_EQ(resumed, 1);
  stale.wake();  // for a suspension that is over
  executor.run();
  EXPECT_EQ(resumed, 1);
  detail::Waker late = second;
  second.wake();
  executor.run();
  EXPECT_EQ(resumed, 2);
  late.wake();  // for a task that is over
  executor.run();
}

std::string unhandled_text;
void note_unhandled(std::exception_ptr exception) noexcept {
  try {
    std::rethrow_exception(std::move(exception));
  } catch (const std::exception& error) {
    unhandled_text = error.what();
  } catch (...) {
  }
}

TEST(Spawn, AnExceptionThatEscapesIsReportedAndContained) {
  async::set_unhandled_hook(note_unhandled);
  TestExecutor executor;
  auto handle = spawn(throwing());
  bool other = false;
  spawn(set_after_yield(&other));
  executor.run();
  EXPECT_EQ(unhandled_text, "thrown");
  EXPECT_TRUE(handle.finished());
  EXPECT_TRUE(other);
}

TEST(SleepFor, WakesInTheOrderOfDeadlines) {
  TestExecutor executor;
  std::vector<int> order;
  for (const int ms : {50, 10, 30, 20, 40, 10}) {
    spawn([ms, &order]() -> Task<> {
      co_await sleep_for(std::chrono::milliseconds(ms));
      order.push_back(ms);
    });
  }
  executor.run();
  executor.advance(std::chrono::milliseconds(9));
  EXPECT_TRUE(order.empty());
  executor.advance(std::chrono::milliseconds(11));
  EXPECT_EQ(order, (std::vector<int>{10, 10, 20}));
  executor.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(order, (std::vector<int>{10, 10, 20, 30, 40, 50}));
  EXPECT_TRUE(executor.timers().empty());
}

TEST(SleepFor, ManyTimersInAnyOrderOfAbort) {
  TestExecutor executor;
  std::vector<TaskHandle> handles;
  int woken = 0;
  for (int i = 0; i < 500; ++i) {
    handles.push_back(spawn([i, &woken]() -> Task<> {
      co_await sleep_for(std::chrono::milliseconds((i * 7919) % 500));
      ++woken;
    }));
  }
  executor.run();
  for (std::size_t i = 0; i < handles.size(); i += 3) handles[(i * 31) % 500].abort();
  executor.advance(std::chrono::seconds(1));
  int finished = 0;
  for (const auto& handle : handles) finished += handle.finished() ? 1 : 0;
  EXPECT_EQ(finished, 500);
  EXPECT_EQ(woken, 500 - 167);
}

}  // namespace
}  // namespace folio
