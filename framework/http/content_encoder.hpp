// Encodes content as a content coding has it (RFC 9110 §8.4.1): gzip over zlib, br over Brotli, zstd over Zstandard.
// Pure; an object belongs to one thread at a time. When there is no memory the functions throw std::bad_alloc.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "http/content_coding.hpp"

namespace folio::http {

// Content that comes piece by piece. What it remembers of it, and so its memory, is bounded: about 0.3 MiB.
class ContentEncoder {
 public:
  // REQUIRES: `coding` is not Identity. `level`: 1 … 9 of gzip, 0 … 11 of br, 1 … 19 of zstd.
  ContentEncoder(ContentCoding coding, int level);
  ~ContentEncoder();
  ContentEncoder(ContentEncoder&&) noexcept;
  ContentEncoder& operator=(ContentEncoder&&) noexcept;

  // Takes `input`, and appends to `out` what is ready of the coded content, which may be nothing.
  void append(std::string_view input, base::Buffer& out);
  // Appends all that is left of what was taken so far, so that the receiver can decode it: for an event that shall be
  // seen now. It costs some bytes each time.
  void flush(base::Buffer& out);
  // The same, and the end of the content. REQUIRES: the last call.
  void finish(base::Buffer& out);

  class Codec;

 private:
  std::unique_ptr<Codec> codec_;
};

// The whole of `content`. Quicker than the above: each thread keeps the codecs' memory for its next call.
[[nodiscard]] std::string encode_content(ContentCoding coding, int level, std::string_view content);

}  // namespace folio::http
