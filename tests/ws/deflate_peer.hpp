// For the tests of compression: the other end, made of zlib alone, without the help of the code under test.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "conversation.hpp"

namespace folio::ws::testing {

inline const std::string deflate_tail("\x00\x00\xFF\xFF", 4);

class ForeignDeflater {
 public:
  explicit ForeignDeflater(int window_bits = 15, int level = 6, int strategy = Z_DEFAULT_STRATEGY) {
    EXPECT_EQ(deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, 8, strategy), Z_OK);
  }
  ~ForeignDeflater() { deflateEnd(&stream_); }
  ForeignDeflater(const ForeignDeflater&) = delete;
  ForeignDeflater& operator=(const ForeignDeflater&) = delete;

  // What zlib makes of `bytes`, as it is.
  std::string raw(std::string_view bytes, int flush) {
    std::string out(bytes.size() * 2 + 1024, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream_, flush);
    EXPECT_TRUE(status == Z_OK || status == Z_STREAM_END);
    EXPECT_EQ(stream_.avail_in, 0U);
    EXPECT_NE(stream_.avail_out, 0U);
    out.resize(out.size() - stream_.avail_out);
    if (status == Z_STREAM_END) deflateReset(&stream_);
    return out;
  }

  // RFC 7692 §7.2.1.
  std::string message(std::string_view bytes, int flush = Z_SYNC_FLUSH) {
    std::string out = raw(bytes, flush);
    EXPECT_TRUE(out.ends_with(deflate_tail));
    return out.substr(0, out.size() - 4);
  }

  void reset() { deflateReset(&stream_); }
  // What the next message may refer to, as if it had been compressed before.
  void set_dictionary(std::string_view bytes) {
    EXPECT_EQ(
        deflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())),
        Z_OK);
  }

 private:
  z_stream stream_ = {};
};

class ForeignInflater {
 public:
  explicit ForeignInflater(int window_bits = 15) { EXPECT_EQ(inflateInit2(&stream_, -window_bits), Z_OK); }
  ~ForeignInflater() { inflateEnd(&stream_); }
  ForeignInflater(const ForeignInflater&) = delete;
  ForeignInflater& operator=(const ForeignInflater&) = delete;

  // RFC 7692 §7.2.2. Nothing when zlib refuses it. Output is taken byte by byte, so that a distance that goes past the
  // window is refused: all that is older than the last byte must lie in it.
  std::optional<std::string> message(std::string_view payload) {
    const std::string input = std::string(payload) + deflate_tail;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    std::string out;
    for (;;) {
      char byte = 0;
      stream_.next_out = reinterpret_cast<Bytef*>(&byte);
      stream_.avail_out = 1;
      const int status = inflate(&stream_, Z_SYNC_FLUSH);
      if (stream_.avail_out == 0) out.push_back(byte);
      if (status == Z_BUF_ERROR || (status == Z_OK && stream_.avail_out != 0)) break;
      if (status != Z_OK) return std::nullopt;
    }
    if (stream_.avail_in != 0) return std::nullopt;
    return out;
  }

  void reset() { inflateReset(&stream_); }

 private:
  z_stream stream_ = {};
};

// Text that compresses as messages of applications do.
inline std::string json_of(std::size_t size, unsigned seed = 1) {
  std::string text = "[";
  std::uint32_t state = seed;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += R"({"id":)" + std::to_string(state >> 12) + R"(,"user":"user-)" + std::to_string((state >> 8) % 97) +
            R"(","text":"a message of no great interest","read":)" + ((state >> 30) != 0 ? "true" : "false") + "},";
  }
  text.resize(size);
  return text;
}

// A compressed message in one frame.
inline std::string compressed_frame(Role sender, Opcode opcode, std::string_view payload, bool final = true) {
  return raw_frame(sender, (final ? 0xC0 : 0x40) | static_cast<int>(opcode), payload);
}

// The contexts of all tests: as in a server, connections follow each other in the use of them.
inline DeflateContexts& test_contexts() {
  static DeflateContexts contexts;
  return contexts;
}

inline Options with_deflate(const DeflateParameters& parameters = {}) {
  Options options;
  options.deflate = parameters;
  options.deflate_contexts = &test_contexts();
  options.deflate_threshold = 0;
  return options;
}

inline constexpr DeflateParameters no_takeover{true, true, 15, 15};

}  // namespace folio::ws::testing
