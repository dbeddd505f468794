#include "base/small_mutex.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

namespace folio::base {
namespace {

TEST(SmallMutex, LetsOneInAtATime) {
  SmallMutex mutex;
  static_assert(sizeof(mutex) == 1);
  constexpr int threads = 4;
  constexpr int times = 20'000;
  int count = 0;  // no atomic: the mutex is all that guards it
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      for (int n = 0; n < times; ++n) {
        const std::lock_guard lock(mutex);
        ++count;
      }
    });
  }
  for (auto& thread : all) thread.join();
  EXPECT_EQ(count, threads * times);
}

}  // namespace
}  // namespace folio::base
