// Any bytes from the peer: cut in any way, and given whole or in pieces, they make the same events and the same replies
// as in one piece, texts are UTF-8, limits hold, and what is written is a run of whole frames that the other end can
// read.
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

struct Outcome {
  std::string events;  // one after the other, in a form that compares; messages stand where they end
  std::string replies;
  Protocol::State state = Protocol::State::Open;
  bool operator==(const Outcome&) const = default;
};

// What the protocol wrote, as the other end reads it.
std::string read_replies(ws::Role writer, std::string_view written) {
  std::string replies;
  std::string input(written);
  std::span<char> rest(input);
  // Not the protocol itself, which would stop at the first Close: its parts.
  ws::HeaderPolicy policy;
  policy.reader = writer == ws::Role::Server ? ws::Role::Client : ws::Role::Server;
  while (!rest.empty()) {
    ws::FrameHeader header;
    require(ws::read_header(rest.data(), rest.size(), policy, header) == ws::HeaderStatus::Complete);
    rest = rest.subspan(header.size);
    require(header.length <= rest.size());
    require(header.opcode == ws::Opcode::Pong || header.opcode == ws::Opcode::Close);
    ws::apply_mask(rest.data(), static_cast<std::size_t>(header.length), header.mask_key);
    replies += static_cast<char>(header.opcode);
    replies += std::to_string(header.length) + ':';
    replies.append(rest.data(), static_cast<std::size_t>(header.length));
    rest = rest.subspan(static_cast<std::size_t>(header.length));
  }
  return replies;
}

// `step` gives the size of each next piece.
template <class Step>
Outcome run(ws::Role role, const ws::Options& options, std::string_view bytes, bool close_first, Step step) {
  Protocol protocol(role, options);
  base::Buffer out;
  Outcome outcome;
  if (close_first) {
    require(protocol.close(ws::CloseCode::Normal, "", out));
    out.clear();
  }
  bool ended = false;
  std::string message;
  std::string place;
  bool inside = false;
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(step(), bytes.size());
    const auto memory = std::make_unique<char[]>(count);
    std::memcpy(memory.get(), bytes.data(), count);
    bytes.remove_prefix(count);
    std::span<char> input(memory.get(), count);
    for (;;) {
      const Event event = protocol.receive(input, out, (count & 2) != 0 ? &place : nullptr);
      if (event.kind == Event::Kind::None) break;
      require(!ended);
      ended = event.kind == Event::Kind::Close || event.kind == Event::Kind::Failed;
      require(ended == protocol.finished());
      require(base::is_valid_utf8(event.reason) && event.reason.size() <= ws::max_close_reason);
      std::string payload(event.payload);
      if (event.kind == Event::Kind::Text || event.kind == Event::Kind::Binary) {
        require(event.first != inside && (event.final || !event.payload.empty()));
        require(options.delivery == ws::Delivery::Pieces || (event.first && event.final));
        message += payload;
        inside = !event.final;
        require(message.size() <= options.max_message_size);
        if (inside) continue;
        payload = std::exchange(message, {});
        require(event.kind != Event::Kind::Text || base::is_valid_utf8(payload));
      } else {
        require(event.first && event.final && payload.size() <= ws::max_control_payload);
      }
      outcome.events += static_cast<char>(event.kind);
      outcome.events += std::to_string(ws::number(event.code)) + ' ' + std::to_string(payload.size()) + ':';
      outcome.events += payload;
      outcome.events += event.reason;
      if ((count & 1) != 0) require(protocol.take(event).size() == event.payload.size());
    }
    require(input.empty());
  }
  outcome.replies = read_replies(role, out.view());
  outcome.state = protocol.state();
  const bool news = protocol.abnormal().kind != Event::Kind::None;
  require(news != ended);
  return outcome;
}

}  // namespace

// Input: a byte of options, a byte that seeds the cuts, then what the peer sends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ws::Role role = (data[0] & 1) != 0 ? ws::Role::Client : ws::Role::Server;
  const bool close_first = (data[0] & 2) != 0;
  ws::Options options;
  options.max_message_size = (data[0] & 4) != 0 ? 64 : 1 << 16;
  if ((data[0] & 8) != 0) options.max_frame_size = 32;
  if ((data[0] & 16) != 0) options.max_fragments = 4;
  options.max_pong_backlog = (data[0] & 32) != 0 ? 64 : 1 << 20;
  ws::DeflateContexts contexts;
  if ((data[0] & 64) != 0) {
    const bool forget = (data[1] & 1) != 0;
    options.deflate = ws::DeflateParameters{forget, forget, 15, 15};
    options.deflate_contexts = &contexts;
  }
  std::uint32_t state = data[1] + 1U;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  const Outcome whole = run(role, options, bytes, close_first, [&] { return bytes.size(); });
  const Outcome bytewise = run(role, options, bytes, close_first, [] { return std::size_t{1}; });
  const Outcome pieces = run(role, options, bytes, close_first, [&] {
    state = state * 1664525 + 1013904223;
    return std::size_t{1} + (state >> 24) % 23;
  });
  require(whole == bytewise);
  require(whole == pieces);
  options.delivery = ws::Delivery::Pieces;
  require(whole == run(role, options, bytes, close_first, [&] { return bytes.size(); }));
  require(whole == run(role, options, bytes, close_first, [] { return std::size_t{1}; }));
  return 0;
}
