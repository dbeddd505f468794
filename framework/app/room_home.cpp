#include "app/room_home.hpp"

#include <utility>
#include <vector>

namespace folio::app {

namespace {

// Branches are drained at the end of the turn, so that all that a room said in it goes out together.
class LoopHome final : public room::Home, public std::enable_shared_from_this<LoopHome>, private net::Deferred {
 public:
  explicit LoopHome(net::Loop& loop) : loop_(loop), inbox_(loop.inbox()) {}

  void schedule(std::shared_ptr<room::Branch> branch) noexcept override {
    const auto* here = async::Executor::current();
    if (here != nullptr && here->inbox() == inbox_) {
      branches_.push_back(std::move(branch));
      loop_.defer(*this);
    } else {
      inbox_->post([self = shared_from_this(), branch = std::move(branch)] { self->schedule(branch); });
    }
  }
  // The loop is about to go; members may hold on to their home.
  void close() noexcept {
    loop_.cancel(*this);
    branches_.clear();
  }

 private:
  void run_deferred() noexcept override {
    const auto branches = std::exchange(branches_, {});
    for (const auto& branch : branches) branch->drain();
  }

  net::Loop& loop_;
  std::shared_ptr<async::Inbox> inbox_;
  std::vector<std::shared_ptr<room::Branch>> branches_;
};

struct HomeOfLoop {
  explicit HomeOfLoop(net::Loop& loop) : home(std::make_shared<LoopHome>(loop)) {}
  HomeOfLoop(const HomeOfLoop&) = delete;
  HomeOfLoop& operator=(const HomeOfLoop&) = delete;
  ~HomeOfLoop() { home->close(); }
  std::shared_ptr<LoopHome> home;
};

}  // namespace

std::shared_ptr<room::Home> room_home(net::Loop& loop) {
  return loop.local<HomeOfLoop>().home;
}

}  // namespace folio::app
