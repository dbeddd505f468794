// Names of hosts, and the certificates for them.
#include "net/tls_names.hpp"

#include <gtest/gtest.h>

#include <string>

using folio::net::host_in_server_name;
using folio::net::TlsNames;

namespace {

TEST(Rfc6125_6_4_3, AWildcardStandsForOneLabel) {
  TlsNames names;
  names.add("*.example.com", 1);
  names.add("www.example.com", 2);
  EXPECT_EQ(names.find("api.example.com"), 1U);
  EXPECT_EQ(names.find("www.example.com"), 2U);
  EXPECT_EQ(names.find("example.com"), std::nullopt);
  EXPECT_EQ(names.find("a.b.example.com"), std::nullopt);
  EXPECT_EQ(names.find(".example.com"), std::nullopt);
  EXPECT_EQ(names.find("*.example.com"), 1U);
  EXPECT_EQ(names.find("com"), std::nullopt);
  EXPECT_EQ(names.find(""), std::nullopt);
}

TEST(Rfc6066_3, NamesCompareWithoutCaseAndWithoutADotAtTheEnd) {
  TlsNames names;
  names.add("Example.COM", 0);
  names.add("*.Example.COM.", 1);
  EXPECT_EQ(names.find("EXAMPLE.com"), 0U);
  EXPECT_EQ(names.find("example.com."), 0U);
  EXPECT_EQ(names.find("A.example.com"), 1U);
}

TEST(TlsNamesTest, TheFirstCertificateKeepsItsName) {
  TlsNames names;
  names.add("example.com", 0);
  names.add("example.com", 1);
  EXPECT_EQ(names.find("example.com"), 0U);
}

TEST(Rfc6066_3, FindsTheHostInTheExtension) {
  EXPECT_EQ(host_in_server_name(std::string_view("\0\x0e\0\0\x0b" "example.com", 16)), "example.com");
  const std::string good("\0\x0e\0\0\x0b" "example.com", 16);
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_EQ(host_in_server_name(good.substr(0, size)), "");
  EXPECT_EQ(host_in_server_name(good + "x"), "");
  EXPECT_EQ(host_in_server_name(std::string_view("\0\x0e\1\0\x0b" "example.com", 16)), "");
  EXPECT_EQ(host_in_server_name(std::string_view("\0\x0e\0\0\x0c" "example.com", 16)), "");
  EXPECT_EQ(host_in_server_name(std::string_view("\0\x03\0\0\0", 5)), "");
}

}  // namespace
