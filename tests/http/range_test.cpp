#include "http/range.hpp"

#include <gtest/gtest.h>

#include <string>

namespace folio::http {
namespace {

using Outcome = RangeSelection::Outcome;

// "whole", "none", or the ranges as first+length.
std::string ranges(std::string_view field, std::uint64_t size = 10'000, std::size_t max_ranges = 16) {
  const RangeSelection selection = select_ranges(field, size, max_ranges);
  EXPECT_EQ(selection.ranges.empty(), selection.outcome != Outcome::Partial);
  if (selection.outcome == Outcome::Whole) return "whole";
  if (selection.outcome == Outcome::Unsatisfiable) return "none";
  std::string text;
  for (const ByteRange& range : selection.ranges) {
    text += (text.empty() ? "" : " ") + std::to_string(range.first) + '+' + std::to_string(range.length);
  }
  return text;
}

// RFC 9110 §14.1.2, its examples, of a representation of 10000 bytes.
TEST(Ranges, ReadTheExamplesOfTheStandard) {
  EXPECT_EQ(ranges("bytes=0-499"), "0+500");
  EXPECT_EQ(ranges("bytes=500-999"), "500+500");
  EXPECT_EQ(ranges("bytes=-500"), "9500+500");
  EXPECT_EQ(ranges("bytes=9500-"), "9500+500");
  EXPECT_EQ(ranges("bytes=0-0,-1"), "0+1 9999+1");
  EXPECT_EQ(ranges("bytes= 0-999, 4500-5499, -1000"), "0+1000 4500+1000 9000+1000");
  EXPECT_EQ(ranges("bytes=500-600,601-999"), "500+500");
  EXPECT_EQ(ranges("bytes=500-700,601-999"), "500+500");
}

TEST(Ranges, AreClippedToTheRepresentation) {
  EXPECT_EQ(ranges("bytes=0-"), "0+10000");
  EXPECT_EQ(ranges("bytes=9999-10000"), "9999+1");
  EXPECT_EQ(ranges("bytes=5000-99999999999999999999999999"), "5000+5000");
  EXPECT_EQ(ranges("bytes=-20000"), "0+10000");
  EXPECT_EQ(ranges("bytes=-18446744073709551616"), "0+10000");
  EXPECT_EQ(ranges("bytes=0-18446744073709551615", std::uint64_t{1} << 63), "0+9223372036854775808");
}

// RFC 9110 §15.5.17
TEST(Ranges, OutsideAreUnsatisfiable) {
  EXPECT_EQ(ranges("bytes=10000-"), "none");
  EXPECT_EQ(ranges("bytes=10000-20000, 99999-"), "none");
  EXPECT_EQ(ranges("bytes=-0"), "none");
  EXPECT_EQ(ranges("bytes=99999999999999999999-"), "none");
  EXPECT_EQ(ranges("bytes=10000-, 5-5"), "5+1") << "what is there of several";
}

// RFC 9110 §14.2: "A server that supports range requests MAY ignore or reject a Range header field that contains an
// invalid ranges-specifier".
TEST(Ranges, ThatAreMalformedAreIgnored) {
  for (const char* field : {"",
                            "bytes",
                            "bytes=",
                            "bytes=,",
                            "bytes=-",
                            "bytes=a-b",
                            "bytes=1",
                            "bytes=5-4",
                            "bytes=0-1-2",
                            "bytes=--1",
                            "bytes=0x1-2",
                            "bytes=+1-2",
                            "bytes=1 -2",
                            "bytes 0-1",
                            "bytes =0-1",
                            "0-1",
                            "bytes=0-1;q",
                            "bytes=0-1, bytes=2-3",
                            "bytes=0-1, x",
                            "bytes=1-2.5",
                            "=0-1"}) {
    EXPECT_EQ(ranges(field), "whole") << field;
  }
}

TEST(Ranges, OfOtherUnitsAreIgnored) {
  EXPECT_EQ(ranges("items=0-5"), "whole");
  EXPECT_EQ(ranges("bytesx=0-5"), "whole");
  EXPECT_EQ(ranges("Bytes=0-5"), "0+6") << "names of units have no case";
}

TEST(Ranges, OfNothingAreNone) {
  EXPECT_EQ(ranges("bytes=0-", 0), "whole");
  EXPECT_EQ(ranges("bytes=-5", 0), "whole");
}

// RFC 9110 §15.3.7.2
TEST(Ranges, ThatTouchAreJoined) {
  EXPECT_EQ(ranges("bytes=0-10,5-20"), "0+21");
  EXPECT_EQ(ranges("bytes=0-,0-,0-,0-"), "0+10000");
  EXPECT_EQ(ranges("bytes=0-9,90-99"), "0+100") << "a gap of 80 bytes is cheaper sent";
  EXPECT_EQ(ranges("bytes=0-9,91-99"), "0+10 91+9");
  EXPECT_EQ(ranges("bytes=5000-5009,0-9,9000-9009"), "5000+10 0+10 9000+10") << "in the order of the request";
  EXPECT_EQ(ranges("bytes=5000-5009,0-9,20-6000"), "0+6001") << "one that joins two others";
  EXPECT_EQ(ranges("bytes=0-9,2000-2009,4000-4009,1000-4000"), "0+10 1000+3010");
  EXPECT_EQ(ranges("bytes=100-100, ,,300-300"), "100+1 300+1") << "empty members of a list are nothing";
}

TEST(Ranges, AreLimitedInNumber) {
  std::string field = "bytes=0-0";
  for (int i = 1; i < 16; ++i) field += ',' + std::to_string(i * 200) + '-' + std::to_string(i * 200);
  EXPECT_EQ(select_ranges(field, 10'000, 16).ranges.size(), 16U);
  EXPECT_EQ(ranges(field + ",9000-9000"), "whole");
  EXPECT_EQ(ranges(field, 10'000, 15), "whole");
  EXPECT_EQ(ranges("bytes=0-1", 10'000, 0), "whole");
  std::string unsatisfiable = "bytes=0-0";
  for (int i = 0; i < 100'000; ++i) unsatisfiable += ",99999-";
  EXPECT_EQ(ranges(unsatisfiable), "whole");
}

TEST(Ranges, AreWrittenAsTheStandardHasThem) {
  EXPECT_EQ(content_range({0, 500}, 1234), "bytes 0-499/1234");
  EXPECT_EQ(content_range({1233, 1}, 1234), "bytes 1233-1233/1234");
  EXPECT_EQ(unsatisfied_range(47022), "bytes */47022");
  EXPECT_EQ(part_head("THIS", "application/pdf", {500, 500}, 8000),
            "\r\n--THIS\r\nContent-Type: application/pdf\r\nContent-Range: bytes 500-999/8000\r\n\r\n");
  EXPECT_EQ(part_head("B", "", {0, 1}, 1), "\r\n--B\r\nContent-Range: bytes 0-0/1\r\n\r\n");
  EXPECT_EQ(multipart_end("THIS"), "\r\n--THIS--\r\n");
}

}  // namespace
}  // namespace folio::http
