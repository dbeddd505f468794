#include "base/ip_address.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace folio::base;

namespace {

std::string four(std::string_view text) {
  const auto address = parse_ipv4(text);
  return address ? to_text(*address) : "no";
}

std::string six(std::string_view text) {
  const auto address = parse_ipv6(text);
  return address ? to_text(*address) : "no";
}

// RFC 3986 §3.2.2: IPv4address = dec-octet "." dec-octet "." dec-octet "." dec-octet
TEST(Rfc3986_3_2_2_Ipv4, TakesFourNumbers) {
  for (const char* good : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.20.30.40"}) EXPECT_EQ(four(good), good);
}

TEST(Rfc3986_3_2_2_Ipv4, TakesNothingElse) {
  for (const char* bad : {"", ".", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4",
                          "1.2.3.00", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "1.2.3.0x4", "1000.2.3.4", "a.b.c.d"}) {
    EXPECT_EQ(four(bad), "no") << bad;
  }
}

TEST(Rfc4291_2_2_Ipv6, TakesAllThreeForms) {
  EXPECT_EQ(six("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789"), "abcd:ef01:2345:6789:abcd:ef01:2345:6789");
  EXPECT_EQ(six("2001:DB8:0:0:8:800:200C:417A"), "2001:db8::8:800:200c:417a");
  EXPECT_EQ(six("FF01::101"), "ff01::101");
  EXPECT_EQ(six("::1"), "::1");
  EXPECT_EQ(six("::"), "::");
  EXPECT_EQ(six("1::"), "1::");
  EXPECT_EQ(six("0:0:0:0:0:0:13.1.68.3"), "::d01:4403");
  EXPECT_EQ(six("::ffff:129.144.52.38"), "129.144.52.38");
  EXPECT_EQ(six("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
}

TEST(Rfc4291_2_2_Ipv6, TakesNothingElse) {
  for (const char* bad :
       {"", ":", ":::", "1:::2", "1::2::3", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8", "12345::", "g::", "::1%eth0", "::1.2.3", "1.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
        "[::1]", " ::1", "::-1", "::+1", "::0x1"}) {
    EXPECT_EQ(six(bad), "no") << bad;
  }
}

TEST(Rfc5952_4_2_2_Ipv6, ShortensNoSingleGroup) {
  EXPECT_EQ(six("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
}

TEST(Rfc5952_4_2_3_Ipv6, ShortensTheLongestRunAndTheFirstOfEquals) {
  EXPECT_EQ(six("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
  EXPECT_EQ(six("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(six("1:0:0:0:0:0:0:0"), "1::");
}

}  // namespace
