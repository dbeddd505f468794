// The compressed messages of a Protocol: RFC 7692.
#include "ws/protocol.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "ws/message_deflate.hpp"

namespace folio::ws {
namespace {

// Compressed bytes that are unmasked at a time: those that find no room for what they inflate to are masked again, to
// be met as they came.
constexpr std::size_t unmask_step = 4096;

// Room for what a message inflates to: a guess from its compressed size at first, then as much again as there is.
constexpr std::size_t min_inflate_room = 512;
constexpr std::size_t max_inflate_room = 64 * 1024;

}  // namespace

// ---- Receiving

std::size_t Protocol::inflate_room(std::size_t compressed) const {
  std::size_t room = assembly_->spare();
  if (room < min_inflate_room) {
    room = std::clamp(4 * std::min(compressed, max_inflate_room), min_inflate_room, max_inflate_room);
  }
  if (delivery_ == Delivery::Pieces) room = std::min(room, max_inflated_piece - assembly_->view().size());
  // One byte more than may be, which tells a message that ends at the limit from one that goes on.
  const std::uint64_t left = limits_.max_message_size - assembly_->size();
  return room > left ? static_cast<std::size_t>(left) + 1 : room;
}

Event Protocol::continue_compressed(std::span<char>& input, base::Buffer& out) {
  for (;;) {
    // RFC 7692 §7.2.2: the payload of the message, over all of its frames, then the tail.
    const bool at_tail = remaining_ == 0 && frame_.final;
    const std::size_t available = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
    const std::span<char> compressed = input.first(std::min(available, unmask_step));
    if (frame_.mask_key != 0) apply_mask(compressed.data(), compressed.size(), frame_.mask_key);

    const std::size_t kept = assembly_->view().size();
    const std::size_t room = inflate_room(available);
    std::string_view rest(compressed.data(), compressed.size());
    Inflater::Status status = Inflater::Status::Invalid;
    assembly_->fill(room, [&](char* to) {
      Inflater& inflater = deflate_->inflater();
      const Inflater::Step step = at_tail ? inflater.finish(to, room) : inflater.inflate(rest, to, room);
      status = step.status;
      return step.written;
    });

    const std::size_t taken = compressed.size() - rest.size();
    input = input.subspan(taken);
    remaining_ -= taken;
    frame_.mask_key = rotate_mask_key(frame_.mask_key, taken);
    if (!rest.empty() && frame_.mask_key != 0) apply_mask(input.data(), rest.size(), frame_.mask_key);

    const std::string_view inflated = assembly_->view().substr(kept);
    const std::uint64_t left = limits_.max_message_size - assembly_->size();
    const std::string_view within =
        inflated.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, inflated.size())));
    if (!assembly_->accept(within)) return fail(CloseCode::InvalidPayload, "text message is not valid UTF-8", out);
    if (inflated.size() > left) return refuse_over_limit("message", limits_.max_message_size, "bytes", out);

    switch (status) {
      case Inflater::Status::Invalid:
        return fail(CloseCode::InvalidPayload, "compressed message is not valid DEFLATE data", out);
      case Inflater::Status::MessageEnd:
        inside_frame_ = false;
        return on_data(assembly_->view(), true, out);
      case Inflater::Status::OutputFull:
        // There is more to be had, maybe without any input.
        if (delivery_ == Delivery::Pieces && assembly_->view().size() == max_inflated_piece) {
          return on_data(assembly_->view(), false, out);
        }
        break;
      case Inflater::Status::NeedInput:
        if (remaining_ == 0 ? frame_.final : !input.empty()) break;
        inside_frame_ = remaining_ != 0;
        return on_data(assembly_->view(), false, out);
    }
  }
}

// ---- Sending

bool Protocol::would_compress(std::size_t size) const {
  return deflate_ != nullptr && deflate_->worth_compressing(size);
}

// RFC 7692 §6.1: the message is compressed and its first frame, here its only one, has the "Per-Message Compressed"
// bit.
bool Protocol::write_compressed(Opcode opcode, std::string_view payload, base::Buffer& out) {
  // The header comes first and says how long the payload is: it gets the most that it can take, and the payload moves
  // up to it.
  const std::size_t before = out.size();
  (void)out.prepare(max_header_size);
  out.commit(max_header_size);
  if (!deflate_->compress(payload, out)) {
    out.truncate(before);
    return false;
  }
  char* const frame = out.data() + before;
  const std::size_t length = out.size() - before - max_header_size;
  const std::uint8_t first = first_byte(opcode, true, rsv1);
  const MaskKey key = role_ == Role::Client ? next_mask_key() : 0;
  const std::size_t size = role_ == Role::Client ? write_client_header(frame, first, length, key)
                                                 : write_server_header(frame, first, length);
  std::memmove(frame + size, frame + max_header_size, length);
  if (key != 0) apply_mask(frame + size, length, key);
  out.truncate(before + size + length);
  return true;
}

// ---- One compressed frame for many

bool Protocol::can_take_shared_compressed(std::size_t message_size) const {
  return open() && role_ == Role::Server && deflate_ != nullptr && deflate_->window_holds(message_size);
}

// The peer's window has taken in a message that our own compressor knows nothing of, so that distances into what it
// remembers no longer fit. Distances within what it compresses from now on do: they count back from where they stand,
// and all that lies between has been through it. So it begins anew; the peer's window only holds more than is used.
void Protocol::shared_compressed_sent() {
  if (deflate_ != nullptr) deflate_->forget_sent();
}

base::SharedBytes make_compressed_server_frame(Opcode opcode, std::string_view payload, int level,
                                               DeflateContexts* contexts) {
  if (payload.empty()) return nullptr;
  base::Buffer compressed;
  if (contexts != nullptr) {
    contexts->lend_deflater(max_window_bits, level)->compress(payload, compressed);
  } else {
    Deflater(max_window_bits, level).compress(payload, compressed);
  }
  if (compressed.size() >= payload.size()) return nullptr;
  char header[max_header_size];
  const std::size_t size = write_server_header(header, first_byte(opcode, true, rsv1), compressed.size());
  auto frame = std::make_shared<std::string>();
  frame->reserve(size + compressed.size());
  frame->append(header, size);
  frame->append(compressed.view());
  return frame;
}

}  // namespace folio::ws
