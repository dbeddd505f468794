#include "serve.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

namespace limits {
namespace {

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  static const EVP_MD* sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  EVP_Digest(text.data(), text.size(), digest, &size, sha1, nullptr);
  unsigned char encoded[64];
  const int length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  return {reinterpret_cast<char*>(encoded), static_cast<std::size_t>(length)};
}

std::string_view field(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size());
  return head.substr(0, head.find("\r\n"));
}

}  // namespace

std::size_t Service::serve(Peer& peer, char* data, std::size_t size, bool stays, Reply& reply) {
  std::size_t done = 0;
  wanted_ = 0;
  while (done < size && !reply.is_complete()) {
    const std::size_t used = peer.mode == Peer::Mode::Http ? serve_request(peer, {data + done, size - done}, reply)
                                                           : serve_frame(peer, data + done, size - done, stays, reply);
    if (used == 0) break;
    done += used;
  }
  return done;
}

std::size_t Service::serve_request(Peer& peer, std::string_view input, Reply& reply) {
  if (peer.body_left != 0) {
    const std::size_t taken = std::min<std::uint64_t>(peer.body_left, input.size());
    peer.body_left -= taken;
    if (peer.body_left == 0) site_.answer_text(std::to_string(peer.body_size), reply);
    return taken;
  }
  const auto end = input.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  const auto head = input.substr(0, end + 2);
  if (head.starts_with("GET /ws/")) {
    upgrade(peer, head, reply);
  } else if (head.starts_with("POST /upload ")) {
    const auto length = field(head, "\r\nContent-Length: ");
    peer.body_size = 0;
    std::from_chars(length.data(), length.data() + length.size(), peer.body_size);
    peer.body_left = peer.body_size;
    if (peer.body_size == 0) site_.answer_text("0", reply);
  } else {
    site_.answer(head, reply);
  }
  return end + 4;
}

void Service::upgrade(Peer& peer, std::string_view head, Reply& reply) {
  const auto key = field(head, "\r\nSec-WebSocket-Key: ");
  if (key.empty()) {
    reply.add(
        "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  auto path = head.substr(8);
  path = path.substr(0, path.find(' '));
  reply.add("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
  reply.add(accept_key(key));
  if (path == "deflate" && head.find("permessage-deflate") != std::string_view::npos) {
    peer.deflate = true;
    reply.add(
        "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  }
  reply.add("\r\n\r\n");
  peer.mode = Peer::Mode::Socket;
  if (path.starts_with("room/")) rooms_.join(peer, path.substr(5));
}

std::size_t Service::serve_frame(Peer& peer, char* data, std::size_t size, bool stays, Reply& reply) {
  Frame frame;
  if (!read_frame_head(data, size, frame)) return 0;
  if (size < frame.size()) {
    wanted_ = frame.size();
    return 0;
  }
  char* payload = data + frame.head_size;
  const auto length = static_cast<std::size_t>(frame.length);
  unmask(payload, length, payload - 4);
  const std::string_view bytes(payload, length);
  if (frame.opcode() >= 8) {
    if (frame.opcode() == 8) reply.close_behind();
    if (frame.opcode() != 10) {  // a Close is answered with the same, a Ping with a Pong
      add_frame_head(reply.cork(), frame.opcode() == 8 ? 0x88 : 0x8a, length);
      reply.add(bytes);
    }
  } else if (frame.fin() && frame.opcode() != 0) {
    hear(peer, frame.first, bytes, stays ? Life::Staying : Life::Event, reply);
  } else {
    if (frame.opcode() != 0) {
      peer.message_first = frame.first | 0x80;
      peer.message = std::make_unique<std::string>();
    }
    *peer.message += bytes;
    if (frame.fin()) {
      const auto message = std::move(peer.message);
      hear(peer, peer.message_first, *message, Life::Passing, reply);
    }
  }
  return static_cast<std::size_t>(frame.size());
}

void Service::hear(Peer& peer, unsigned char first, std::string_view payload, Life life, Reply& reply) {
  if ((first & 0x40) != 0) {
    payload = deflate_.decompress(payload);
    first &= 0xbf;
  }
  if (peer.room != nullptr) {
    rooms_.broadcast(*peer.room, first, payload);
    return;
  }
  if (peer.deflate) {
    payload = deflate_.compress(payload);
    first |= 0x40;
    add_frame_head(reply.cork(), first, payload.size());
    reply.add(payload);
    return;
  }
  add_frame_head(reply.cork(), first, payload.size());
  if (payload.size() < large || life == Life::Passing) {
    reply.add(payload);
  } else {
    reply.add_view(payload, life == Life::Staying);
  }
}

}  // namespace limits
