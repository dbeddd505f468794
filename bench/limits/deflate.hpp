// permessage-deflate without context takeover: one stream each way for all connections. Level and memory are those that
// Folio has, so that the limit does the same work.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace limits {

class Deflate {
 public:
  Deflate() {
    deflateInit2(&deflater_, 1, Z_DEFLATED, -15, 6, Z_DEFAULT_STRATEGY);
    inflateInit2(&inflater_, -15);
  }
  ~Deflate() {
    deflateEnd(&deflater_);
    inflateEnd(&inflater_);
  }
  Deflate(const Deflate&) = delete;
  Deflate& operator=(const Deflate&) = delete;

  // What they give is good until the next call.
  std::string_view compress(std::string_view text) {
    deflateReset(&deflater_);
    const std::size_t bound = deflateBound(&deflater_, text.size()) + 16;
    if (compressed_.size() < bound) compressed_.resize(bound);
    run(deflater_, text, compressed_, ::deflate);
    return std::string_view(compressed_).substr(0, deflater_.total_out - 4);
  }
  std::string_view decompress(std::string_view bytes) {
    inflateReset(&inflater_);
    input_.assign(bytes).append("\x00\x00\xff\xff", 4);
    if (text_.size() < 64 * 1024) text_.resize(64 * 1024);
    run(inflater_, input_, text_, ::inflate);
    while (inflater_.avail_out == 0) {
      text_.resize(text_.size() * 2);
      inflater_.next_out = reinterpret_cast<Bytef*>(text_.data()) + inflater_.total_out;
      inflater_.avail_out = static_cast<uInt>(text_.size() - inflater_.total_out);
      ::inflate(&inflater_, Z_SYNC_FLUSH);
    }
    return std::string_view(text_).substr(0, inflater_.total_out);
  }

 private:
  static void run(z_stream& stream, std::string_view in, std::string& out, int (*step)(z_stream*, int)) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    step(&stream, Z_SYNC_FLUSH);
  }

  z_stream deflater_{};
  z_stream inflater_{};
  std::string compressed_, input_, text_;
};

}  // namespace limits
