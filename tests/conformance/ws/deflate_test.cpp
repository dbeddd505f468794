// RFC 7692: agreeing on permessage-deflate, and messages under every agreement.
#include <algorithm>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/ws/frames.hpp"
#include "conformance/ws/handshake.hpp"
#include "conformance/ws/permessage_deflate.hpp"
#include "conformance/ws/server.hpp"
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

// --- §5, §7.1: the offer and its answer ---

struct Offer {
  std::string name;
  std::string section;
  std::string value;     // of Sec-WebSocket-Extensions
  std::string expected;  // of the response; empty: declined
  Place place = Place::Echo;
};
void PrintTo(const Offer& offer, std::ostream* out) {
  *out << "RFC 7692 §" << offer.section << ": " << offer.value;
}

// What a server answers that keeps no context: it asks the same of the client.
const std::string shared = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

std::vector<Offer> offers() {
  std::vector<Offer> made = {
      {"plain", "5", "permessage-deflate", shared},
      {"plain_with_takeover", "7.1.1", "permessage-deflate", "permessage-deflate", Place::EchoDedicated},
      {"in_any_case", "5", "PerMessage-Deflate", shared},
      {"server_takeover", "7.1.1.1", "permessage-deflate; server_no_context_takeover",
       "permessage-deflate; server_no_context_takeover", Place::EchoDedicated},
      {"client_takeover", "7.1.1.2", "permessage-deflate; client_no_context_takeover",
       "permessage-deflate; client_no_context_takeover", Place::EchoDedicated},
      {"client_bits_without_value", "7.1.2.2", "permessage-deflate; client_max_window_bits", shared},
      {"unknown_extension", "9.1", "x-unknown; a=1", ""},
      {"behind_an_unknown_extension", "9.1", "x-unknown; a=1, permessage-deflate", shared},
      {"unknown_parameter", "7", "permessage-deflate; x", ""},
      {"unknown_parameter_then_a_good_offer", "7", "permessage-deflate; x, permessage-deflate", shared},
      {"same_parameter_twice", "7", "permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
      {"takeover_with_a_value", "7.1.1.1", "permessage-deflate; server_no_context_takeover=1", ""},
      {"client_takeover_with_a_value", "7.1.1.2", "permessage-deflate; client_no_context_takeover=true", ""},
      {"server_bits_without_value", "7.1.2.1", "permessage-deflate; server_max_window_bits", ""},
      {"quoted_bits", "7.1.2.1", "permessage-deflate; server_max_window_bits=\"10\"",
       shared + "; server_max_window_bits=10"},
      {"the_first_good_offer_counts", "5",
       "permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=11, "
       "permessage-deflate",
       shared + "; server_max_window_bits=11"},
  };
  for (int bits = 8; bits <= 15; ++bits) {
    const std::string number = std::to_string(bits);
    made.push_back({"server_bits_" + number, "7.1.2.1", "permessage-deflate; server_max_window_bits=" + number,
                    shared + "; server_max_window_bits=" + number});
    made.push_back({"client_bits_" + number, "7.1.2.2", "permessage-deflate; client_max_window_bits=" + number,
                    bits == 15 ? shared : shared + "; client_max_window_bits=" + number});
  }
  int count = 0;
  for (const char* bits : {"7", "16", "010", "+10", "10x", "0", "-8", "8.0", "255", "4294967304"}) {
    const std::string number = std::to_string(count++);
    made.push_back({"bad_server_bits_" + number, "7.1.2.1",
                    std::string("permessage-deflate; server_max_window_bits=") + bits, ""});
    made.push_back({"bad_client_bits_" + number, "7.1.2.2",
                    std::string("permessage-deflate; client_max_window_bits=") + bits, ""});
  }
  return made;
}

class DeflateOffer : public testing::TestWithParam<Offer> {};

// Whatever was offered, the connection opens: what cannot be agreed on is declined.
TEST_P(DeflateOffer, IsAnswered) {
  const Offer& offer = GetParam();
  Peer peer(port_of(offer.place));
  const std::string path(path_of(offer.place));
  ASSERT_TRUE(peer.wire().send(
      upgrade({.line = "GET " + path + " HTTP/1.1", .more = "Sec-WebSocket-Extensions: " + offer.value + "\r\n"}),
      Pace::Whole));
  const HttpResponse response = peer.response();
  ASSERT_EQ(response.status, 101) << response.body << peer.wire().fault();
  EXPECT_EQ(response.field("sec-websocket-extensions").value_or(""), offer.expected);
  if (!offer.expected.empty()) {
    const auto agreement = read_agreement(*response.field("sec-websocket-extensions"));
    ASSERT_TRUE(agreement);
    peer.use(*agreement);
  }
  converse(peer, {send(text("hello")), gets_text("hello")}, Pace::Whole);
}

INSTANTIATE_TEST_SUITE_P(Rfc7692, DeflateOffer, testing::ValuesIn(offers()),
                         [](const auto& info) { return info.param.name; });

// --- §6, §7.2: messages under every agreement ---

struct Traffic {
  std::string name;
  std::string offer;
  Place place = Place::Echo;
  std::size_t size = 0;
  Pace pace = Pace::Whole;
};
void PrintTo(const Traffic& traffic, std::ostream* out) {
  *out << "RFC 7692 §7.2: " << traffic.size << " bytes after the offer " << traffic.offer;
}

std::vector<Traffic> traffics() {
  struct Named {
    const char* name;
    const char* parameters;
  };
  const Named parameters[] = {
      {"plain", ""},
      {"no_server_takeover", "; server_no_context_takeover"},
      {"no_client_takeover", "; client_no_context_takeover"},
      {"no_takeover", "; server_no_context_takeover; client_no_context_takeover"},
      {"bits_8", "; server_max_window_bits=8; client_max_window_bits=8"},
      {"bits_9", "; server_max_window_bits=9; client_max_window_bits=9"},
      {"bits_15", "; server_max_window_bits=15; client_max_window_bits=15"},
      {"no_takeover_bits_9", "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9"},
  };
  std::vector<Traffic> made;
  for (const auto& [name, text] : parameters) {
    for (const Place place : {Place::Echo, Place::EchoDedicated}) {
      for (const std::size_t size : {0, 1, 16, 64, 256, 1'024, 4'096, 8'192, 32'768, 131'072}) {
        for (const Pace pace : {Pace::Whole, Pace::Chops, Pace::Single}) {
          made.push_back({std::string(name) + (place == Place::Echo ? "_shared_" : "_dedicated_") +
                              std::to_string(size) + "_" + std::string(pace_name(pace)),
                          std::string("permessage-deflate") + text, place, size, pace});
        }
      }
    }
  }
  return made;
}

std::string compressed_frame(int kind, std::string_view payload) {
  return frame(fin | rsv1 | kind, payload);
}

class DeflateTraffic : public testing::TestWithParam<Traffic> {};

TEST_P(DeflateTraffic, ComesBackAsItWas) {
  const Traffic& traffic = GetParam();
  Peer peer(port_of(traffic.place));
  const std::string path(path_of(traffic.place));
  ASSERT_TRUE(peer.wire().send(
      upgrade({.line = "GET " + path + " HTTP/1.1", .more = "Sec-WebSocket-Extensions: " + traffic.offer + "\r\n"}),
      Pace::Whole));
  const auto agreement = read_agreement(peer.response().field("sec-websocket-extensions").value_or(""));
  ASSERT_TRUE(agreement);
  peer.use(*agreement);
  // zlib has no raw window of 8 bits; one of 9 reaches back 250 bytes.
  const int bits = agreement->client_max_window_bits == 0 ? 15 : std::max(9, agreement->client_max_window_bits);
  Compressor compressor(bits, !agreement->client_no_context_takeover);

  const std::string similar =
      repeated("a line of text, much like the others; ", traffic.size / 38 + 1).substr(0, traffic.size);
  const std::string random = noise(traffic.size);
  std::vector<Step> steps;
  for (int round = 0; round < 2; ++round) {
    steps.push_back(send(compressed_frame(opcode::text, compressor.compress(similar))));
    steps.push_back(gets_text(similar));
    // What is not compressed may stand between.
    steps.push_back(send(text("plain"), ping("p")));
    steps.push_back(gets_text("plain"));
    steps.push_back(gets_pong("p"));
    // In fragments, of which the first alone has RSV1 (§6.1), with a ping between.
    const std::string payload = compressor.compress(random);
    const std::size_t third = payload.size() / 3;
    steps.push_back(send(frame(rsv1 | opcode::binary, std::string_view(payload).substr(0, third)), ping("q"),
                         middle(std::string_view(payload).substr(third, third)),
                         last(std::string_view(payload).substr(2 * third))));
    steps.push_back(gets_pong("q"));
    steps.push_back(gets_binary(random));
  }
  converse(peer, steps, traffic.pace);
}

INSTANTIATE_TEST_SUITE_P(Rfc7692, DeflateTraffic, testing::ValuesIn(traffics()),
                         [](const auto& info) { return info.param.name; });

// --- §7.2.3 and what is no DEFLATE ---

std::string compress_one(std::string_view message, Block block = Block::Dynamic) {
  return Compressor(15, false).compress(message, block);
}

struct Payload {
  std::string name;
  std::string section;
  std::vector<Step> steps;
};
void PrintTo(const Payload& payload, std::ostream* out) {
  *out << "RFC 7692 §" << payload.section;
}

std::vector<Payload> payloads() {
  const std::string hello = bytes({0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00});
  // A good message afterwards shows that nothing was left behind.
  const auto then = [&](std::vector<Step> steps) {
    steps.push_back(send(compressed_frame(opcode::text, hello)));
    steps.push_back(gets_text("Hello"));
    return steps;
  };
  std::vector<Payload> made = {
      {"example_of_one_block", "7.2.3.1", then({send(compressed_frame(opcode::text, hello)), gets_text("Hello")})},
      {"example_in_fragments", "7.2.3.1",
       then({send(frame(rsv1 | opcode::text, bytes({0xF2, 0x48, 0xCD})), last(bytes({0xC9, 0xC9, 0x07, 0x00}))),
             gets_text("Hello")})},
      {"example_without_compression", "7.2.3.3",
       then({send(compressed_frame(opcode::text,
                                   bytes({0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00}))),
             gets_text("Hello")})},
      {"example_with_bfinal", "7.2.3.4",
       then({send(compressed_frame(opcode::text, bytes({0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00}))),
             gets_text("Hello")})},
      {"example_of_two_blocks", "7.2.3.5",
       then({send(compressed_frame(
                 opcode::text, bytes({0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00}))),
             gets_text("Hello")})},
      {"empty_message", "7.2.3.6", then({send(compressed_frame(opcode::text, bytes({0x00}))), gets_text("")})},
      {"empty_last_fragment", "7.2.2", then({send(frame(rsv1 | opcode::text, hello), last("")), gets_text("Hello")})},
      {"garbage", "7.2.2", {send(compressed_frame(opcode::binary, bytes({0xFF, 0xFF, 0xFF, 0xFF}))), ends(1007)}},
      {"reserved_block_type", "7.2.2", {send(compressed_frame(opcode::binary, bytes({0x07}))), ends(1007)}},
      {"cut_short",
       "7.2.2",
       {send(compressed_frame(opcode::binary, compress_one(noise(1000)).substr(0, 500))), ends(1007)}},
      {"text_that_is_no_utf8", "8.1", {send(compressed_frame(opcode::text, compress_one("\xC0\x80"))), ends(1007)}},
      {"text_that_ends_in_a_code_point",
       "8.1",
       {send(compressed_frame(opcode::text, compress_one("\xCE"))), ends(1007)}},
      {"text_that_is_no_utf8_and_goes_on",
       "8.1",
       {send(frame(rsv1 | opcode::text, compress_one(std::string(100, 'a') + "\xFF" + std::string(100, 'a')))),
        ends(1007)}},
      {"rsv1_on_a_continuation",
       "6.1",
       {send(frame(rsv1 | opcode::text, hello.substr(0, 3)), frame(fin | rsv1 | opcode::continuation, hello.substr(3))),
        ends(1002)}},
      {"rsv1_on_a_continuation_of_a_plain_message",
       "6.1",
       {send(first_text("a"), frame(fin | rsv1 | opcode::continuation, "b")), ends(1002)}},
      {"rsv1_on_a_ping", "6.1", {send(frame(fin | rsv1 | opcode::ping, "a")), ends(1002)}},
      {"rsv1_on_a_close", "6.1", {send(frame(fin | rsv1 | opcode::close, close_payload(1000))), ends(1002)}},
      {"rsv2", "6", {send(frame(fin | rsv2 | opcode::text, "a")), ends(1002)}},
      {"rsv1_and_rsv3", "6", {send(frame(fin | rsv1 | rsv3 | opcode::text, hello)), ends(1002)}},
      {"as_large_as_may_be", "7.2.2",
       then({send(compressed_frame(opcode::binary, compress_one(std::string(default_limit, 'x')))),
             gets_binary(std::string(default_limit, 'x'))})},
      {"bomb",
       "7.2.2",
       {send(compressed_frame(opcode::binary, compress_one(std::string(default_limit + 1, 'x')))), ends(1009)}},
      {"bomb_in_fragments",
       "7.2.2",
       {send(frame(rsv1 | opcode::binary, compress_one(std::string(64 * default_limit, 'x')))), ends(1009)}},
  };
  int count = 0;
  for (const Block block :
       {Block::Dynamic, Block::Fixed, Block::Stored, Block::Final, Block::Two, Block::EmptyStored}) {
    const std::string message = letters(5000);
    made.push_back({"block_" + std::to_string(count++), "7.2.3",
                    then({send(compressed_frame(opcode::text, compress_one(message, block))), gets_text(message),
                          send(compressed_frame(opcode::text, compress_one(message, block))), gets_text(message)})});
  }
  return made;
}

class DeflatePayload : public testing::TestWithParam<std::tuple<Payload, Pace>> {};

TEST_P(DeflatePayload, IsTakenOrRefused) {
  const auto& [payload, pace] = GetParam();
  Peer peer(port_of(Place::Echo));
  ASSERT_TRUE(peer.wire().send(
      upgrade({.line = "GET /echo HTTP/1.1", .more = "Sec-WebSocket-Extensions: permessage-deflate\r\n"}),
      Pace::Whole));
  const auto agreement = read_agreement(peer.response().field("sec-websocket-extensions").value_or(""));
  ASSERT_TRUE(agreement);
  peer.use(*agreement);
  converse(peer, payload.steps, pace);
}

INSTANTIATE_TEST_SUITE_P(Rfc7692, DeflatePayload,
                         testing::Combine(testing::ValuesIn(payloads()),
                                          testing::Values(Pace::Whole, Pace::Chops, Pace::Single)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name + "_" + std::string(pace_name(std::get<1>(info.param)));
                         });

}  // namespace
}  // namespace folio::conformance
