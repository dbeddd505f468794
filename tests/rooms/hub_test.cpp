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
  void deliver(const Delivery& delivery) noexcept override {
    ++calls;
    if (delivery.more == More::No) ++flushes;
    std::string frames_in_a_row;
    std::size_t bytes = 0;
    for (const auto& parcel : delivery.parcels) {
      got.emplace_back(parcel.payload);
      frames.push_back(parcel.frame);
      frames_in_a_row += *parcel.frame;
      bytes += parcel.payload.size();
    }
    if (delivery.joined == nullptr) return;
    EXPECT_EQ(*delivery.joined->bytes(delivery.parcels), frames_in_a_row);
    EXPECT_EQ(delivery.joined->payload_size(), bytes);
    joined.push_back(delivery.joined->bytes(delivery.parcels));
  }
  [[nodiscard]] bool gone() const noexcept override { return !open; }
  std::vector<std::string> got;
  std::vector<base::SharedBytes> frames;
  std::vector<base::SharedBytes> joined;
  int calls = 0;
  int flushes = 0;
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
    for (const auto& member : {ada, bob, eve}) member->leave_all();  // a room lives as long as its members
    home->branches.clear();                                          // what is scheduled keeps its thread
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

TEST_F(HubTest, MembersWhoAreGivenTheSameShareItsFramesInARow) {
  hub->join("ada", ada);
  hub->join("bob", bob);
  home->turn();
  for (const char* text : {"1", "22", "333"}) hub->broadcast(parcel(text));
  home->turn();
  ASSERT_EQ(ada->joined.size(), 1u);
  EXPECT_EQ(*ada->joined[0], "hd1hd22hd333");
  EXPECT_EQ(ada->joined, bob->joined) << "one buffer for both";
  hub->broadcast(parcel("4"));
  hub->send_to("ada", parcel("for ada"));
  hub->broadcast(parcel("5"));
  home->turn();
  EXPECT_EQ(ada->joined.size(), 1u) << "what she has been given is not what all are given";
  ASSERT_EQ(bob->joined.size(), 2u);
  EXPECT_EQ(*bob->joined[1], "hd4hd5");
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

TEST_F(HubTest, ARoomLivesAsLongAsAMemberWithAHome) {
  const std::weak_ptr<Hub> room = hub;
  hub->join("ada", ada);
  hub->join("direct", std::make_shared<FakeMember>(nullptr));
  hub->broadcast(parcel("x"));
  hub.reset();
  EXPECT_FALSE(room.expired());
  home->turn();
  EXPECT_EQ(ada->got, Texts{"x"});
  ada->leave_all();
  EXPECT_TRUE(room.expired());
}

TEST_F(HubTest, AMixOfAllOneAndAllButOneKeepsItsOrder) {
  hub->join("ada", ada);
  hub->join("bob", bob);
  hub->broadcast(parcel("1"));
  hub->send_to("ada", parcel("2"));
  hub->broadcast(parcel("3"));
  hub->broadcast_except("ada", parcel("4"));
  hub->broadcast(parcel("5"));
  hub->broadcast_except("bob", parcel("6"));
  hub->send_to("bob", parcel("7"));
  home->turn();
  EXPECT_EQ(ada->got, (Texts{"1", "2", "3", "5", "6"}));
  EXPECT_EQ(bob->got, (Texts{"1", "3", "4", "5", "7"}));
  EXPECT_LE(ada->flushes, 1) << "once a turn at most";
  EXPECT_LE(bob->flushes, 1);
  home->turn();
  hub->broadcast(parcel("8"));
  home->turn();
  EXPECT_EQ(ada->got.back(), "8");
  EXPECT_EQ(ada->got.size(), 6u) << "nothing of an earlier turn comes again";
}

TEST_F(HubTest, AMemberWithTwoIdsGetsEachBroadcastOnce) {
  EXPECT_EQ(hub->join("a", ada), Joined::New);
  EXPECT_EQ(hub->join("b", ada), Joined::New);
  hub->broadcast(parcel("1"));
  hub->send_to("b", parcel("2"));
  hub->leave("a");
  hub->broadcast(parcel("3"));
  home->turn();
  EXPECT_EQ(ada->got, (Texts{"1", "2", "3"}));
  hub->leave("b");
  hub->broadcast(parcel("4"));
  home->turn();
  EXPECT_EQ(ada->got.size(), 3u);
}

TEST_F(HubTest, JoiningAndLeavingInOneTurnDoesNotMixMembersUp) {
  constexpr int count = 20'000;
  std::vector<std::shared_ptr<FakeMember>> members;
  for (int i = 0; i < count; ++i) {
    members.push_back(std::make_shared<FakeMember>(home));
    hub->join(std::to_string(i), members.back());
  }
  home->turn();
  for (int i = 0; i < count; i += 2) members[static_cast<std::size_t>(i)]->leave_all();
  for (int i = 1; i < count; i += 4) hub->leave(std::to_string(i));
  hub->broadcast(parcel("x"));
  home->turn();
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(members[static_cast<std::size_t>(i)]->got.size(), i % 4 == 3 ? 1u : 0u) << i;
  }
  EXPECT_EQ(hub->count(), static_cast<std::size_t>(count) / 4);
  for (const auto& member : members) member->leave_all();
}

TEST_F(HubTest, LimitsTheNumberOfMembers) {
  auto small = std::make_shared<Hub>(Limits{.max_members = 2});
  EXPECT_EQ(small->join("ada", ada), Joined::New);
  EXPECT_EQ(small->join("bob", bob), Joined::New);
  EXPECT_EQ(small->join("eve", eve), Joined::Full);
  EXPECT_EQ(small->join("bob", eve), Joined::Replaced) << "an id that is in anyway";
  EXPECT_EQ(small->count(), 2u);
  small->leave("ada");
  EXPECT_EQ(small->join("bob2", bob), Joined::New);
  small->broadcast(parcel("x"));
  home->turn();
  other->turn();
  EXPECT_EQ(eve->got, Texts{"x"});
  EXPECT_EQ(bob->got, Texts{"x"});
  EXPECT_TRUE(ada->got.empty());
  small->leave("bob");
}

TEST_F(HubTest, RemembersWhatWasSaidToAll) {
  auto room = std::make_shared<Hub>(Limits{.history = 3, .history_bytes = 10});
  const auto remembered = [&] {
    Texts texts;
    for (const Parcel& each : room->history()) texts.emplace_back(each.payload);
    return texts;
  };
  room->join("ada", ada);
  for (const char* text : {"1", "2", "3", "4"}) room->broadcast(parcel(text));
  room->send_to("ada", parcel("private"));
  room->broadcast_except("ada", parcel("5"));
  EXPECT_EQ(remembered(), (Texts{"3", "4", "5"})) << "by count";
  room->broadcast(parcel("12345678"));
  EXPECT_EQ(remembered(), (Texts{"4", "5", "12345678"}));
  room->broadcast(parcel("123"));
  EXPECT_EQ(remembered(), Texts{"123"}) << "by bytes";
  room->broadcast(parcel("12345678901"));
  EXPECT_EQ(remembered(), Texts{"123"}) << "what is larger than all of it is not kept";
}

TEST_F(HubTest, ReplaysHistoryWithoutAGapAndNothingTwice) {
  auto room = std::make_shared<Hub>(Limits{.history = 10});
  room->join("ada", ada);
  room->broadcast(parcel("1"));
  room->broadcast(parcel("2"));
  room->join("bob", bob, Replay::History);
  room->broadcast(parcel("3"));
  auto direct = std::make_shared<FakeMember>(nullptr);
  room->join("direct", direct, Replay::History);
  room->broadcast(parcel("4"));
  home->turn();
  EXPECT_EQ(bob->got, (Texts{"1", "2", "3", "4"}));
  EXPECT_EQ(direct->got, (Texts{"1", "2", "3", "4"}));
  room->join("eve", eve);
  other->turn();
  EXPECT_TRUE(eve->got.empty()) << "not unless it is asked for";
}

struct Notes final : Observer {
  explicit Notes(Texts& notes) : noted(notes) {}
  bool notice(const Change& change) noexcept override {
    const char* const what = change.kind == Change::Kind::Joined ? "+" : change.kind == Change::Kind::Left ? "-" : "=";
    noted.push_back(what + std::string(change.id) + std::to_string(change.count));
    return noted.size() < 6;
  }
  Texts& noted;
};

TEST_F(HubTest, TellsWhoComesAndGoes) {
  Texts notes;
  hub->observe(std::make_unique<Notes>(notes));
  auto direct = std::make_shared<FakeMember>(nullptr);
  hub->join("ada", ada);
  hub->join("direct", direct);
  hub->join("ada", bob);
  hub->leave("nobody");
  direct->open = false;
  EXPECT_EQ(hub->count(), 1u);
  bob->leave_all();
  hub->join("eve", eve);
  EXPECT_EQ(notes, (Texts{"+ada1", "+direct2", "=ada2", "-direct1", "-ada0", "+eve1"}));
  hub->join("ada", ada);
  EXPECT_EQ(notes.size(), 6u) << "one that does not listen any more is forgotten";
}

}  // namespace
}  // namespace folio::room
