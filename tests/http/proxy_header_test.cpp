// The PROXY protocol by the sections of its text; every input whole, byte by byte, and with something behind it.
#include "http/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

using folio::http::ProxyHeader;
using folio::http::ProxyHeaderParser;

namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string sized(std::size_t size) {
  return {static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
}

// Version and command, family and protocol, and what comes behind the length.
std::string binary(unsigned char command, unsigned char family, const std::string& rest) {
  return signature + static_cast<char>(command) + static_cast<char>(family) + sized(rest.size()) + rest;
}

std::string extra(unsigned char type, const std::string& value) {
  return static_cast<char>(type) + sized(value.size()) + value;
}

std::string told(const ProxyHeader& header) {
  if (header.source_address.empty()) return header.secure ? "nobody, by TLS" : "nobody";
  return header.source_address + " " + std::to_string(header.source_port) + " -> " + header.destination_address + " " +
         std::to_string(header.destination_port) + (header.secure ? ", by TLS" : "");
}

std::string result_of(const ProxyHeaderParser& parser) {
  switch (parser.state()) {
    case ProxyHeaderParser::State::NeedMore:
      return "more";
    case ProxyHeaderParser::State::Error:
      EXPECT_EQ(told(parser.header()), "nobody");
      return std::string(parser.error());
    case ProxyHeaderParser::State::Complete:
      break;
  }
  return told(parser.header());
}

std::string parse(const std::string& input) {
  ProxyHeaderParser whole;
  const std::size_t used = whole.receive(input);
  const std::string result = result_of(whole);
  EXPECT_LE(used, input.size());

  ProxyHeaderParser pieces;
  std::size_t taken = 0;
  for (const char c : input) {
    if (pieces.state() != ProxyHeaderParser::State::NeedMore) break;
    taken += pieces.receive({&c, 1});
  }
  EXPECT_EQ(result_of(pieces), result);
  EXPECT_EQ(taken, used);

  if (whole.state() == ProxyHeaderParser::State::Complete) {
    EXPECT_EQ(used, input.size());
    ProxyHeaderParser more;
    EXPECT_EQ(more.receive(input + "GET / HTTP/1.1\r\n"), input.size());
    EXPECT_EQ(result_of(more), result);
    EXPECT_EQ(more.receive("x"), 0U);
    for (std::size_t size = 0; size < input.size(); ++size) {
      ProxyHeaderParser part;
      EXPECT_EQ(part.receive(std::string_view(input).substr(0, size)), size);
      EXPECT_EQ(result_of(part), "more") << size;
    }
  }
  return result;
}

constexpr const char* no_header = "it does not begin with a PROXY header, and --proxy-protocol is on";
constexpr const char* bad_addresses = "the PROXY header's addresses are malformed";

TEST(Proxy_2_1_Text, SaysWhoTheClientIs) {
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"), "192.0.2.1 56324 -> 198.51.100.7 443");
  EXPECT_EQ(parse("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
            "255.255.255.255 65535 -> 255.255.255.255 65535");
  EXPECT_EQ(parse("PROXY TCP6 2001:DB8:0:0:0:0:0:1 ::1 0 1\r\n"), "2001:db8::1 0 -> ::1 1");
  EXPECT_EQ(parse("PROXY TCP6 ffff:f...f:ffff:ffff:ffff:ffff:ffff:ffff ::1 0 1\r\n"), bad_addresses);
  EXPECT_EQ(parse("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 "
                  "65535\r\n"),
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 -> ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535");
  EXPECT_EQ(parse("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n"), "192.0.2.1 1 -> ::1 2");
}

TEST(Proxy_2_1_Text, MaySayNothing) {
  EXPECT_EQ(parse("PROXY UNKNOWN\r\n"), "nobody");
  EXPECT_EQ(parse("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), "nobody");
  // The longest line that there is.
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), "nobody");
  EXPECT_EQ(parse("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"), "the PROXY header's line does not end");
}

TEST(Proxy_2_1_Text, RefusesWhatIsMalformed) {
  for (const char* line : {
           "TCP4 192.0.2.1 198.51.100.7 56324", "TCP4 192.0.2.1 198.51.100.7 56324 443 ", "TCP4 192.0.2.1 198.51.100.7 56324 443 1",
           "TCP4  192.0.2.1 198.51.100.7 56324 443", "TCP4 192.0.2.1 198.51.100.7 056324 443", "TCP4 192.0.2.1 198.51.100.7 65536 443",
           "TCP4 192.0.2.1 198.51.100.7 -1 443", "TCP4 192.0.2.1 198.51.100.7  443", "TCP4 192.0.2.256 198.51.100.7 1 443",
           "TCP4 192.0.2.01 198.51.100.7 1 443", "TCP4 ::1 ::1 1 443", "TCP6 192.0.2.1 198.51.100.7 1 443", "TCP6 ::1%lo ::1 1 2",
           "TCP4 192.0.2.1\t198.51.100.7 1 443", "TCP4 ",
       }) {
    EXPECT_EQ(parse("PROXY " + std::string(line) + "\r\n"), bad_addresses) << line;
  }
  EXPECT_EQ(parse("PROXY TCP4\r\n"), "the PROXY header's protocol is none of TCP4, TCP6 and UNKNOWN");
  EXPECT_EQ(parse("PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n"),
            "the PROXY header's protocol is none of TCP4, TCP6 and UNKNOWN");
  EXPECT_EQ(parse("PROXY tcp4 192.0.2.1 198.51.100.7 1 2\r\n"),
            "the PROXY header's protocol is none of TCP4, TCP6 and UNKNOWN");
  EXPECT_EQ(parse("PROXY UNKNOWNS\r\n"), "the PROXY header's protocol is none of TCP4, TCP6 and UNKNOWN");
  EXPECT_EQ(parse("PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n"), "the PROXY header's line does not end with CR LF");
}

TEST(Proxy_5_Receiver, KnowsAtTheFirstWrongByteThatThereIsNone) {
  EXPECT_EQ(parse("GET / HTTP/1.1\r\n"), no_header);
  EXPECT_EQ(parse("POST / HTTP/1.1\r\n"), no_header);
  EXPECT_EQ(parse("\x16\x03\x01"), no_header);
  EXPECT_EQ(parse("\r\n\r\nGET"), no_header);
  EXPECT_EQ(parse("proxy TCP4"), no_header);
  EXPECT_EQ(parse("P"), "more");
  EXPECT_EQ(parse(""), "more");
  ProxyHeaderParser parser;
  EXPECT_EQ(parser.receive("GET"), 1U);
}

TEST(Proxy_2_2_Binary, SaysWhoTheClientIs) {
  EXPECT_EQ(parse(binary(0x21, 0x11, std::string("\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1\xbb", 12))),
            "192.0.2.1 56324 -> 198.51.100.7 443");
  const std::string six = std::string("\x20\1\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16) + std::string(15, '\0') + "\1" +
                          std::string("\xdc\4\1\xbb", 4);
  EXPECT_EQ(parse(binary(0x21, 0x21, six)), "2001:db8::1 56324 -> ::1 443");
}

TEST(Proxy_2_2_Binary, MaySayNothing) {
  EXPECT_EQ(parse(binary(0x20, 0x00, "")), "nobody");
  // "the receiver must discard the protocol block including the family which is ignored"
  EXPECT_EQ(parse(binary(0x20, 0x11, std::string("\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1\xbb", 12))), "nobody");
  EXPECT_EQ(parse(binary(0x20, 0x11, "xyz")), "nobody");
  EXPECT_EQ(parse(binary(0x21, 0x00, "")), "nobody");
  EXPECT_EQ(parse(binary(0x21, 0x31, std::string(216, 'x'))), "nobody");
  EXPECT_EQ(parse(binary(0x21, 0x12, std::string(12, 'x'))), "nobody");
}

TEST(Proxy_2_2_Binary, RefusesWhatIsUnassigned) {
  EXPECT_EQ(parse(binary(0x11, 0x11, std::string(12, 'x'))), "the PROXY header's version is unknown");
  EXPECT_EQ(parse(binary(0x22, 0x11, std::string(12, 'x'))), "the PROXY header's command is unknown");
  EXPECT_EQ(parse(binary(0x21, 0x41, std::string(12, 'x'))), "the PROXY header's address family is unknown");
  EXPECT_EQ(parse(binary(0x21, 0x13, std::string(12, 'x'))), "the PROXY header's address family is unknown");
}

TEST(Proxy_2_2_Binary, RefusesWhatIsTooShortOrTooLong) {
  EXPECT_EQ(parse(binary(0x21, 0x11, std::string(11, 'x'))), "the PROXY header is too short for its addresses");
  EXPECT_EQ(parse(binary(0x21, 0x21, std::string(35, 'x'))), "the PROXY header is too short for its addresses");
  EXPECT_EQ(parse(binary(0x21, 0x31, std::string(215, 'x'))), "the PROXY header is too short for its addresses");
  EXPECT_EQ(parse(binary(0x20, 0x00, std::string(ProxyHeaderParser::max_binary, 'x'))), "nobody");
  EXPECT_EQ(parse(binary(0x20, 0x00, std::string(ProxyHeaderParser::max_binary + 1, 'x'))),
            "the PROXY header is too long");
}

const std::string addresses("\xc0\0\2\1\xc6\x33\x64\7\xdc\4\1\xbb", 12);
constexpr const char* somebody = "192.0.2.1 56324 -> 198.51.100.7 443";

TEST(Proxy_2_2_Extras, ArePassedOverWhenUnknown) {
  EXPECT_EQ(parse(binary(0x21, 0x11, addresses + extra(0x02, "example.com") + extra(0x04, "") + extra(0xea, "aws"))),
            somebody);
}

TEST(Proxy_2_2_Extras, AreRefusedWhenCutOff) {
  for (const std::string& bad : {std::string("\2"), std::string("\2\0", 2), std::string("\2\0\1", 3), extra(2, "ab") + "\3"}) {
    EXPECT_EQ(parse(binary(0x21, 0x11, addresses + bad)), "the PROXY header's extra fields are cut off");
  }
}

TEST(Proxy_2_2_6_Tls, TellsWhetherTheClientSpokeIt) {
  const std::string verify(4, '\0');
  EXPECT_EQ(parse(binary(0x21, 0x11, addresses + extra(0x20, "\1" + verify + extra(0x21, "TLSv1.3")))),
            std::string(somebody) + ", by TLS");
  EXPECT_EQ(parse(binary(0x21, 0x11, addresses + extra(0x20, std::string(1, '\0') + verify))), somebody);
  EXPECT_EQ(parse(binary(0x21, 0x11, addresses + extra(0x20, "\1"))), "the PROXY header's field about TLS is cut off");
}

TEST(Proxy_2_2_3_Checksum, IsCheckedWhenThereIsOne) {
  // By another implementation of CRC32c.
  const auto with = [](const std::string& sum) { return binary(0x21, 0x11, addresses + extra(0x03, sum)); };
  EXPECT_EQ(parse(with(std::string{'\xd4', '\x5a', '\x11', '\xb9'})), somebody);
  EXPECT_EQ(parse(with(std::string(4, '\0'))), "the PROXY header's checksum does not match");
  EXPECT_EQ(parse(with("123")), "the PROXY header's checksum has no four bytes");
}

}  // namespace
