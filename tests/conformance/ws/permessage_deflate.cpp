#include "conformance/ws/permessage_deflate.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <vector>

namespace folio::conformance {

namespace {

const std::string tail("\x00\x00\xFF\xFF", 4);

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// RFC 7692 §7.1.2: "a decimal integer value without leading zeroes between 8 to 15, inclusive". 0: it is none.
int window_bits(std::string_view value) {
  if (value.size() == 1 && (value == "8" || value == "9")) return value[0] - '0';
  if (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5') return 10 + value[1] - '0';
  return 0;
}

unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
}

}  // namespace

std::optional<Agreement> read_agreement(std::string_view value) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = value.find(';');
    parts.push_back(trimmed(value.substr(0, end)));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  if (parts.front() != "permessage-deflate") return std::nullopt;
  Agreement agreement;
  std::vector<std::string_view> seen;
  for (const std::string_view part : std::vector(parts.begin() + 1, parts.end())) {
    const auto equals = part.find('=');
    const std::string_view name = trimmed(part.substr(0, equals));
    const bool valued = equals != std::string_view::npos;
    const int bits = valued ? window_bits(trimmed(part.substr(equals + 1))) : 0;
    // RFC 7692 §7.1: a response with "multiple parameters with the same name" is to be failed.
    if (std::ranges::find(seen, name) != seen.end()) return std::nullopt;
    seen.push_back(name);
    if (name == "server_no_context_takeover" && !valued) {
      agreement.server_no_context_takeover = true;
    } else if (name == "client_no_context_takeover" && !valued) {
      agreement.client_no_context_takeover = true;
    } else if (name == "server_max_window_bits" && bits != 0) {
      agreement.server_max_window_bits = bits;
    } else if (name == "client_max_window_bits" && bits != 0) {
      agreement.client_max_window_bits = bits;
    } else {
      return std::nullopt;
    }
  }
  return agreement;
}

Compressor::Compressor(int window_bits, bool context_takeover) : context_takeover_(context_takeover) {
  // zlib has no window of 8 bits for raw streams; one of 9 reaches back 250 bytes, which 8 bits allow.
  deflateInit2(&stream_, Z_BEST_COMPRESSION, Z_DEFLATED, -std::max(window_bits, 9), 8, Z_DEFAULT_STRATEGY);
}
Compressor::~Compressor() {
  deflateEnd(&stream_);
}

void Compressor::run(std::string_view message, int flush, std::string& out) {
  stream_.next_in = in(message);
  stream_.avail_in = static_cast<uInt>(message.size());
  char room[16'384];
  do {
    stream_.next_out = reinterpret_cast<unsigned char*>(room);
    stream_.avail_out = sizeof room;
    deflate(&stream_, flush);
    out.append(room, sizeof room - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

std::string Compressor::compress(std::string_view message, Block block) {
  // RFC 7692 §7.2.3.6: zlib writes nothing when it has nothing to write since the last flush.
  if (message.empty()) return std::string(1, '\0');
  if (block == Block::Fixed) deflateParams(&stream_, Z_BEST_COMPRESSION, Z_FIXED);
  if (block == Block::Stored) deflateParams(&stream_, Z_NO_COMPRESSION, Z_DEFAULT_STRATEGY);
  std::string payload;
  if (block == Block::Two) {
    const std::size_t half = message.size() / 2;
    run(message.substr(0, half), Z_FULL_FLUSH, payload);
    message.remove_prefix(half);
  }
  if (block == Block::Final) {
    run(message, Z_FINISH, payload);
    payload.push_back('\0');  // §7.2.3.4: an empty block that is not final, its tail taken off, follows
    deflateReset(&stream_);
    return payload;
  }
  // RFC 7692 §7.2.1: an empty stored block at the end, of which "4 octets (that are 0x00 0x00 0xff 0xff)" are removed.
  run(message, Z_SYNC_FLUSH, payload);
  if (block == Block::EmptyStored) {
    payload.push_back('\0');
  } else {
    payload.resize(payload.size() - tail.size());
  }
  if (!context_takeover_) deflateReset(&stream_);
  return payload;
}

Decompressor::Decompressor(const Agreement& agreement) : context_takeover_(!agreement.server_no_context_takeover) {
  inflateInit2(&stream_, -(agreement.server_max_window_bits == 0 ? 15 : agreement.server_max_window_bits));
}
Decompressor::~Decompressor() {
  inflateEnd(&stream_);
}

std::optional<std::string> Decompressor::decompress(std::string payload) {
  payload += tail;
  stream_.next_in = in(payload);
  stream_.avail_in = static_cast<uInt>(payload.size());
  std::string message;
  // Small, so that what the message refers to comes out of the window and not out of the room itself, where zlib would
  // look further back than was agreed.
  char room[64];
  while (true) {
    stream_.next_out = reinterpret_cast<unsigned char*>(room);
    stream_.avail_out = sizeof room;
    const int status = inflate(&stream_, Z_SYNC_FLUSH);
    message.append(room, sizeof room - stream_.avail_out);
    if (status == Z_STREAM_END) {
      inflateReset(&stream_);
      if (stream_.avail_in == 0) break;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return std::nullopt;
    } else if (stream_.avail_out != 0) {
      if (stream_.avail_in != 0) return std::nullopt;
      break;
    }
  }
  if (!context_takeover_) inflateReset(&stream_);
  return message;
}

}  // namespace folio::conformance
