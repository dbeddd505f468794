// Hot paths of WebSockets and rooms, without a socket. Payloads and mask keys are ASCII, so that unmasking the same
// memory again and again gives valid text each time.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "base/utf8.hpp"
#include "count.hpp"
#include "members.hpp"
#include "ws/frame.hpp"
#include "ws/mask.hpp"
#include "ws/protocol.hpp"

namespace bench {

namespace {

using namespace folio;

std::string client_frame(std::size_t size) {
  const ws::MaskKey key = ws::load_mask_key("\x01\x02\x03\x04");
  char header[ws::max_header_size];
  std::string frame(header, ws::write_client_header(header, ws::first_byte(ws::Opcode::Text), size, key));
  return frame.append(size, 'x');
}

void count_echo(const char* name, std::size_t size, std::size_t times) {
  std::string frame = client_frame(size);
  ws::Protocol protocol(ws::Role::Server);
  base::Buffer out;
  hot_operation(name, times, [&] {
    std::span<char> input(frame);
    const ws::Event event = protocol.receive(input, out);
    expect(event.kind == ws::Event::Kind::Text && event.payload.size() == size, name, "gives no message");
    expect(protocol.send(ws::Opcode::Text, event.payload, out), name, "cannot send");
    out.clear();
  });
}

void count_mask(const char* name, std::size_t offset, std::size_t size, std::size_t times) {
  std::string payload(offset + size, 'x');
  hot_operation(name, times, [&] {
    ws::apply_mask(payload.data() + offset, size, 0x04030201);
    keep(payload);
  });
}

void count_utf8(const char* name, std::string_view piece) {
  std::string text;
  while (text.size() < 16 * 1024) text += piece;
  hot_operation(name, 50, [&] {
    keep(text);
    expect(base::is_valid_utf8(text), name, "is refused");
  });
}

void count_broadcast(const char* name, std::size_t messages) {
  constexpr std::size_t members = 500;
  Room room(members);
  const auto parcel = make_parcel("thirty-two bytes of a message   ");
  std::size_t said = 0;
  const auto say = [&](std::size_t count) {
    const Counted counted;
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < messages; ++j) room.hub().broadcast(parcel);
      room.turn();
    }
    said += count * messages;
  };
  hot_path(name, 100, say, messages * members);
  expect(room.deliveries() == said * members, name, "loses messages");
}

}  // namespace

void count_websocket() {
  count_echo("ws: frame in, message, frame out, 32 B", 32, 2000);
  count_echo("ws: frame in, message, frame out, 16 KiB", 16 * 1024, 50);
  count_mask("ws: unmask 16 KiB", 0, 16 * 1024, 50);
  count_mask("ws: unmask 32 B, unaligned", 1, 32, 2000);
  count_utf8("ws: UTF-8 check of 16 KiB, ASCII", "x");
  count_utf8("ws: UTF-8 check of 16 KiB, mixed", "Grüße aus Köln, 日本語 😀 ");
  count_broadcast("room: delivery to one of 500", 1);
  count_broadcast("room: delivery to one of 500, 16 at a time", 16);
}

}  // namespace bench
