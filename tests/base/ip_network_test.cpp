#include "base/ip_network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <variant>

namespace folio::base {
namespace {

using ::testing::HasSubstr;

IpNetwork network(std::string_view text) {
  auto parsed = parse_ip_network(text);
  if (const auto* fault = std::get_if<std::string>(&parsed)) ADD_FAILURE() << *fault;
  return std::holds_alternative<IpNetwork>(parsed) ? std::get<IpNetwork>(parsed) : IpNetwork{};
}

bool contains(std::string_view net, std::string_view address) {
  const auto parsed = parse_ip_address(address);
  EXPECT_TRUE(parsed) << address;
  return parsed && network(net).contains(*parsed);
}

std::string fault(std::string_view text) {
  auto parsed = parse_ip_network(text);
  return std::holds_alternative<std::string>(parsed) ? std::get<std::string>(parsed) : "";
}

TEST(IpAddress, IsTextBothWays) {
  for (const std::string_view text : {"192.0.2.1", "::1", "2001:db8::1", "0.0.0.0", "255.255.255.255", "::"}) {
    const auto address = parse_ip_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  for (const std::string_view text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "[::1]", "::1%lo",
                                      "1.2.3.4:80", "localhost", " 1.2.3.4", "1:2:3:4:5:6:7:8:9", "::1::2"}) {
    EXPECT_FALSE(parse_ip_address(text)) << text;
  }
  EXPECT_FALSE(parse_ip_address(std::string_view("1.2.3.4\0", 8)));
}

TEST(Rfc4291Section2_5_5_2, MappedAddressesAreIpv4) {
  EXPECT_EQ(parse_ip_address("::ffff:192.0.2.1"), parse_ip_address("192.0.2.1"));
  EXPECT_EQ(parse_ip_address("::ffff:192.0.2.1")->text(), "192.0.2.1");
  EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
  EXPECT_TRUE(contains("::ffff:192.0.2.0/120", "192.0.2.9"));
}

TEST(Rfc4632, NetworksContainAddresses) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.0.0.128/25", "10.0.0.128"));
  EXPECT_FALSE(contains("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(contains("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(contains("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(contains("::/0", "::1"));
  EXPECT_FALSE(contains("::/0", "10.0.0.1"));
}

TEST(IpNetwork, SaysWhatIsWrong) {
  EXPECT_THAT(fault("localhost"), HasSubstr("'localhost' is no network"));
  EXPECT_THAT(fault("10.0.0.0/33"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(fault("::/129"), HasSubstr("from 0 to 128"));
  EXPECT_THAT(fault("10.0.0.0/"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(fault("10.0.0.0/8x"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(fault("10.0.0.1/8"), HasSubstr("write 10.0.0.0/8, or the address alone"));
}

}  // namespace
}  // namespace folio::base
