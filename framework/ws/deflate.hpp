// DEFLATE (RFC 1951) as RFC 7692 §7.2 has it: one message after the other through a compressor, or out of a
// decompressor, either of which may remember the messages before ("context takeover"). Over zlib's raw streams.
// Plain objects; each belongs to one thread at a time. When there is no memory for one, its constructor throws
// std::bad_alloc, as `new` does.
//
// Memory of each, by window bits: see deflater_memory() and inflater_memory(). With the full window of 15 bits a
// Deflater has about 166 KiB and an Inflater about 39 KiB.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/buffer.hpp"

namespace folio::ws {

// zlib's own is 8. With 6, texts of 256 KiB come out 1% larger, smaller ones the same, and a compressor takes 96 KiB
// less.
inline constexpr int deflate_memory_level = 6;

// zlib's algorithm looks ahead 262 bytes in its window of 2^bits, and reaches back 2^bits - 262. It has no window of 8
// bits for raw streams; with one of 9 it reaches back 250 bytes, which a decompressor of 8 bits, 256 bytes, can follow.
constexpr int deflater_window_bits(int agreed) {
  return agreed == 8 ? 9 : agreed;
}

// Bytes that zlib takes for each, within 1 KiB: its documentation has these formulas.
constexpr std::size_t deflater_memory(int window_bits) {
  return (std::size_t{1} << (deflater_window_bits(window_bits) + 2)) + (std::size_t{1} << (deflate_memory_level + 9)) +
         6 * 1024;
}
constexpr std::size_t inflater_memory(int window_bits) {
  return (std::size_t{1} << window_bits) + 7 * 1024;
}

class Deflater {
 public:
  // REQUIRES: 8 <= window_bits <= 15; 1 <= level <= 9.
  Deflater(int window_bits, int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  [[nodiscard]] int window_bits() const { return window_bits_; }
  [[nodiscard]] int level() const { return level_; }

  // Appends the payload of the compressed message (RFC 7692 §7.2.1) to `out`. REQUIRES: `message` is not empty.
  void compress(std::string_view message, base::Buffer& out);
  // Forgets all messages so far: the next one refers to nothing before it.
  void reset();

 private:
  z_stream stream_ = {};
  int window_bits_;
  int level_;
};

class Inflater {
 public:
  // REQUIRES: 8 <= window_bits <= 15. With a window of less than 15 bits a peer that reaches back further than was
  // agreed may or may not be refused, depending on how its bytes arrive.
  explicit Inflater(int window_bits);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] int window_bits() const { return window_bits_; }

  enum class Status : std::uint8_t {
    NeedInput,   // all input is taken
    OutputFull,  // the room is used up, and there may be more to come: call again, with the rest of the input
    MessageEnd,  // by finish() only: the message is complete, the next one may follow
    Invalid,     // no DEFLATE data; `written` bytes before the fault are. Only reset() mends the object
  };
  struct Step {
    Status status;
    std::size_t written;
  };

  // Inflates from the front of `input`, which it advances, to [out, out + room). REQUIRES: room > 0; input and room are
  // less than 4 GiB.
  [[nodiscard]] Step inflate(std::string_view& input, char* out, std::size_t room);
  // All of the message's payload was taken. To be repeated for as long as it gives OutputFull. REQUIRES: room > 0.
  [[nodiscard]] Step finish(char* out, std::size_t room);
  // Forgets all messages so far.
  void reset();

 private:
  [[nodiscard]] bool at_block_boundary() const;

  z_stream stream_ = {};
  int window_bits_;
  // Nothing was taken yet since the beginning of the message, or since a block that was the last of its stream.
  bool at_start_ = true;
};

}  // namespace folio::ws
