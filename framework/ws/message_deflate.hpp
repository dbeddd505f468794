// One connection's share of permessage-deflate (RFC 7692 §7.2): which contexts it uses, and for how long. Those of its
// own that it keeps between messages are made with the first compressed message; a connection that keeps none has
// nothing but this object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "base/buffer.hpp"
#include "ws/deflate.hpp"
#include "ws/deflate_contexts.hpp"
#include "ws/deflate_negotiation.hpp"
#include "ws/frame.hpp"

namespace folio::ws {

// How many bytes the compressed form of a message may have that has `message_size` bytes at most. The form can be
// longer than the message: a byte can take 9 bits, and a sender that flushes after each fragment adds up to 6 bytes to
// each. What goes on without end and inflates to nothing (empty blocks) must come to an end, though.
constexpr std::uint64_t max_compressed_size(std::uint64_t message_size) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return message_size > most / 4 ? most : 2 * message_size + 1024;
}

class MessageDeflate {
 public:
  // `contexts` outlives this object.
  MessageDeflate(Role role, const DeflateParameters& parameters, DeflateContexts& contexts, std::size_t threshold,
                 int level);

  // Receiving. A frame of a compressed message begins, with `size` bytes of payload.
  void begin_frame(std::uint64_t size) { compressed_size_ += size; }
  // Bytes of the compressed message that its frames have announced so far.
  [[nodiscard]] std::uint64_t compressed_size() const { return compressed_size_; }
  // The one for the message that is being received.
  [[nodiscard]] Inflater& inflater();
  // The message is complete.
  void end_message();

  // Sending. Whether a message of that size is worth the try.
  [[nodiscard]] bool worth_compressing(std::size_t size) const { return size >= threshold_ && size != 0; }
  // Appends the message's compressed payload to `out`. False, with anything behind `out`, if it is to go as it is.
  [[nodiscard]] bool compress(std::string_view message, base::Buffer& out);
  // Whether the peer can inflate what was compressed with a window of 15 bits and nothing before it.
  [[nodiscard]] bool window_holds(std::size_t message_size) const {
    return deflate_bits_ == max_window_bits || message_size <= std::size_t{1} << deflate_bits_;
  }
  // The next message will refer to no message before it.
  void forget_sent() { deflater_.reset(); }

 private:
  DeflateContexts& contexts_;
  DeflateContexts::LentDeflater deflater_;
  DeflateContexts::LentInflater inflater_;
  std::uint64_t compressed_size_ = 0;
  std::size_t threshold_;
  std::uint8_t level_;
  std::uint8_t deflate_bits_;
  std::uint8_t inflate_bits_;
  bool keeps_deflater_;
  bool keeps_inflater_;
};

}  // namespace folio::ws
