// The codec: RFC 7692 §7.2.1 and §7.2.2, its memory, and the pool that lends it.
#include "ws/deflate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deflate_peer.hpp"
#include "ws/deflate_contexts.hpp"

namespace folio::ws {
namespace {

using namespace testing;

std::string compressed(Deflater& deflater, std::string_view message) {
  base::Buffer out;
  out.append("before");
  deflater.compress(message, out);
  EXPECT_TRUE(out.view().starts_with("before"));
  return std::string(out.view().substr(6));
}

// Inflates a message whose bytes come `step` at a time, into room for `room`. Nothing when it is refused.
std::optional<std::string> inflated(Inflater& inflater, std::string_view payload, std::size_t step = 1 << 20,
                                    std::size_t room = 1 << 20) {
  std::string out;
  const auto memory = std::make_unique<char[]>(room);
  const auto take = [&](const Inflater::Step& done) {
    EXPECT_LE(done.written, room);
    EXPECT_TRUE(done.status != Inflater::Status::OutputFull || done.written == room);
    out.append(memory.get(), done.written);
    return done.status;
  };
  while (!payload.empty()) {
    std::string_view piece = payload.substr(0, step);
    payload.remove_prefix(piece.size());
    Inflater::Status status;
    do {
      status = take(inflater.inflate(piece, memory.get(), room));
      EXPECT_NE(status, Inflater::Status::MessageEnd);
      if (status == Inflater::Status::Invalid) return std::nullopt;
    } while (status == Inflater::Status::OutputFull);
    EXPECT_TRUE(piece.empty());
  }
  for (;;) {
    const Inflater::Status status = take(inflater.finish(memory.get(), room));
    if (status == Inflater::Status::MessageEnd) return out;
    if (status != Inflater::Status::OutputFull) return std::nullopt;
  }
}

std::vector<std::string> messages() {
  return {"a",
          "Hello",
          std::string(1, '\0'),
          std::string(1000, 'x'),
          json_of(100),
          json_of(1024),
          json_of(16384, 7),
          json_of(100'000, 9),
          payload_of(50, false),
          payload_of(5000, false),
          payload_of(70'000, false),
          std::string(300'000, 'z')};
}

// ---- §7.2.1

TEST(Rfc7692Section7_2_1, AForeignPeerInflatesWhatWeCompress) {
  for (int bits = 8; bits <= 15; ++bits) {
    for (const int level : {1, 3, 6, 9}) {
      Deflater deflater(bits, level);
      ForeignInflater peer(bits);
      ForeignInflater fresh(bits);
      for (const std::string& message : messages()) {
        EXPECT_EQ(peer.message(compressed(deflater, message)), message) << bits << ' ' << level;
      }
      for (const std::string& message : messages()) {
        deflater.reset();
        fresh.reset();
        EXPECT_EQ(fresh.message(compressed(deflater, message)), message) << bits << ' ' << level;
      }
    }
  }
}

TEST(Rfc7692Section7_2_1, WithItsContextAMessageRefersToTheOneBefore) {
  Deflater deflater(15, 6);
  const std::string message = payload_of(1000, false);
  EXPECT_GE(compressed(deflater, message).size(), 1000U);
  EXPECT_LT(compressed(deflater, message).size(), 50U);
  deflater.reset();
  EXPECT_GE(compressed(deflater, message).size(), 1000U);
}

TEST(Rfc7692Section7_2_1, OutputThatJustFitsItsRoom) {
  // Every size near the room that is made for the output, so that the flush ends at it in some of them.
  Deflater deflater(15, 1);
  ForeignInflater peer;
  for (std::size_t size = 1; size < 600; ++size) {
    const std::string message = payload_of(size, false);
    EXPECT_EQ(peer.message(compressed(deflater, message)), message) << size;
  }
}

// ---- §7.1.2: a window of 8 bits

// What repeats itself at every distance from 2 to 600.
std::string repetitions() {
  std::string text;
  for (std::size_t distance = 2; distance <= 600; ++distance) {
    const std::string piece = payload_of(distance, false);
    text += piece + piece;
  }
  return text;
}

TEST(Rfc7692Section7_1_2_1, NoDistanceGoesPastAWindowOf8Bits) {
  const std::string text = repetitions();
  for (int level = 1; level <= 9; ++level) {
    Deflater deflater(8, level);
    ForeignInflater peer(8);
    for (int i = 0; i < 3; ++i) {
      const std::string payload = compressed(deflater, text);
      EXPECT_LT(payload.size(), text.size()) << "nothing was referred to, and nothing shown";
      EXPECT_EQ(peer.message(payload), text) << level;
    }
  }
}

TEST(Rfc7692Section7_1_2_1, ADistancePastTheWindowWouldBeSeen) {
  // The same with windows that are too large, to know that the test above can fail.
  for (const int bits : {10, 15}) {
    Deflater deflater(bits, 6);
    ForeignInflater peer(8);
    EXPECT_EQ(peer.message(compressed(deflater, repetitions())), std::nullopt) << bits;
  }
}

TEST(Rfc7692Section7_1_2, EveryWindowIsKept) {
  std::string text;
  for (std::size_t distance = 100; distance <= 40'000; distance += distance / 5) {
    const std::string piece = payload_of(distance, false);
    text += piece + piece;
  }
  for (int bits = 8; bits <= 15; ++bits) {
    for (const int level : {1, 6}) {
      Deflater deflater(bits, level);
      ForeignInflater peer(bits);
      EXPECT_EQ(peer.message(compressed(deflater, text)), text);
      EXPECT_EQ(peer.message(compressed(deflater, text)), text);
    }
  }
}

// ---- §7.2.2

TEST(Rfc7692Section7_2_2, WeInflateWhatAForeignPeerCompresses) {
  for (const int level : {0, 1, 6, 9}) {
    for (const int strategy : {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
      for (const int flush : {Z_SYNC_FLUSH, Z_FULL_FLUSH}) {
        ForeignDeflater peer(15, level, strategy);
        Inflater inflater(15);
        for (const std::string& message : messages()) {
          EXPECT_EQ(inflated(inflater, peer.message(message, flush)), message) << level << ' ' << strategy;
        }
      }
    }
  }
}

TEST(Rfc7692Section7_2_2, InPiecesOfAnySizeIntoAnyRoom) {
  ForeignDeflater peer;
  Inflater inflater(15);
  for (const std::string& message : {json_of(3000), std::string(4000, 'x'), payload_of(300, false)}) {
    for (const std::size_t step : {1, 2, 3, 7, 1000}) {
      for (const std::size_t room : {1, 2, 5, 64, 4000}) {
        EXPECT_EQ(inflated(inflater, peer.message(message), step, room), message) << step << ' ' << room;
      }
    }
  }
}

TEST(Rfc7692Section7_2_2, APayloadOfNoBytesIsAnEmptyMessageAndPoisonsNothing) {
  ForeignDeflater peer;
  Inflater inflater(15);
  EXPECT_EQ(inflated(inflater, ""), "");
  EXPECT_EQ(inflated(inflater, peer.message("Hello")), "Hello");
  EXPECT_EQ(inflated(inflater, ""), "");
  EXPECT_EQ(inflated(inflater, ""), "");
  EXPECT_EQ(inflated(inflater, peer.message("Hello")), "Hello");
}

TEST(Rfc7692Section7_2_2, StreamsThatAreCutOffAreRefused) {
  for (const std::string& message : {std::string("Hello"), json_of(300), payload_of(100, false)}) {
    for (const int level : {0, 1, 6}) {
      const std::string payload = ForeignDeflater(15, level).message(message);
      // The first byte of a block without compression, and no more, is the empty message: §7.2.3.6.
      for (std::size_t size = payload[0] == 0 ? 2 : 1; size < payload.size(); ++size) {
        Inflater inflater(15);
        EXPECT_EQ(inflated(inflater, payload.substr(0, size)), std::nullopt) << level << ' ' << size;
        Inflater bytewise(15);
        EXPECT_EQ(inflated(bytewise, payload.substr(0, size), 1, 1), std::nullopt) << level << ' ' << size;
      }
    }
  }
}

TEST(Rfc7692Section7_2_2, ATailThatWasNotRemovedIsRefused) {
  Inflater inflater(15);
  EXPECT_EQ(inflated(inflater, ForeignDeflater().message("Hello") + deflate_tail), std::nullopt);
}

TEST(Rfc7692Section7_2_2, GarbageIsRefusedAndResetMendsTheInflater) {
  Inflater inflater(15);
  for (const std::string& garbage :
       {bytes({0x07}), bytes({0xFF}), bytes({0x00, 0x05, 0x00, 0x00, 0x00}), bytes({0xF2, 0x48, 0xFF, 0xFF, 0xFF}),
        // A distance that goes back before the first byte.
        bytes({0x4B, 0x04, 0x61, 0x00})}) {
    EXPECT_EQ(inflated(inflater, garbage), std::nullopt) << ::testing::PrintToString(garbage);
    inflater.reset();
    EXPECT_EQ(inflated(inflater, garbage, 1, 1), std::nullopt) << ::testing::PrintToString(garbage);
    inflater.reset();
    EXPECT_EQ(inflated(inflater, ForeignDeflater().message("Hello")), "Hello");
    inflater.reset();
  }
}

TEST(Rfc7692Section7_2_2, WhatComesBeforeAFaultIsGiven) {
  Inflater inflater(15);
  const std::string payload = ForeignDeflater().raw("good so far", Z_SYNC_FLUSH) + bytes({0x07});
  std::string_view rest = payload;
  char out[100];
  const Inflater::Step step = inflater.inflate(rest, out, sizeof out);
  EXPECT_EQ(step.status, Inflater::Status::Invalid);
  EXPECT_EQ(std::string_view(out, step.written), "good so far");
}

// ---- §7.2.3.4: blocks with BFINAL

TEST(Rfc7692Section7_2_3_4, AMessageOfOneStreamThatEnds) {
  for (const std::string_view behind : {"\x00"sv, ""sv}) {
    ForeignDeflater peer;
    Inflater inflater(15);
    for (const std::size_t step : {1000, 1}) {
      for (const std::string& message : messages()) {
        const std::string payload = peer.raw(message, Z_FINISH) + std::string(behind);
        EXPECT_EQ(inflated(inflater, payload, step), message);
      }
      EXPECT_EQ(inflated(inflater, peer.message("and then")), "and then");
    }
  }
}

TEST(Rfc7692Section7_2_3_4, SeveralStreamsInOneMessage) {
  ForeignDeflater peer;
  Inflater inflater(15);
  std::string payload;
  std::string expected;
  for (const std::string& message : messages()) {
    payload += peer.raw(message, Z_FINISH);
    expected += message;
  }
  for (const std::size_t step : {100'000, 7, 1}) {
    EXPECT_EQ(inflated(inflater, payload, step), expected);
    EXPECT_EQ(inflated(inflater, payload + bytes({0}), step, 100), expected);
    peer.reset();
    EXPECT_EQ(inflated(inflater, payload + peer.message("tail"), step), expected + "tail");
  }
}

TEST(Rfc7692Section7_2_3_4, TheWindowGoesOnBehindALastBlock) {
  const std::string message = payload_of(1000, false);
  ForeignDeflater peer;
  const std::string first = peer.raw(message, Z_FINISH);
  peer.set_dictionary(message);
  const std::string second = peer.message(message);
  EXPECT_LT(second.size(), 50U);
  for (const std::size_t step : {100'000, 1}) {
    Inflater inflater(15);
    EXPECT_EQ(inflated(inflater, first + second, step), message + message);
    inflater.reset();
    EXPECT_EQ(inflated(inflater, first, step), message);
    EXPECT_EQ(inflated(inflater, second, step), message);
    inflater.reset();
    EXPECT_EQ(inflated(inflater, second, step), std::nullopt);
  }
}

TEST(Rfc7692Section7_2_3_4, ALastBlockWhoseEndIsInTheTail) {
  Inflater inflater(15);
  // BFINAL and BTYPE 00, of which the tail is the length.
  EXPECT_EQ(inflated(inflater, bytes({0x01})), "");
  EXPECT_EQ(inflated(inflater, bytes({0x01}), 1, 1), "");
  EXPECT_EQ(inflated(inflater, ForeignDeflater().message("Hello")), "Hello");
  // One of fixed codes that lacks its last byte: the tail's zeros end it, and what is behind is no block.
  const std::string cut = bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07});
  EXPECT_EQ(inflated(inflater, cut), std::nullopt);
  for (const std::size_t room : {1, 2, 3, 4, 5, 6}) {
    inflater.reset();
    EXPECT_EQ(inflated(inflater, cut, 1, room), std::nullopt) << room;
  }
}

TEST(Rfc7692Section7_2_3_4, EndlessEmptyStreamsTakeTimeInProportion) {
  std::string payload;
  for (int i = 0; i < 100'000; ++i) payload += bytes({0x03, 0x00});
  Inflater inflater(15);
  EXPECT_EQ(inflated(inflater, payload), "");
  EXPECT_EQ(inflated(inflater, ForeignDeflater().message("Hello")), "Hello");
}

// ---- Memory

std::size_t counted = 0;

void* counting_alloc(void*, unsigned items, unsigned size) {
  counted += std::size_t{items} * size;
  return std::malloc(std::size_t{items} * size);
}

void counting_free(void*, void* memory) {
  std::free(memory);
}

TEST(DeflateMemory, IsWhatTheHeaderSays) {
  for (int bits = 8; bits <= 15; ++bits) {
    counted = 0;
    z_stream stream = {};
    stream.zalloc = counting_alloc;
    stream.zfree = counting_free;
    ASSERT_EQ(
        deflateInit2(&stream, 6, Z_DEFLATED, -deflater_window_bits(bits), deflate_memory_level, Z_DEFAULT_STRATEGY),
        Z_OK);
    deflateEnd(&stream);
    EXPECT_NEAR(static_cast<double>(counted), static_cast<double>(deflater_memory(bits)), 1024) << bits;

    counted = 0;
    ASSERT_EQ(inflateInit2(&stream, -bits), Z_OK);
    const std::string payload = ForeignDeflater().message("Hello");
    char out[10];
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream.avail_in = static_cast<uInt>(payload.size());
    stream.next_out = reinterpret_cast<Bytef*>(out);
    stream.avail_out = sizeof out;
    ASSERT_EQ(inflate(&stream, Z_SYNC_FLUSH), Z_OK);
    inflateEnd(&stream);
    EXPECT_NEAR(static_cast<double>(counted), static_cast<double>(inflater_memory(bits)), 1024) << bits;
  }
}

TEST(DeflateContexts, LendWhatWasGivenBack) {
  DeflateContexts contexts;
  auto first = contexts.lend_deflater(15, 1);
  const Deflater* const address = first.get();
  EXPECT_EQ(contexts.spare_deflaters(), 0U);
  first.reset();
  EXPECT_EQ(contexts.spare_deflaters(), 1U);
  EXPECT_NE(contexts.lend_deflater(15, 6).get(), address) << "another level";
  EXPECT_NE(contexts.lend_deflater(9, 1).get(), address) << "another window";
  EXPECT_EQ(contexts.lend_deflater(15, 1).get(), address);
  EXPECT_EQ(contexts.spare_deflaters(), 3U);

  auto inflater = contexts.lend_inflater(15);
  const Inflater* const inflater_address = inflater.get();
  inflater.reset();
  EXPECT_NE(contexts.lend_inflater(10).get(), inflater_address);
  EXPECT_EQ(contexts.lend_inflater(15).get(), inflater_address);
}

TEST(DeflateContexts, WhatTheyLendRemembersNothing) {
  DeflateContexts contexts;
  const std::string message = payload_of(1000, false);
  EXPECT_GE(compressed(*contexts.lend_deflater(15, 1), message).size(), 1000U);
  EXPECT_GE(compressed(*contexts.lend_deflater(15, 1), message).size(), 1000U);
  // Given back in the middle of a message, and after a fault.
  const std::string payload = ForeignDeflater().message("Hello");
  for (const std::string_view left : {std::string_view(payload).substr(0, 3), "\x07"sv, ""sv}) {
    {
      auto inflater = contexts.lend_inflater(15);
      std::string_view rest = left;
      char out[10];
      (void)inflater->inflate(rest, out, sizeof out);
      (void)inflater->finish(out, 1);
    }
    EXPECT_EQ(inflated(*contexts.lend_inflater(15), payload), "Hello");
  }
  EXPECT_EQ(contexts.spare_inflaters(), 1U);
}

TEST(DeflateContexts, KeepABoundedNumber) {
  DeflateContexts contexts;
  {
    std::vector<DeflateContexts::LentDeflater> deflaters;
    std::vector<DeflateContexts::LentInflater> inflaters;
    for (int i = 0; i < 20; ++i) {
      deflaters.push_back(contexts.lend_deflater(9, 1));
      inflaters.push_back(contexts.lend_inflater(9));
    }
  }
  EXPECT_EQ(contexts.spare_deflaters(), DeflateContexts::max_spare_deflaters);
  EXPECT_EQ(contexts.spare_inflaters(), DeflateContexts::max_spare_inflaters);
  // Those of a setting that nobody wants any more make room.
  for (int i = 0; i < 4; ++i) contexts.lend_deflater(15, 1).reset();
  auto lent = contexts.lend_deflater(15, 1);
  const Deflater* const kept = lent.get();
  lent.reset();
  EXPECT_EQ(contexts.lend_deflater(15, 1).get(), kept);
}

}  // namespace
}  // namespace folio::ws
