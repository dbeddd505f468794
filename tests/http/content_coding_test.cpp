#include "http/content_coding.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace folio::http {
namespace {

using enum ContentCoding;

constexpr std::initializer_list<ContentCoding> all = {Brotli, Zstd, Gzip};

ContentCoding choice(std::string_view field, std::initializer_list<ContentCoding> available = all) {
  return AcceptedCodings(field).choose(available);
}

TEST(AcceptEncoding, IsIdentityWithoutAField) {
  EXPECT_EQ(AcceptedCodings().choose(all), Identity);
  EXPECT_EQ(AcceptedCodings().weight(Gzip), 0);
  EXPECT_GT(AcceptedCodings().weight(Identity), 0);
}

// RFC 9110 §12.5.3: "An Accept-Encoding header field with a field value that is empty implies that the user agent does
// not want any content coding in response."
TEST(AcceptEncoding, IsIdentityForAnEmptyField) {
  EXPECT_EQ(choice(""), Identity);
  EXPECT_EQ(choice(" , ,"), Identity);
}

// RFC 9110 §12.5.3, its examples.
TEST(AcceptEncoding, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(choice("compress, gzip"), Gzip);
  EXPECT_EQ(choice("*"), Brotli);
  EXPECT_EQ(choice("compress;q=0.5, gzip;q=1.0"), Gzip);
  EXPECT_EQ(choice("gzip;q=1.0, identity; q=0.5, *;q=0"), Gzip);
}

TEST(AcceptEncoding, TakesWhatBrowsersSend) {
  EXPECT_EQ(choice("gzip, deflate, br, zstd"), Brotli);
  EXPECT_EQ(choice("gzip, deflate, br"), Brotli);
  EXPECT_EQ(choice("gzip, deflate"), Gzip);
  EXPECT_EQ(choice("gzip, deflate, br, zstd", {Gzip, Zstd}), Gzip) << "the server's order decides a tie";
  EXPECT_EQ(choice("gzip, deflate, br, zstd", {}), Identity);
}

TEST(AcceptEncoding, GoesByTheWeights) {
  EXPECT_EQ(choice("br;q=0.1, gzip;q=0.9, zstd;q=0.5"), Gzip);
  EXPECT_EQ(choice("br;q=0.1, gzip;q=0.9, zstd;q=0.5", {Brotli, Zstd}), Zstd);
  EXPECT_EQ(choice("gzip;q=0.001"), Gzip) << "what is named is liked better than what is not";
  EXPECT_EQ(choice("gzip;q=0.5, identity"), Identity);
  EXPECT_EQ(choice("gzip, identity"), Gzip);
  EXPECT_EQ(choice("*;q=0.5, gzip"), Gzip);
  EXPECT_EQ(choice("*;q=0.5, br;q=0, gzip;q=0.4"), Zstd);
  EXPECT_EQ(choice("gzip;q=0.2, gzip;q=0.8, br;q=0.5"), Gzip) << "the better of two";
}

TEST(AcceptEncoding, ExcludesWithZero) {
  EXPECT_EQ(choice("gzip;q=0"), Identity);
  EXPECT_EQ(choice("gzip;q=0.000, br;q=0"), Identity);
  EXPECT_EQ(AcceptedCodings("*;q=0").weight(Identity), 0);
  EXPECT_EQ(AcceptedCodings("identity;q=0").weight(Identity), 0);
  EXPECT_EQ(choice("identity;q=0, gzip;q=0.3"), Gzip);
  EXPECT_EQ(choice("*;q=0"), Identity) << "an answer that it may understand, rather than none";
}

TEST(AcceptEncoding, IgnoresCaseAndKnowsTheOldName) {
  EXPECT_EQ(choice("GZip;Q=0.4"), Gzip);
  EXPECT_EQ(choice("x-gzip"), Gzip);
  EXPECT_EQ(choice("BR"), Brotli);
}

TEST(AcceptEncoding, PassesOverMalformedMembers) {
  for (const std::string weight : {"", "2", "1.001", "0.0001", ".5", "-1", "x", "00"}) {
    EXPECT_EQ(choice("br;q=" + weight + ", gzip;q=0.1"), Gzip) << weight;
  }
  EXPECT_EQ(choice("br;level=1, gzip"), Gzip);
  EXPECT_EQ(choice("br gzip"), Identity);
  EXPECT_EQ(choice("\"br, gzip"), Identity);
  EXPECT_EQ(choice(",,gzip ;\tq=1 ,"), Gzip);
}

TEST(AcceptEncoding, NamesAndSuffixes) {
  EXPECT_EQ(coding_name(Brotli), "br");
  EXPECT_EQ(coding_name(Zstd), "zstd");
  EXPECT_EQ(coding_suffix(Gzip), ".gz");
  EXPECT_EQ(coding_suffix(Identity), "");
}

}  // namespace
}  // namespace folio::http
