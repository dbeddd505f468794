#include "ws/deflate.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>

namespace folio::ws {
namespace {

// RFC 7692 §7.2.1: an empty block without compression ends each message, and all of it but its header is left out.
constexpr std::string_view tail("\x00\x00\xFF\xFF", 4);

const Bytef* input_of(std::string_view bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

void require_memory(int status) {
  assert(status == Z_OK || status == Z_MEM_ERROR);
  if (status != Z_OK) throw std::bad_alloc();
}

}  // namespace

// ---- Deflater

Deflater::Deflater(int window_bits, int level) : window_bits_(window_bits), level_(level) {
  assert(window_bits >= 8 && window_bits <= 15 && level >= 1 && level <= 9);
  require_memory(deflateInit2(&stream_, level, Z_DEFLATED, -deflater_window_bits(window_bits), deflate_memory_level,
                              Z_DEFAULT_STRATEGY));
}

Deflater::~Deflater() {
  deflateEnd(&stream_);
}

void Deflater::reset() {
  deflateReset(&stream_);
}

// RFC 7692 §7.2.1: "Compress all the octets of the payload of the message using DEFLATE." — "If the resulting data does
// not end with an empty DEFLATE block with no compression (the "BTYPE" bits are set to 00), append an empty DEFLATE
// block with no compression to the tail end." zlib's Z_SYNC_FLUSH is both. — "Remove 4 octets (that are 0x00 0x00 0xff
// 0xff) from the tail end."
void Deflater::compress(std::string_view message, base::Buffer& out) {
  assert(!message.empty());
  // Half is what most texts come to; what needs more gets as much again. Never less than an empty block takes.
  const std::size_t room = std::min<std::size_t>(message.size() / 2 + 64, 1U << 30);
  while (!message.empty()) {
    const std::size_t count = std::min<std::size_t>(message.size(), std::numeric_limits<uInt>::max());
    stream_.next_in = const_cast<Bytef*>(input_of(message));
    stream_.avail_in = static_cast<uInt>(count);
    message.remove_prefix(count);
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out.prepare(room));
      stream_.avail_out = static_cast<uInt>(room);
      [[maybe_unused]] const int status = deflate(&stream_, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      assert(status == Z_OK || status == Z_BUF_ERROR);
      out.commit(room - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }
  assert(out.view().ends_with(tail));
  out.truncate(out.size() - tail.size());
}

// ---- Inflater

Inflater::Inflater(int window_bits) : window_bits_(window_bits) {
  assert(window_bits >= 8 && window_bits <= 15);
  require_memory(inflateInit2(&stream_, -window_bits));
}

Inflater::~Inflater() {
  inflateEnd(&stream_);
}

void Inflater::reset() {
  inflateReset(&stream_);
  at_start_ = true;
}

Inflater::Step Inflater::inflate(std::string_view& input, char* out, std::size_t room) {
  assert(room != 0 && std::max(room, input.size()) <= std::numeric_limits<uInt>::max());
  stream_.next_in = const_cast<Bytef*>(input_of(input));
  stream_.avail_in = static_cast<uInt>(input.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out);
  stream_.avail_out = static_cast<uInt>(room);

  Status result = Status::NeedInput;
  for (;;) {
    if (stream_.avail_in != 0) at_start_ = false;
    const int status = ::inflate(&stream_, Z_SYNC_FLUSH);
    if (status == Z_STREAM_END) {
      // RFC 7692 §7.2.1: "When any DEFLATE block with the "BFINAL" bit set to 1 doesn't end at a byte boundary, an
      // endpoint MUST add minimal padding bits of 0 to make it end at a byte boundary. The next DEFLATE block follows
      // the padded data if any." To zlib that block begins another stream; the window stays as it is, since the sender
      // may go on using it.
      inflateResetKeep(&stream_);
      at_start_ = true;
      if (stream_.avail_in == 0) break;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      result = Status::Invalid;
      break;
    }
    if (stream_.avail_out == 0) {
      result = Status::OutputFull;
      break;
    }
    if (stream_.avail_in == 0) break;
  }
  input.remove_prefix(input.size() - stream_.avail_in);
  return {result, room - stream_.avail_out};
}

// RFC 7692 §7.2.2: "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload of the message." —
// "Decompress the resulting data using DEFLATE." Not so where there is nothing that they could complete: a payload of
// no bytes, which no compressor makes and which we take for the empty message, and one that ends with a last block.
Inflater::Step Inflater::finish(char* out, std::size_t room) {
  if (at_start_) return {Status::MessageEnd, 0};
  std::string_view rest;
  Step step = inflate(rest, out, room);
  if (step.status != Status::NeedInput) return step;
  // What the sender left out is the rest of an empty block, and inflates to nothing. In a stream that was cut off it
  // would be taken for data, or not be enough.
  rest = tail;
  const Step last = inflate(rest, out + step.written, room - step.written);
  const bool complete = last.status == Status::NeedInput && last.written == 0 && (at_start_ || at_block_boundary());
  at_start_ = true;
  step.status = complete ? Status::MessageEnd : Status::Invalid;
  return step;
}

// zlib.h, inflate(): data_type is "the number of unused bits in the last byte taken", plus 64 in the last block, plus
// 128 right behind a block.
bool Inflater::at_block_boundary() const {
  return (stream_.data_type & 0x87) == 0x80;
}

}  // namespace folio::ws
