// Any bytes as the payloads of compressed messages: cut in any way, and given whole or in pieces, they make the same
// events; limits hold, of messages and of pieces; and each message comes through again when we compress it ourselves,
// in both roles, alone and as a frame for many.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/buffer.hpp"
#include "base/utf8.hpp"
#include "ws/protocol.hpp"

namespace {

using namespace folio;
using ws::Event;
using ws::Protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Message {
  Event::Kind kind = Event::Kind::None;  // Failed is the last, with its reason
  std::string payload;
  bool operator==(const Message&) const = default;
};

// The frames of `text`, as the peer of `role` sends them: a byte that says what the frame is, a byte of length, and so
// many bytes of payload.
std::string frames_of(ws::Role role, std::string_view text) {
  std::string frames;
  bool inside = false;
  while (text.size() >= 2) {
    const auto kind = static_cast<unsigned char>(text[0]);
    const auto length = static_cast<unsigned char>(text[1]);
    const std::string_view payload = text.substr(2, length);
    text.remove_prefix(2 + payload.size());
    const bool final = (kind & 1) == 0;
    const ws::Opcode opcode = inside            ? ws::Opcode::Continuation
                              : (kind & 2) != 0 ? ws::Opcode::Text
                                                : ws::Opcode::Binary;
    const std::uint8_t reserved = inside || (kind & 4) != 0 ? 0 : ws::rsv1;
    inside = !final;
    char header[ws::max_header_size];
    const std::uint8_t first = ws::first_byte(opcode, final, reserved);
    const ws::MaskKey key = role == ws::Role::Server ? 0x04030201U * (kind >> 3) : 0;
    frames.append(header, role == ws::Role::Server ? ws::write_client_header(header, first, payload.size(), key)
                                                   : ws::write_server_header(header, first, payload.size()));
    std::string masked(payload);
    ws::apply_mask(masked.data(), masked.size(), key);
    frames += masked;
  }
  return frames;
}

template <class Step>
std::vector<Message> receive(Protocol& protocol, const ws::Options& options, std::string_view bytes, Step step) {
  base::Buffer out;
  std::vector<Message> messages;
  std::string open;
  bool inside = false;
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(step(), bytes.size());
    const auto memory = std::make_unique<char[]>(count);
    std::memcpy(memory.get(), bytes.data(), count);
    bytes.remove_prefix(count);
    std::span<char> input(memory.get(), count);
    for (;;) {
      const Event event = protocol.receive(input, out);
      if (event.kind == Event::Kind::None) break;
      if (event.kind == Event::Kind::Failed) {
        messages.push_back({event.kind, std::string(event.reason)});
        continue;
      }
      require(event.kind == Event::Kind::Text || event.kind == Event::Kind::Binary);
      require(event.first != inside && (event.final || !event.payload.empty()));
      require(options.delivery == ws::Delivery::Pieces || (event.first && event.final));
      require(options.delivery == ws::Delivery::Messages ||
              event.payload.size() <= std::max(ws::max_inflated_piece, count));
      open += event.payload;
      inside = !event.final;
      require(open.size() <= options.max_message_size);
      if ((count & 1) != 0) require(protocol.take(event).size() == event.payload.size());
      if (inside) continue;
      require(event.kind != Event::Kind::Text || base::is_valid_utf8(open));
      messages.push_back({event.kind, std::exchange(open, {})});
    }
    require(input.empty());
  }
  return messages;
}

void require_round_trip(ws::Role role, const ws::Options& options, const std::vector<Message>& messages) {
  const ws::Role other = role == ws::Role::Server ? ws::Role::Client : ws::Role::Server;
  Protocol sender(other, options);
  Protocol receiver(role, options);
  base::Buffer wire;
  std::vector<Message> expected;
  for (const Message& message : messages) {
    if (message.kind == Event::Kind::Failed) break;
    const ws::Opcode opcode = message.kind == Event::Kind::Text ? ws::Opcode::Text : ws::Opcode::Binary;
    require(sender.send(opcode, message.payload, wire));
    expected.push_back(message);
    if (!sender.can_take_shared_compressed(message.payload.size())) continue;
    const auto shared = ws::make_compressed_server_frame(opcode, message.payload, 1, options.deflate_contexts);
    if (shared == nullptr) continue;
    wire.append(*shared);
    sender.shared_compressed_sent();
    expected.push_back(message);
  }
  require(receive(receiver, options, wire.view(), [&] { return wire.size(); }) == expected);
}

}  // namespace

// Input: a byte of options, a byte that seeds the cuts, then frames.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ws::Role role = (data[0] & 1) != 0 ? ws::Role::Client : ws::Role::Server;
  ws::DeflateContexts contexts;
  ws::Options options;
  options.max_message_size = (data[0] & 2) != 0 ? 1000 : 1 << 18;
  options.deflate = ws::DeflateParameters{(data[0] & 4) != 0, (data[0] & 8) != 0, 15, 15};
  options.deflate_contexts = &contexts;
  options.deflate_threshold = (data[0] & 16) != 0 ? 0 : 32;
  options.deflate_level = 1 + (data[0] >> 5);
  std::uint32_t state = data[1] + 1U;
  const std::string frames = frames_of(role, {reinterpret_cast<const char*>(data) + 2, size - 2});

  const auto run = [&](ws::Delivery delivery, auto step) {
    options.delivery = delivery;
    Protocol protocol(role, options);
    return receive(protocol, options, frames, step);
  };
  const auto all = [&] { return frames.size(); };
  const auto one = [] { return std::size_t{1}; };
  const auto some = [&] {
    state = state * 1664525 + 1013904223;
    return std::size_t{1} + (state >> 24) % 23;
  };
  const std::vector<Message> whole = run(ws::Delivery::Messages, all);
  require(run(ws::Delivery::Messages, one) == whole);
  require(run(ws::Delivery::Messages, some) == whole);
  require(run(ws::Delivery::Pieces, all) == whole);
  require(run(ws::Delivery::Pieces, one) == whole);
  require(run(ws::Delivery::Pieces, some) == whole);

  // With windows of any size, too: what we send refers to nothing that the other end does not have.
  require_round_trip(role, options, whole);
  options.deflate->server_max_window_bits = static_cast<std::uint8_t>(8 + data[1] % 8);
  options.deflate->client_max_window_bits = static_cast<std::uint8_t>(8 + data[1] / 8 % 8);
  require_round_trip(role, options, whole);
  // A peer that reaches back too far is not always caught, and does no harm.
  (void)run(ws::Delivery::Messages, some);
  return 0;
}
