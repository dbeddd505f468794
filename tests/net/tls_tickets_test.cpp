// Keys of session tickets: how long each is used, and how they go from one process to the next.
#include "net/tls_tickets.hpp"

#include <gtest/gtest.h>

#include <cstdint>

using folio::net::TlsTicketKeys;

namespace {

class TlsTicketKeysTest : public ::testing::Test {
 protected:
  std::int64_t now = 1'000'000;
  TlsTicketKeys keys{std::chrono::seconds(100), [this] { return now; }};
};

TEST_F(TlsTicketKeysTest, StayForOneRotationAndAreTakenForTwoMore) {
  const auto first = keys.current();
  now += 99;
  EXPECT_EQ(keys.current().name, first.name);
  now += 1;
  const auto second = keys.current();
  EXPECT_NE(second.name, first.name);
  EXPECT_NE(second.cipher, first.cipher);
  EXPECT_NE(second.mac, first.mac);
  ASSERT_TRUE(keys.find(first.name.data()));
  EXPECT_EQ(keys.find(first.name.data())->cipher, first.cipher);
  now += 100;
  EXPECT_TRUE(keys.find(first.name.data()));
  EXPECT_NE(keys.current().name, second.name);
  now += 100;
  EXPECT_FALSE(keys.find(first.name.data()));
  EXPECT_TRUE(keys.find(second.name.data()));
  EXPECT_EQ(keys.lifetime(), std::chrono::seconds(200));
}

TEST_F(TlsTicketKeysTest, OfLongAgoAreTakenNoMore) {
  const auto first = keys.current();
  now += 300;
  EXPECT_FALSE(keys.find(first.name.data()));
}

TEST_F(TlsTicketKeysTest, GoToAnotherProcess) {
  const auto first = keys.current();
  now += 100;
  const auto second = keys.current();
  TlsTicketKeys other(std::chrono::seconds(100), [this] { return now; });
  const auto own = other.current();
  EXPECT_TRUE(other.load(keys.save()));
  EXPECT_EQ(other.current().name, second.name);
  EXPECT_EQ(other.find(first.name.data())->mac, first.mac);
  EXPECT_FALSE(other.find(own.name.data()));
}

TEST_F(TlsTicketKeysTest, AreNotMadeOfOtherBytes) {
  const auto own = keys.current();
  EXPECT_FALSE(keys.load(""));
  EXPECT_FALSE(keys.load("nonsense"));
  EXPECT_FALSE(keys.load(std::string(sizeof(TlsTicketKeys::Key) * (TlsTicketKeys::kept + 1), '\0')));
  EXPECT_FALSE(keys.load(keys.save() + "x"));
  EXPECT_EQ(keys.current().name, own.name);
}

TEST_F(TlsTicketKeysTest, AreNotFoundByAnothersName) {
  auto name = keys.current().name;
  name[0] ^= 1;
  EXPECT_FALSE(keys.find(name.data()));
}

}  // namespace
