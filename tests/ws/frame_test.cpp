#include "ws/frame.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "conversation.hpp"

namespace folio::ws {
namespace {

using testing::big_endian;
using testing::bytes;

// A second reading of §5.2, as a list of checks in the order of the bytes: the verdict, and how many bytes it takes.
struct Verdict {
  HeaderStatus status = HeaderStatus::Complete;
  std::size_t after = 0;
};

Verdict judge(std::string_view header, const HeaderPolicy& policy) {
  const auto octet = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(header[at])); };
  const unsigned opcode = octet(0) & 15;
  const std::set<unsigned> known = {0, 1, 2, 8, 9, 10};
  const bool control = opcode >= 8;
  if (!known.contains(opcode)) return {HeaderStatus::ReservedOpcode, 1};
  for (const unsigned bit : {0x40U, 0x20U, 0x10U}) {
    const bool defined = (policy.reserved_bits & bit) != 0 && (opcode == 1 || opcode == 2);
    if ((octet(0) & bit) != 0 && !defined) return {HeaderStatus::ReservedBit, 1};
  }
  if (control && octet(0) < 0x80) return {HeaderStatus::FragmentedControl, 1};
  if (opcode == 0 && !policy.inside_message) return {HeaderStatus::UnexpectedContinuation, 1};
  if ((opcode == 1 || opcode == 2) && policy.inside_message) return {HeaderStatus::ExpectedContinuation, 1};
  const bool mask = octet(1) >= 0x80;
  if (mask && policy.reader == Role::Client) return {HeaderStatus::Masked, 2};
  if (!mask && policy.reader == Role::Server) return {HeaderStatus::NotMasked, 2};
  const unsigned length = octet(1) % 128;
  if (control && length > 125) return {HeaderStatus::ControlTooLong, 2};
  std::uint64_t announced = length;
  std::size_t at = 2;
  if (length == 126) {
    announced = octet(2) * 256 + octet(3);
    at = 4;
    if (announced < 126) return {HeaderStatus::LengthNotMinimal, 4};
  } else if (length == 127) {
    if (octet(2) >= 128) return {HeaderStatus::LengthTopBit, 3};
    announced = 0;
    for (std::size_t i = 2; i < 10; ++i) announced = announced * 256 + octet(i);
    at = 10;
    if (announced < 65536) return {HeaderStatus::LengthNotMinimal, 10};
  }
  if (!control && announced > policy.max_length) return {HeaderStatus::TooLong, at};
  return {HeaderStatus::Complete, at + (mask ? 4 : 0)};
}

// The header's every prefix: NeedMore until the byte that decides, and its verdict from there on.
void check(std::string_view header, const HeaderPolicy& policy) {
  const Verdict expected = judge(header, policy);
  for (std::size_t size = 0; size <= header.size(); ++size) {
    const std::string prefix(header.substr(0, size));  // memory of its own: no byte behind it may be looked at
    FrameHeader read;
    const HeaderStatus status = read_header(prefix.data(), prefix.size(), policy, read);
    ASSERT_EQ(status, size < expected.after ? HeaderStatus::NeedMore : expected.status)
        << ::testing::PrintToString(prefix);
    if (status == HeaderStatus::Complete) {
      ASSERT_EQ(read.size, expected.after);
      ASSERT_EQ(static_cast<unsigned>(read.opcode), static_cast<unsigned char>(header[0]) & 15U);
      ASSERT_EQ(read.final, (header[0] & 0x80) != 0);
      ASSERT_EQ(read.reserved, header[0] & 0x70);
      const MaskKey key = policy.reader == Role::Server ? load_mask_key(header.data() + expected.after - 4) : 0;
      ASSERT_EQ(read.mask_key, key);
    }
  }
}

TEST(Rfc6455Section5_2, EveryPairOfFirstBytesUnderEveryPolicy) {
  // What follows is both a length of 16 bits and one of 64 that are in their shortest form.
  const std::string rest = bytes({0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C});
  for (const Role reader : {Role::Server, Role::Client}) {
    for (const bool inside : {false, true}) {
      for (const std::uint8_t reserved : {std::uint8_t{0}, rsv1, std::uint8_t{rsv1 | rsv2 | rsv3}}) {
        HeaderPolicy policy;
        policy.reader = reader;
        policy.inside_message = inside;
        policy.reserved_bits = reserved;
        for (int first = 0; first < 256; ++first) {
          // Lengths of one byte below 124 are all alike; they have their turn where the first byte is a common one.
          for (int second = 0; second < 256; ++second) {
            const bool alike = second % 128 > 1 && second % 128 < 124;
            if (!alike || first == 0x81) check(bytes({first, second}) + rest, policy);
          }
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(Rfc6455Section5_2, LengthsInEveryForm) {
  const std::uint64_t lengths[] = {0,          1,
                                   125,        126,
                                   127,        128,
                                   255,        256,
                                   32767,      65534,
                                   65535,      65536,
                                   65537,      0xFFFFFF,
                                   1ULL << 31, 0xFFFFFFFF,
                                   1ULL << 32, (1ULL << 32) + 5,
                                   1ULL << 62, (1ULL << 63) - 1,
                                   1ULL << 63, ~0ULL};
  for (const Role reader : {Role::Server, Role::Client}) {
    const int mask = reader == Role::Server ? 0x80 : 0;
    HeaderPolicy policy;
    policy.reader = reader;
    for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{125}, std::uint64_t{65536}, policy.max_length}) {
      policy.max_length = limit;
      for (const int first : {0x81, 0x02}) {
        for (const std::uint64_t length : lengths) {
          if (length < 126) check(bytes({first, mask | static_cast<int>(length)}) + "keys", policy);
          if (length < 65536) check(bytes({first, mask | 126}) + big_endian(length, 2) + "keys", policy);
          check(bytes({first, mask | 127}) + big_endian(length, 8) + "keys", policy);
        }
      }
    }
  }
}

TEST(Rfc6455Section5_2, TheLengthIsReadInFull) {
  HeaderPolicy policy;
  FrameHeader header;
  const std::string text = bytes({0x82, 0xFF}) + big_endian((1ULL << 32) + 5, 8) + "keys";
  ASSERT_EQ(read_header(text.data(), text.size(), policy, header), HeaderStatus::Complete);
  EXPECT_EQ(header.length, (1ULL << 32) + 5);
}

TEST(Rfc6455Section5_5, ControlFramesHaveNoOtherLimitThanTheirOwn) {
  HeaderPolicy policy;
  policy.max_length = 10;
  for (const int opcode : {8, 9, 10}) check(bytes({0x80 | opcode, 0x80 | 125}) + "keys", policy);
}

TEST(Rfc6455Section5_2, HeadersAreWrittenInTheShortestForm) {
  char out[max_header_size];
  const auto server = [&](std::uint8_t first, std::uint64_t length) {
    return std::string(out, write_server_header(out, first, length));
  };
  EXPECT_EQ(server(first_byte(Opcode::Text), 0), bytes({0x81, 0}));
  EXPECT_EQ(server(first_byte(Opcode::Text), 125), bytes({0x81, 125}));
  EXPECT_EQ(server(first_byte(Opcode::Binary), 126), bytes({0x82, 126, 0, 126}));
  EXPECT_EQ(server(first_byte(Opcode::Binary), 65535), bytes({0x82, 126, 255, 255}));
  EXPECT_EQ(server(first_byte(Opcode::Binary), 65536), bytes({0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
  EXPECT_EQ(server(first_byte(Opcode::Text, false, rsv1), 1), bytes({0x41, 1}));
  EXPECT_EQ(server(first_byte(Opcode::Continuation, true), 1), bytes({0x80, 1}));

  const MaskKey key = load_mask_key("keys");
  const auto client = [&](std::uint8_t first, std::uint64_t length) {
    return std::string(out, write_client_header(out, first, length, key));
  };
  EXPECT_EQ(client(first_byte(Opcode::Ping), 3), bytes({0x89, 0x83}) + "keys");
  EXPECT_EQ(client(first_byte(Opcode::Binary), 1000), bytes({0x82, 0xFE, 3, 232}) + "keys");
  EXPECT_EQ(client(first_byte(Opcode::Binary), 1ULL << 40), bytes({0x82, 0xFF, 0, 0, 1, 0, 0, 0, 0, 0}) + "keys");
}

TEST(Rfc6455Section5_2, WhatIsWrittenIsRead) {
  for (const Role sender : {Role::Server, Role::Client}) {
    HeaderPolicy policy;
    policy.reader = testing::other(sender);
    for (const Opcode opcode : {Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong}) {
      for (const std::uint64_t length : {0ULL, 1ULL, 125ULL, 126ULL, 127ULL, 65535ULL, 65536ULL, (1ULL << 63) - 1}) {
        if (is_control(opcode) && length > max_control_payload) continue;
        char out[max_header_size];
        const MaskKey key = sender == Role::Client ? 0x01020304U : 0;
        const std::size_t size = sender == Role::Client ? write_client_header(out, first_byte(opcode), length, key)
                                                        : write_server_header(out, first_byte(opcode), length);
        EXPECT_EQ(size, header_size(length, sender));
        FrameHeader header;
        ASSERT_EQ(read_header(out, size, policy, header), HeaderStatus::Complete);
        EXPECT_EQ(header.length, length);
        EXPECT_EQ(header.opcode, opcode);
        EXPECT_EQ(header.mask_key, key);
        EXPECT_EQ(header.size, size);
      }
    }
  }
}

TEST(Rfc6455Section5_2, EveryFaultHasItsWords) {
  std::set<std::string_view> words;
  for (int status = static_cast<int>(HeaderStatus::ReservedBit); status <= static_cast<int>(HeaderStatus::TooLong);
       ++status) {
    const std::string_view said = describe(static_cast<HeaderStatus>(status));
    EXPECT_FALSE(said.empty());
    EXPECT_LE(said.size(), 123U);
    EXPECT_TRUE(words.insert(said).second);
  }
  EXPECT_EQ(describe(HeaderStatus::Complete), "");
  EXPECT_EQ(describe(HeaderStatus::NeedMore), "");
}

}  // namespace
}  // namespace folio::ws
