#include "rooms/hub.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace folio::room {
namespace {

// A thread that works off its branches when the test says so.
class FakeHome final : public Home {
 public:
  void schedule(std::shared_ptr<Branch> branch) noexcept override { branches.push_back(std::move(branch)); }
  void turn() {
    auto taken = std::move(branches);
    branches.clear();
    for (const auto& branch : taken) branch->drain();
  }
  std::vector<std::shared_ptr<Branch>> branches;
};

class FakeMember final : public Member {
 public:
  explicit FakeMember(std::shared_ptr<Home> home) : home_(std::move(home)) {}
  [[nodiscard]] std::shared_ptr<Home> home() const noexcept override { return home_; }
  bool deliver(std::span<const Parcel> parcels) noexcept override {
    ++calls;
    for (const auto& parcel : parcels) {
      got.emplace_back(parcel.payload);
      frames.push_back(parcel.frame);
    }
    return open;
  }
  std::vector<std::string> got;
  std::vector<base::SharedBytes> frames;
  int calls = 0;
  bool open = true;

 private:
  std::shared_ptr<Home> home_;
};

Parcel parcel(const std::string& text) {
  Parcel made;
  made.frame = std::make_shared<const std::string>("hd" + text);
  made.payload = std::string_view(*made.frame).substr(2);
  return made;
}

using Texts = std::vector<std::string>;

struct HubTest : testing::Test {
  void TearDown() override {
    home->branches.clear();  // what is scheduled keeps its thread
    other->branches.clear();
  }
  std::shared_ptr<Hub> hub = std::make_shared<Hub>();
  std::shared_ptr<FakeHome> home = std::make_shared<FakeHome>();
  std::shared_ptr<FakeHome> other = std::make_shared<FakeHome>();
  std::shared_ptr<FakeMember> ada = std::make_shared<FakeMember>(home);
  std::shared_ptr<FakeMember> bob = std::make_shared<FakeMember>(home);
  std::shared_ptr<FakeMember> eve = std::make_shared<FakeMember>(other);
};

TEST_F(HubTest, BroadcastReachesAllAndSharesOneFrame) {
  hub->join("ada", ada);
  hub->join("bob", bob);
  hub->join("eve", eve);
  hub->broadcast(parcel("hello"));
  EXPECT_TRUE(ada->got.empty()) << "nothing is delivered before the turn ends";
  home->turn();
  other->turn();
  EXPECT_EQ(ada->got, Texts{"hello"});
  EXPECT_EQ(eve->got, Texts{"hello"});
  EXPECT_EQ(ada->frames[0], bob->frames[0]);
  EXPECT_EQ(ada->frames[0], eve->frames[0]);
  EXPECT_EQ(hub->count(), 3u);
}

TEST_F(HubTest, AllOfATurnGoesOutInOneCall) {
  hub->join("ada", ada);
  for (const char* text : {"1", "2", "3"}) hub->broadcast(parcel(text));
  EXPECT_EQ(home->branches.size(), 1u) << "one line a thread, scheduled once";
  home->turn();
  EXPECT_EQ(ada->got, (Texts{"1", "2", "3"}));
  EXPECT_EQ(ada->calls, 1);
}

TEST_F(HubTest, AMemberSeesWhatCameBetweenItsJoinAndItsLeave) {
  hub->join("bob", bob);
  hub->broadcast(parcel("before"));
  hub->join("ada", ada);
  hub->broadcast(parcel("during"));
  EXPECT_TRUE(hub->leave("ada"));
  hub->broadcast(parcel("after"));
  home->turn();
  EXPECT_EQ(ada->got, Texts{"during"});
  EXPECT_EQ(bob->got, (Texts{"before", "during", "after"}));
}

TEST_F(HubTest, ALaterJoinTakesTheIdOver) {
  hub->join("id", ada);
  hub->join("id", bob);
  hub->broadcast(parcel("x"));
  home->turn();
  EXPECT_TRUE(ada->got.empty());
  EXPECT_EQ(bob->got, Texts{"x"});
  EXPECT_EQ(hub->count(), 1u);
  ada->leave_all();  // it is not a member any more, and must not take bob out
  EXPECT_TRUE(hub->contains("id"));
}

TEST_F(HubTest, SendToAndExcept) {
  hub->join("ada", ada);
  hub->join("bob", bob);
  EXPECT_TRUE(hub->send_to("ada", parcel("you")));
  EXPECT_FALSE(hub->send_to("nobody", parcel("you")));
  hub->broadcast_except("ada", parcel("others"));
  hub->broadcast_except("nobody", parcel("all"));
  home->turn();
  EXPECT_EQ(ada->got, (Texts{"you", "all"}));
  EXPECT_EQ(bob->got, (Texts{"others", "all"}));
}

TEST_F(HubTest, LeaveAllLeavesEveryRoom) {
  auto second = std::make_shared<Hub>();
  hub->join("a", ada);
  hub->join("b", ada);
  second->join("a", ada);
  ada->leave_all();
  EXPECT_EQ(hub->count(), 0u);
  EXPECT_EQ(second->count(), 0u);
  EXPECT_FALSE(hub->leave("a"));
  ada->leave_all();
}

TEST_F(HubTest, AMemberWithoutAHomeIsDeliveredToAtOnce) {
  auto direct = std::make_shared<FakeMember>(nullptr);
  hub->join("direct", direct);
  hub->broadcast(parcel("now"));
  EXPECT_EQ(direct->got, Texts{"now"});
  EXPECT_TRUE(hub->send_to("direct", parcel("you")));
  direct->open = false;
  hub->broadcast(parcel("last"));
  EXPECT_EQ(hub->count(), 0u) << "nobody is there any more";
}

TEST_F(HubTest, IdsAreSorted) {
  hub->join("zoe", ada);
  hub->join("bob", bob);
  EXPECT_EQ(hub->ids(), (Texts{"bob", "zoe"}));
}

TEST_F(HubTest, AHubThatIsGoneIsNoMatterToItsMembers) {
  hub->join("ada", ada);
  hub.reset();
  ada->leave_all();
  home->turn();
  EXPECT_TRUE(ada->got.empty());
}

}  // namespace
}  // namespace folio::room
