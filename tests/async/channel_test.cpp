#include <folio/channel.hpp>

#include <folio/offload.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "async/test_executor.hpp"

namespace folio {
namespace {

using test::TestExecutor;

// An executor on a thread of its own, that runs until it is told to stop.
class ThreadExecutor final : public async::Executor {
 public:
  ThreadExecutor() {
    thread_ = std::thread([this] {
      bind_to_thread();
      std::unique_lock lock(mutex_);
      while (!stopping_) {
        changed_.wait(lock, [this] { return stopping_ || interrupted_; });
        interrupted_ = false;
        lock.unlock();
        run_posted();
        run_ready();
        lock.lock();
      }
      lock.unlock();
      abort_all();
    });
  }
  ~ThreadExecutor() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  void interrupt() noexcept override {
    {
      std::lock_guard lock(mutex_);
      interrupted_ = true;
    }
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool interrupted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

TEST(Channel, DeliversInOrderAndEndsWithTheLastSender) {
  TestExecutor executor;
  auto [sender, receiver] = channel<std::string>();
  std::vector<std::string> got;
  bool ended = false;
  spawn([&got, &ended, source = std::move(receiver)]() mutable -> Task<> {
    while (auto text = co_await source.recv()) got.push_back(*text);
    ended = true;
  });
  executor.run();
  {
    auto copy = sender;
    EXPECT_EQ(copy.send("a"), SendResult::Queued);
    EXPECT_EQ(sender.send("b"), SendResult::Queued);
  }
  executor.run();
  EXPECT_EQ(got, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(ended);
  {
    auto last = std::move(sender);
    EXPECT_EQ(last.send("c"), SendResult::Queued);
  }
  executor.run();
  EXPECT_EQ(got.size(), 3u);
  EXPECT_TRUE(ended);
}

TEST(Channel, IsBounded) {
  TestExecutor executor;
  auto [sender, receiver] = channel<int>(2);
  EXPECT_EQ(sender.send(1), SendResult::Queued);
  EXPECT_EQ(sender.send(2), SendResult::Queued);
  EXPECT_EQ(sender.send(3), SendResult::Dropped);
  EXPECT_EQ(receiver.try_recv(), 1);
  EXPECT_EQ(sender.send(4), SendResult::Queued);
  EXPECT_EQ(receiver.try_recv(), 2);
  EXPECT_EQ(receiver.try_recv(), 4);
  EXPECT_EQ(receiver.try_recv(), std::nullopt);
}

TEST(Channel, DrainedWaitsForRoom) {
  TestExecutor executor;
  auto [sender, receiver] = channel<int>(1);
  std::vector<int> got;
  spawn([target = sender]() -> Task<> {
    for (int i = 0; i < 100; ++i) {
      co_await target.drained();
      if (target.send(i) != SendResult::Queued) throw std::runtime_error("there was no room");
    }
  });
  executor.run();
  spawn([&got, source = std::move(receiver)]() mutable -> Task<> {
    while (auto value = co_await source.next()) got.push_back(*value);
  });
  executor.run();
  ASSERT_EQ(got.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
}

TEST(Channel, SaysThatTheReceiverIsGone) {
  TestExecutor executor;
  auto [sender, receiver] = channel<int>(1);
  bool woken = false;
  EXPECT_EQ(sender.send(1), SendResult::Queued);
  spawn([&woken, target = sender]() -> Task<> {
    co_await target.drained();
    woken = true;
  });
  executor.run();
  EXPECT_FALSE(sender.closed());
  { auto taken = std::move(receiver); }
  executor.run();
  EXPECT_TRUE(woken);
  EXPECT_TRUE(sender.closed());
  EXPECT_EQ(sender.send(2), SendResult::Closed);
}

TEST(Channel, AnAbortedReceiverIsNotWoken) {
  TestExecutor executor;
  auto [sender, receiver] = channel<int>();
  auto handle = spawn([source = std::move(receiver)]() mutable -> Task<> { (void)co_await source.recv(); });
  executor.run();
  handle.abort();
  EXPECT_EQ(sender.send(1), SendResult::Closed);
  executor.run();
}

TEST(Channel, CrossesThreads) {
  constexpr int per_thread = 2000;
  constexpr int threads = 4;
  auto [sender, receiver] = channel<int>(threads * per_thread);
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<int> got;
  bool ended = false;
  {
    ThreadExecutor executor;
    executor.inbox()->post([&, source = std::make_shared<Receiver<int>>(std::move(receiver))] {
      spawn([&, source]() -> Task<> {
        while (auto value = co_await source->recv()) got.push_back(*value);
        std::lock_guard lock(mutex);
        ended = true;
        changed.notify_all();
      });
    });
    std::vector<std::thread> senders;
    for (int t = 0; t < threads; ++t) {
      senders.emplace_back([copy = sender, t] {
        for (int i = 0; i < per_thread; ++i) EXPECT_EQ(copy.send(t * per_thread + i), SendResult::Queued);
      });
    }
    for (auto& thread : senders) thread.join();
    { auto last = std::move(sender); }
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return ended; }));
  }
  ASSERT_EQ(got.size(), static_cast<std::size_t>(threads * per_thread));
  std::vector<int> next(threads, 0);
  for (const int value : got) EXPECT_EQ(value % per_thread, next[static_cast<std::size_t>(value / per_thread)]++);
}

TEST(Abort, FromAnotherThread) {
  ThreadExecutor executor;
  std::mutex mutex;
  std::condition_variable changed;
  TaskHandle handle;
  bool started = false;
  executor.inbox()->post([&] {
    auto spawned = spawn([]() -> Task<> { co_await sleep_for(std::chrono::hours(1)); });
    std::lock_guard lock(mutex);
    handle = spawned;
    started = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return started; }));
  handle.abort();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!handle.finished() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(handle.finished());
}

TEST(Offload, GivesTheResultOnTheCallersThread) {
  ThreadExecutor executor;
  std::mutex mutex;
  std::condition_variable changed;
  std::thread::id before;
  std::thread::id during;
  std::thread::id after;
  int result = 0;
  std::string caught;
  bool done = false;
  executor.inbox()->post([&] {
    spawn([&]() -> Task<> {
      before = std::this_thread::get_id();
      result = co_await offload([&] {
        during = std::this_thread::get_id();
        return 42;
      });
      after = std::this_thread::get_id();
      try {
        co_await offload([] { throw std::runtime_error("in the pool"); });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      std::lock_guard lock(mutex);
      done = true;
      changed.notify_all();
    });
  });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return done; }));
  EXPECT_EQ(result, 42);
  EXPECT_EQ(before, after);
  EXPECT_NE(before, during);
  EXPECT_EQ(caught, "in the pool");
}

}  // namespace
}  // namespace folio
