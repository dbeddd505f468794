#include "app/address_limit.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace folio::app {
namespace {

TEST(AddressLimit, AnAddressHasSoManyPlacesAndNoMore) {
  AddressLimit limit(2);
  auto first = limit.take("192.0.2.1");
  auto second = limit.take("192.0.2.1");
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(limit.take("192.0.2.1"));
  EXPECT_TRUE(limit.take("192.0.2.2"));
}

TEST(AddressLimit, APlaceThatIsGivenBackIsFree) {
  AddressLimit limit(1);
  {
    auto place = limit.take("192.0.2.1");
    ASSERT_TRUE(place);
    AddressLimit::Place moved = *std::move(place);
    EXPECT_FALSE(limit.take("192.0.2.1"));
    AddressLimit::Place assigned;
    assigned = std::move(moved);
    EXPECT_FALSE(limit.take("192.0.2.1"));
  }
  EXPECT_TRUE(limit.take("192.0.2.1"));
}

TEST(AddressLimit, WhoeverHasNoConnectionIsForgotten) {
  AddressLimit limit(3);
  {
    std::vector<AddressLimit::Place> places;
    for (int i = 0; i < 200; ++i) places.push_back(*limit.take("192.0.2." + std::to_string(i)));
    EXPECT_EQ(limit.size(), 200U);
  }
  EXPECT_EQ(limit.size(), 0U);
}

// RFC 4291 §2.5.4
TEST(AddressLimit, AnIpv6NetworkIsOneAddress) {
  AddressLimit limit(1);
  const auto place = limit.take("2001:db8:0:1::1");
  ASSERT_TRUE(place);
  EXPECT_FALSE(limit.take("2001:db8:0:1:ffff::2"));
  EXPECT_TRUE(limit.take("2001:db8:0:2::1"));
}

TEST(AddressLimit, Ipv4AndIpv6AreApart) {
  AddressLimit limit(1);
  const auto loopback = limit.take("::1");
  const auto zero = limit.take("0.0.0.0");
  const auto one = limit.take("0.0.0.1");
  EXPECT_TRUE(loopback && zero && one);
  EXPECT_EQ(limit.size(), 3U);
}

TEST(AddressLimit, ZeroIsNoLimit) {
  AddressLimit limit(0);
  std::vector<AddressLimit::Place> places;
  for (int i = 0; i < 100; ++i) places.push_back(*limit.take("192.0.2.1"));
  EXPECT_EQ(limit.size(), 0U);
}

TEST(AddressLimit, WhatIsNoAddressIsNotCounted) {
  AddressLimit limit(1);
  const auto first = limit.take("");
  EXPECT_TRUE(first && limit.take(""));
}

}  // namespace
}  // namespace folio::app
