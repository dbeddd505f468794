#include <folio/block_on.hpp>
#include <folio/folio.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace folio {
namespace {

Task<std::unique_ptr<std::string>> greet() {
  co_await sleep_for(std::chrono::milliseconds(2));
  co_return std::make_unique<std::string>("hello");
}
Task<int> fail() {
  co_await yield();
  throw std::runtime_error("no");
}
Task<> note(bool& done) {
  done = co_await offload([] { return true; });
}
Task<int> leave_another(std::shared_ptr<int> held) {
  spawn([held]() -> Task<> { co_await sleep_for(std::chrono::hours(1)); });
  co_await yield();
  co_return 1;
}

TEST(BlockOn, GivesWhatTheTaskGives) {
  EXPECT_EQ(*block_on(greet()), "hello");
  bool done = false;
  block_on(note(done));
  EXPECT_TRUE(done);
}

TEST(BlockOn, RethrowsWhatEscapes) {
  EXPECT_THROW(block_on(fail()), std::runtime_error);
}

TEST(BlockOn, EndsWhatWasSpawned) {
  auto held = std::make_shared<int>(7);
  EXPECT_EQ(block_on(leave_another(held)), 1);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace folio
