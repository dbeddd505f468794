#include "ws/message_deflate.hpp"

namespace folio::ws {

MessageDeflate::MessageDeflate(Role role, const DeflateParameters& parameters, DeflateContexts& contexts,
                               std::size_t threshold, int level)
    : contexts_(contexts), threshold_(threshold), level_(static_cast<std::uint8_t>(level)) {
  const bool server = role == Role::Server;
  deflate_bits_ = server ? parameters.server_max_window_bits : parameters.client_max_window_bits;
  inflate_bits_ = server ? parameters.client_max_window_bits : parameters.server_max_window_bits;
  keeps_deflater_ = !(server ? parameters.server_no_context_takeover : parameters.client_no_context_takeover);
  keeps_inflater_ = !(server ? parameters.client_no_context_takeover : parameters.server_no_context_takeover);
}

// RFC 7692 §7.2.2: with no_context_takeover the receiver "MAY decompress each new message with an empty LZ77 sliding
// window. Otherwise, [it] MUST decompress each new message using the LZ77 sliding window used to process the last
// compressed message." A window that is borrowed may as well be the largest, which inflates what was compressed with
// any.
Inflater& MessageDeflate::inflater() {
  if (inflater_ == nullptr) inflater_ = contexts_.lend_inflater(keeps_inflater_ ? inflate_bits_ : max_window_bits);
  return *inflater_;
}

void MessageDeflate::end_message() {
  compressed_size_ = 0;
  if (!keeps_inflater_) inflater_.reset();
}

bool MessageDeflate::compress(std::string_view message, base::Buffer& out) {
  const std::size_t before = out.size();
  if (deflater_ == nullptr) deflater_ = contexts_.lend_deflater(deflate_bits_, level_);
  deflater_->compress(message, out);
  // A compressor that goes on from message to message has taken this one in, and the peer must do so too: it is sent
  // compressed even if that gains nothing, as with the first of many small messages that resemble each other.
  if (keeps_deflater_) return true;
  deflater_.reset();
  return out.size() - before < message.size();
}

}  // namespace folio::ws
