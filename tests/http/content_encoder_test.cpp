// Content codings, decoded again by the libraries' own decoders. RFC 9110 §8.4.1, RFC 1952, RFC 7932, RFC 8878.
#include "http/content_encoder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "http/decode_content.hpp"

namespace folio::http {
namespace {

using test::decode;

std::string sample(std::size_t size) {
  std::string text;
  std::uint32_t seed = 1;
  while (text.size() < size) {
    seed = seed * 1664525 + 1013904223;
    text += "{\"id\":" + std::to_string(seed >> 16) + ",\"name\":\"somebody\"},";
  }
  text.resize(size);
  return text;
}

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 88172645463325252;
  for (char& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<char>(state >> 32);
  }
  return bytes;
}

class ContentEncoderOf : public testing::TestWithParam<ContentCoding> {};
INSTANTIATE_TEST_SUITE_P(Codings, ContentEncoderOf,
                         testing::Values(ContentCoding::Gzip, ContentCoding::Brotli, ContentCoding::Zstd),
                         [](const auto& info) { return std::string(coding_name(info.param)); });

TEST_P(ContentEncoderOf, EncodesWhatADecoderReads) {
  for (const std::size_t size : {0, 1, 100, 16'383, 16'384, 65'536, 1'000'000}) {
    for (const std::string& content : {sample(size), noise(size)}) {
      const std::string coded = encode_content(GetParam(), 4, content);
      bool whole = false;
      EXPECT_EQ(decode(GetParam(), coded, whole), content) << size;
      EXPECT_TRUE(whole) << size;
    }
  }
  EXPECT_LT(encode_content(GetParam(), 3, sample(100'000)).size(), 40'000U);
}

TEST_P(ContentEncoderOf, TakesEveryLevelInTurn) {
  const std::string content = sample(20'000);
  for (const int level : {1, 3, 4, 5, 9, 1}) {
    bool whole = false;
    EXPECT_EQ(decode(GetParam(), encode_content(GetParam(), level, content), whole), content) << level;
    EXPECT_TRUE(whole);
  }
}

TEST_P(ContentEncoderOf, TakesContentInPieces) {
  const std::string content = sample(5'000) + noise(70'000) + sample(200'000);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{977}, std::size_t{50'000}, content.size()}) {
    ContentEncoder encoder(GetParam(), 3);
    base::Buffer out;
    for (std::size_t at = 0; at < content.size(); at += piece) {
      encoder.append(std::string_view(content).substr(at, piece), out);
    }
    encoder.finish(out);
    bool whole = false;
    EXPECT_EQ(decode(GetParam(), out.view(), whole), content) << piece;
    EXPECT_TRUE(whole) << piece;
  }
}

TEST_P(ContentEncoderOf, FlushesWhatAReceiverMaySeeAtOnce) {
  ContentEncoder encoder(GetParam(), 3);
  base::Buffer out;
  std::string content;
  for (int event = 0; event < 100; ++event) {
    const std::string piece = "data: event " + std::to_string(event * 7919) + "\n\n";
    content += piece;
    encoder.append(piece, out);
    encoder.flush(out);
    bool whole = false;
    ASSERT_EQ(decode(GetParam(), out.view(), whole), content) << event;
    ASSERT_FALSE(whole);
  }
  encoder.flush(out);  // with nothing to flush
  encoder.finish(out);
  bool whole = false;
  EXPECT_EQ(decode(GetParam(), out.view(), whole), content);
  EXPECT_TRUE(whole);
}

TEST_P(ContentEncoderOf, EncodesNothing) {
  ContentEncoder encoder(GetParam(), 3);
  base::Buffer out;
  encoder.finish(out);
  bool whole = false;
  EXPECT_EQ(decode(GetParam(), out.view(), whole), "");
  EXPECT_TRUE(whole);
  EXPECT_FALSE(out.empty());
}

}  // namespace
}  // namespace folio::http
