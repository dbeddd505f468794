// For the tests of the protocol: frames made by hand, byte for byte, and conversations that must come out the same
// however their bytes were split.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <ostream>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.hpp"
#include "ws/protocol.hpp"

namespace folio::ws::testing {

using namespace std::string_view_literals;

inline std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

inline std::string big_endian(std::uint64_t value, int width) {
  std::string text;
  for (int i = width - 1; i >= 0; --i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return text;
}

constexpr Role other(Role role) {
  return role == Role::Server ? Role::Client : Role::Server;
}

inline const std::string test_key = bytes({0x37, 0xFA, 0x21, 0x3D});

inline std::string masked(std::string_view payload, std::string_view key = test_key) {
  std::string text(payload);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ key[i % 4]);
  return text;
}

// A header without the mask key, whatever its fields.
inline std::string raw_header(int first, bool mask, std::uint64_t length) {
  std::string text = bytes({first});
  const int bit = mask ? 0x80 : 0;
  if (length < 126) return text + bytes({bit | static_cast<int>(length)});
  if (length <= 0xFFFF) return text + bytes({bit | 126}) + big_endian(length, 2);
  return text + bytes({bit | 127}) + big_endian(length, 8);
}

// A frame as `sender` sends it, with `first` as its first byte.
inline std::string raw_frame(Role sender, int first, std::string_view payload) {
  const bool mask = sender == Role::Client;
  std::string text = raw_header(first, mask, payload.size());
  return mask ? text + test_key + masked(payload) : text + std::string(payload);
}

inline constexpr bool more = false;
inline std::string frame(Role sender, Opcode opcode, std::string_view payload, bool final = true) {
  return raw_frame(sender, (final ? 0x80 : 0) | static_cast<int>(opcode), payload);
}

inline std::string close_payload(int code, std::string_view reason = {}) {
  return big_endian(static_cast<std::uint64_t>(code), 2) + std::string(reason);
}

// What a protocol wrote, frame by frame, read without the help of the code under test.
struct Sent {
  int first = 0;  // byte
  std::string payload;
  bool operator==(const Sent&) const = default;
};
inline void PrintTo(const Sent& sent, std::ostream* out) {
  *out << std::hex << sent.first << std::dec << ' ' << sent.payload.size() << " bytes "
       << ::testing::PrintToString(sent.payload.substr(0, 80));
}

inline std::vector<Sent> read_frames(std::string_view text, Role sender) {
  std::vector<Sent> frames;
  const auto octet = [&](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(text.at(at)));
  };
  while (!text.empty()) {
    Sent sent;
    sent.first = static_cast<int>(octet(0));
    EXPECT_EQ(octet(1) >> 7, sender == Role::Client ? 1U : 0U);
    std::uint64_t length = octet(1) & 0x7F;
    std::size_t at = 2;
    const std::size_t width = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (width != 0) {
      length = 0;
      for (std::size_t i = 0; i < width; ++i) length = length << 8 | octet(at++);
      EXPECT_GE(length, width == 2 ? 126U : 65536U) << "not the shortest form";
    }
    std::string key;
    if (sender == Role::Client) {
      key = text.substr(at, 4);
      at += 4;
    }
    if (text.size() < at + length) {
      ADD_FAILURE() << "a frame was written in part";
      break;
    }
    sent.payload = text.substr(at, length);
    if (!key.empty()) sent.payload = masked(sent.payload, key);
    text.remove_prefix(at + length);
    frames.push_back(std::move(sent));
  }
  return frames;
}

inline Sent sent(Opcode opcode, std::string_view payload) {
  return {0x80 | static_cast<int>(opcode), std::string(payload)};
}

// An event, with copies in place of views.
struct Seen {
  Event::Kind kind = Event::Kind::None;
  std::string payload;
  int code = 1005;
  std::string reason;
  bool first = true;
  bool final = true;
  bool operator==(const Seen&) const = default;
};
inline void PrintTo(const Seen& seen, std::ostream* out) {
  static constexpr const char* kinds[] = {"None", "Text", "Binary", "Ping", "Pong", "Close", "Failed"};
  *out << kinds[static_cast<int>(seen.kind)] << (seen.first ? " " : " …") << (seen.final ? "" : "… ")
       << seen.payload.size() << " bytes " << ::testing::PrintToString(seen.payload.substr(0, 80)) << ' ' << seen.code
       << ' ' << seen.reason;
}

inline Seen text(std::string_view payload) {
  return {Event::Kind::Text, std::string(payload), 1005, ""};
}
inline Seen binary(std::string_view payload) {
  return {Event::Kind::Binary, std::string(payload), 1005, ""};
}
inline Seen ping(std::string_view payload) {
  return {Event::Kind::Ping, std::string(payload), 1005, ""};
}
inline Seen pong(std::string_view payload) {
  return {Event::Kind::Pong, std::string(payload), 1005, ""};
}
inline Seen closed(int code, std::string_view reason = {}) {
  return {Event::Kind::Close, "", code, std::string(reason)};
}
inline Seen failed(int code, std::string_view reason) {
  return {Event::Kind::Failed, "", code, std::string(reason)};
}

inline Seen seen(const Event& event) {
  return {event.kind, std::string(event.payload), number(event.code), std::string(event.reason), event.first,
          event.final};
}

// Gives `chunk` to the protocol, in memory of exactly its size, and adds what comes of it to `events`. `place`: where long
// texts may be unmasked to.
inline void feed_into(Protocol& protocol, std::string_view chunk, base::Buffer& out, std::vector<Seen>& events,
                      std::string* place) {
  const auto memory = std::make_unique<char[]>(chunk.size());
  if (!chunk.empty()) std::memcpy(memory.get(), chunk.data(), chunk.size());
  std::span<char> input(memory.get(), chunk.size());
  for (;;) {
    const Event event = protocol.receive(input, out, place);
    if (event.kind == Event::Kind::None) break;
    events.push_back(seen(event));
  }
  EXPECT_TRUE(input.empty()) << "receive() leaves nothing back";
}

inline void feed(Protocol& protocol, std::string_view chunk, base::Buffer& out, std::vector<Seen>& events) {
  feed_into(protocol, chunk, out, events, nullptr);
}

// The same for bytes that are read to where the protocol wants them, as far as it wants any, and texts that are unmasked
// to where the caller does.
inline void feed_placed(Protocol& protocol, std::string_view chunk, base::Buffer& out, std::vector<Seen>& events) {
  std::string place;
  while (!chunk.empty()) {
    std::span<char> input = protocol.receive_space();
    if (input.empty()) return feed_into(protocol, chunk, out, events, &place);
    input = input.first(std::min(input.size(), chunk.size()));
    std::memcpy(input.data(), chunk.data(), input.size());
    chunk.remove_prefix(input.size());
    for (;;) {
      const Event event = protocol.receive(input, out);
      if (event.kind == Event::Kind::None) break;
      events.push_back(seen(event));
    }
    EXPECT_TRUE(input.empty());
  }
}

struct Outcome {
  std::vector<Seen> events;
  std::vector<Sent> out;
  Protocol::State state = Protocol::State::Open;
  bool operator==(const Outcome&) const = default;
};

inline Outcome run(Role role, const Options& options, const std::vector<std::string_view>& chunks,
                   decltype(feed)& give = feed) {
  Protocol protocol(role, options);
  base::Buffer out;
  Outcome outcome;
  for (const std::string_view chunk : chunks) give(protocol, chunk, out, outcome.events);
  outcome.out = read_frames(out.view(), role);
  outcome.state = protocol.state();
  return outcome;
}

// The places to split a conversation in two: all of them, or those near its ends and some between.
inline std::vector<std::size_t> splits(std::size_t size) {
  std::vector<std::size_t> places;
  if (size <= 400) {
    for (std::size_t at = 1; at < size; ++at) places.push_back(at);
    return places;
  }
  std::mt19937 random(6455);
  std::set<std::size_t> chosen;
  for (std::size_t i = 1; i <= 24; ++i) chosen.insert({i, size - i});
  for (int i = 0; i < 24; ++i) chosen.insert(1 + random() % (size - 1));
  return {chosen.begin(), chosen.end()};
}

// The conversation whole, byte by byte, and over every split in two, in memory of its own or where the protocol wants it:
// each time the same events and the same output.
inline void expect(Role role, std::string_view input, const std::vector<Seen>& events, const std::vector<Sent>& out,
                   const Options& options = {}) {
  const Outcome whole = run(role, options, {input});
  EXPECT_EQ(whole.events, events);
  EXPECT_EQ(whole.out, out);

  std::vector<std::string_view> bytewise;
  for (std::size_t i = 0; i < input.size(); ++i) bytewise.push_back(input.substr(i, 1));
  EXPECT_TRUE(run(role, options, bytewise) == whole) << "byte by byte";
  EXPECT_TRUE(run(role, options, bytewise, feed_placed) == whole) << "byte by byte, where it is wanted";

  for (const std::size_t at : splits(input.size())) {
    const std::vector<std::string_view> halves{input.substr(0, at), input.substr(at)};
    EXPECT_TRUE(run(role, options, halves) == whole) << "split at " << at;
    EXPECT_TRUE(run(role, options, halves, feed_placed) == whole) << "split at " << at << ", where it is wanted";
  }
}

inline std::string payload_of(std::size_t size, bool ascii) {
  std::string payload(size, '\0');
  std::uint32_t state = static_cast<std::uint32_t>(size) + 1;
  for (char& byte : payload) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(ascii ? ' ' + (state >> 24) % 95 : state >> 24);
  }
  return payload;
}

// The fixture of suites that hold for both ends of a connection.
class BothRoles : public ::testing::TestWithParam<Role> {
 protected:
  [[nodiscard]] static Role role() { return GetParam(); }
  [[nodiscard]] static Role peer() { return other(GetParam()); }
  // A frame of the peer's.
  [[nodiscard]] static std::string in(Opcode opcode, std::string_view payload, bool final = true) {
    return frame(peer(), opcode, payload, final);
  }
};

inline std::string role_name(const ::testing::TestParamInfo<Role>& info) {
  return info.param == Role::Server ? "Server" : "Client";
}

}  // namespace folio::ws::testing

#define FOLIO_BOTH_ROLES(Suite) \
  INSTANTIATE_TEST_SUITE_P(As, Suite, ::testing::Values(Role::Server, Role::Client), testing::role_name)
