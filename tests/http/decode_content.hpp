// Content decoded by the libraries' own decoders.
#pragma once

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/content_coding.hpp"

namespace folio::test {

// As much as can be decoded of `coded`; `whole`: whether the content's end was in it.
inline std::string decode(http::ContentCoding coding, std::string_view coded, bool& whole) {
  std::string content;
  std::vector<char> room(1 << 16);
  whole = false;
  if (coding == http::ContentCoding::Gzip) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
    stream.avail_in = static_cast<uInt>(coded.size());
    int status = Z_OK;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      status = inflate(&stream, Z_SYNC_FLUSH);
      content.append(room.data(), room.size() - stream.avail_out);
    } while (status == Z_OK && stream.avail_out == 0);
    EXPECT_TRUE(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR) << status;
    whole = status == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
  } else if (coding == http::ContentCoding::Brotli) {
    BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
    const auto* next = reinterpret_cast<const std::uint8_t*>(coded.data());
    std::size_t left = coded.size();
    BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
    while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
      auto* to = reinterpret_cast<std::uint8_t*>(room.data());
      std::size_t free = room.size();
      result = BrotliDecoderDecompressStream(state, &left, &next, &free, &to, nullptr);
      content.append(room.data(), room.size() - free);
    }
    EXPECT_NE(result, BROTLI_DECODER_RESULT_ERROR);
    whole = result == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
    BrotliDecoderDestroyInstance(state);
  } else {
    ZSTD_DCtx* context = ZSTD_createDCtx();
    EXPECT_FALSE(ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23)));  // RFC 9659
    ZSTD_inBuffer from{coded.data(), coded.size(), 0};
    std::size_t more = 1;
    while (true) {
      ZSTD_outBuffer to{room.data(), room.size(), 0};
      more = ZSTD_decompressStream(context, &to, &from);
      EXPECT_FALSE(ZSTD_isError(more)) << ZSTD_getErrorName(more);
      content.append(room.data(), to.pos);
      if (ZSTD_isError(more) || (more == 0 && from.pos == from.size) || (to.pos < to.size && from.pos == from.size)) break;
    }
    whole = more == 0;
    ZSTD_freeDCtx(context);
  }
  return content;
}

}  // namespace folio::test
