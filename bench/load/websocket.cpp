#include "websocket.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "fail.hpp"

namespace load {
namespace {

constexpr char mask_key[4] = {0x11, 0x22, 0x33, 0x44};

// The example of RFC 6455, section 1.3.
constexpr std::string_view handshake_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view handshake_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

}  // namespace

std::string make_frame(unsigned char first_byte, std::string_view payload, bool masked) {
  std::string frame(1, static_cast<char>(first_byte));
  const unsigned mask_bit = masked ? 0x80 : 0;
  int length_bytes = 0;
  if (payload.size() < 126) {
    frame += static_cast<char>(payload.size() | mask_bit);
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(126 | mask_bit);
    length_bytes = 2;
  } else {
    frame += static_cast<char>(127 | mask_bit);
    length_bytes = 8;
  }
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i));
  if (!masked) return frame.append(payload);
  frame.append(mask_key, 4);
  const std::size_t at = frame.size();
  frame += payload;
  for (std::size_t i = at; i < frame.size(); ++i) frame[i] = static_cast<char>(frame[i] ^ mask_key[(i - at) % 4]);
  return frame;
}

std::string upgrade_request(std::string_view path, bool deflate) {
  std::string request = "GET " + std::string(path) +
                        " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
  request += handshake_key;
  if (deflate) {
    request +=
        "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  }
  return request + "\r\n\r\n";
}

void check_upgrade(std::string_view head, bool deflate) {
  if (!head.starts_with("HTTP/1.1 101") || head.find(handshake_accept) == std::string_view::npos) {
    fail("the server did not upgrade: " + shown(head));
  }
  if (deflate != (head.find("permessage-deflate") != std::string_view::npos)) {
    fail(std::string("the server ") + (deflate ? "does not want" : "wants") + " permessage-deflate: " + shown(head));
  }
}

void fail_on_early_bytes(std::string_view bytes) {
  fail("the server sent something by itself: " + shown(bytes));
}

std::string make_text(std::size_t size) {
  constexpr std::string_view words[] = {"\"name\":",  "\"value\":", "{\"id\":", "},",      "true,", "null,",
                                        "\"folio\",", "\"route\",", "message",  "socket ", "room ", "\"count\":"};
  std::string text;
  std::uint32_t random = 12345;
  while (text.size() < size) {
    random = random * 1664525 + 1013904223;
    const std::uint32_t pick = random >> 20;
    if (pick % 3 == 0) {
      text += std::to_string(pick);
    } else {
      text += words[pick % std::size(words)];
    }
  }
  text.resize(size);
  return text;
}

std::string deflate_message(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out - 4);  // without the empty block, RFC 7692, section 7.2.1
  deflateEnd(&stream);
  return out;
}

std::string inflate_message(std::string_view compressed, std::size_t most) {
  z_stream stream{};
  inflateInit2(&stream, -15);
  std::string in(compressed);
  in.append("\x00\x00\xff\xff", 4);
  std::string out(most + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::inflate(&stream, Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) fail("a message does not decompress");
  return out;
}

std::size_t EchoReader::take(std::string_view input) {
  ended_ = 0;
  while (!input.empty()) {
    if (head_size_ == 0 && !in_message_) {
      const std::string& frame = echo_->frame;
      while (input.size() >= frame.size() && !frame.empty() &&
             std::memcmp(input.data(), frame.data(), frame.size()) == 0) {
        input.remove_prefix(frame.size());
        ++ended_;
      }
      if (input.empty()) break;
    }
    if (!in_payload_) input = take_frame_head(input);
    if (in_payload_) input = take_payload(input);
  }
  return ended_;
}

std::string_view EchoReader::take_frame_head(std::string_view input) {
  while (!input.empty()) {
    head_[head_size_++] = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    if (head_size_ < 2) continue;
    if ((head_[1] & 0x80) != 0) fail("a frame of the server is masked");
    const unsigned length = head_[1] & 0x7f;
    const std::size_t whole = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (head_size_ < whole) continue;
    left_ = whole == 2 ? length : 0;
    for (std::size_t i = 2; i < whole; ++i) left_ = left_ << 8 | head_[i];
    in_payload_ = true;
    const auto opcode = static_cast<Opcode>(head_[0] & 0x0f);
    if (opcode == Opcode::Close) fail("the server sent a Close frame");
    if (opcode == Opcode::Text || opcode == Opcode::Binary) {
      if (in_message_) fail("a message begins inside another");
      in_message_ = true;
      compressed_ = (head_[0] & rsv1_bit) != 0;
      if (compressed_ && !echo_->deflate) fail("a message is compressed and must not be");
      if ((head_[0] & 0x0f) != static_cast<int>(Opcode::Text)) fail("a text came back as binary");
      position_ = 0;
      message_.clear();
    } else if (opcode == Opcode::Continuation && !in_message_) {
      fail("a continuation without a beginning");
    }
    return input;
  }
  return input;
}

std::string_view EchoReader::take_payload(std::string_view input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  const auto piece = input.substr(0, size);
  const bool control = (head_[0] & 0x08) != 0;
  if (!control && compressed_) {
    message_ += piece;
  } else if (!control) {
    if (size > echo_->payload.size() - position_ ||
        std::memcmp(piece.data(), echo_->payload.data() + position_, size) != 0) {
      fail("a wrong message, after " + std::to_string(position_) + " bytes: " + shown(piece));
    }
    position_ += size;
  }
  left_ -= size;
  if (left_ == 0) {
    in_payload_ = false;
    if (!control && (head_[0] & fin_bit) != 0) end_message();
    head_size_ = 0;
  }
  return input.substr(size);
}

void EchoReader::end_message() {
  if (compressed_) {
    if (inflate_message(message_, echo_->payload.size()) != echo_->payload)
      fail("a message decompresses to something else");
    // The next one will be the same, as long as the server compresses each by itself.
    echo_->frame = make_frame(fin_bit | rsv1_bit | static_cast<unsigned char>(Opcode::Text), message_, false);
  } else if (position_ != echo_->payload.size()) {
    fail("a message ends after " + std::to_string(position_) + " bytes of " + std::to_string(echo_->payload.size()));
  }
  in_message_ = false;
  ++ended_;
}

}  // namespace load
