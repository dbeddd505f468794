// RFC 6455 §5.1, §5.2, §5.3: frames, their lengths, masks, reserved bits and opcodes.
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

std::vector<Case> payload_cases() {
  std::vector<Case> cases;
  // Both sides of every length at which the header changes its form, and of what a mask of four bytes leaves over.
  for (const std::size_t size :
       {0,   1,   2,     3,     4,     5,      6,      7,      8,      9,      15,     16,  17,
        31,  32,  33,    63,    64,    65,     100,    124,    125,    126,    127,    128, 129,
        255, 256, 1'000, 4'095, 4'096, 16'384, 65'534, 65'535, 65'536, 65'537, 100'000}) {
    const std::string number = std::to_string(size);
    cases.push_back({"text_of_" + number,
                     "5.2",
                     "a text of " + number + " bytes",
                     {send(text(letters(size))), gets_text(letters(size))}});
    cases.push_back({"binary_of_" + number,
                     "5.2",
                     "a binary message of " + number + " bytes",
                     {send(binary(noise(size))), gets_binary(noise(size))}});
  }
  return cases;
}

std::vector<Case> sequence_cases() {
  std::vector<Case> cases = {
      {"text_then_binary",
       "5.6",
       "each message keeps its kind",
       {send(text("a"), binary("b"), text("c")), gets_text("a"), gets_binary("b"), gets_text("c")}},
      {"answer_between",
       "5.6",
       "messages one at a time, each answered before the next",
       {send(text("one")), gets_text("one"), send(binary("two")), gets_binary("two"), send(text("three")),
        gets_text("three")}},
      {"empty_ones",
       "5.6",
       "empty messages are messages",
       {send(text(""), binary(""), text("")), gets_text(""), gets_binary(""), gets_text("")}},
      {"binary_is_not_judged",
       "5.6",
       "a binary message may hold any bytes",
       {send(binary(bytes({0xC0, 0x80, 0xFF, 0xED, 0xA0, 0x80}))),
        gets_binary(bytes({0xC0, 0x80, 0xFF, 0xED, 0xA0, 0x80}))}},
      {"examples_of_5_7",
       "5.7",
       "a masked Hello, and in two fragments",
       {send(bytes({0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58})), gets_text("Hello"),
        send(first_text("Hel"), last("lo")), gets_text("Hello")}},
  };
  Case many{"hundred_in_one_segment", "5.2", "a hundred messages of different sizes, all at once, stay in order", {}};
  std::string frames;
  for (std::size_t i = 0; i < 100; ++i) frames += text(letters(i * 7));
  many.steps.push_back(send(frames));
  for (std::size_t i = 0; i < 100; ++i) many.steps.push_back(gets_text(letters(i * 7)));
  cases.push_back(std::move(many));
  return cases;
}

// RFC 6455 §5.2: "the minimal number of bytes MUST be used to encode the length".
std::vector<Case> length_cases() {
  std::vector<Case> cases;
  for (const auto& [kind, first] :
       {std::pair{"text", fin | opcode::text}, {"binary", fin | opcode::binary}, {"first_fragment", opcode::text}}) {
    for (const std::size_t size : {0, 1, 124, 125}) {
      cases.push_back({std::string(kind) + "_" + std::to_string(size) + "_in_16_bits",
                       "5.2",
                       "a length that one byte can hold, in the form of two",
                       {send(with_length_form(LengthForm::Bytes2, first, letters(size))), ends(1002)}});
    }
    for (const std::size_t size : {0, 1, 125, 126, 127, 65'535}) {
      cases.push_back({std::string(kind) + "_" + std::to_string(size) + "_in_64_bits",
                       "5.2",
                       "a length that fewer bytes can hold, in the form of eight",
                       {send(with_length_form(LengthForm::Bytes8, first, letters(size))), ends(1002)}});
    }
    // RFC 6455 §5.2: "the most significant bit MUST be 0".
    for (const std::uint64_t length : {0x8000'0000'0000'0000U, 0x8000'0000'0000'0001U, 0xFFFF'FFFF'FFFF'FFFFU}) {
      cases.push_back({std::string(kind) + "_top_bit_" +
                           (length == 0x8000'0000'0000'0000U   ? "alone"
                            : length == 0x8000'0000'0000'0001U ? "and_1"
                                                               : "and_all"),
                       "5.2",
                       "the top bit of a length of 64 bits is set",
                       {send(header(first, length)), ends(1002)}});
    }
  }
  cases.push_back({"top_bit_is_seen_at_once",
                   "5.2",
                   "the top bit of the length is wrong before the other bytes are there",
                   {send(bytes({fin | opcode::text, 0xFF, 0x80})), ends(1002)}});
  cases.push_back({"not_minimal_16_is_seen_at_once",
                   "5.2",
                   "a length in the wrong form is wrong before the mask key",
                   {send(bytes({fin | opcode::text, 0xFE, 0x00, 0x7D})), ends(1002)}});
  return cases;
}

// RFC 6455 §5.1: "The server MUST close the connection upon receiving a frame that is not masked." §5.3: masks.
std::vector<Case> mask_cases() {
  std::vector<Case> cases;
  for (const auto& [kind, op] : {std::pair{"text", opcode::text},
                                 {"binary", opcode::binary},
                                 {"close", opcode::close},
                                 {"ping", opcode::ping},
                                 {"pong", opcode::pong}}) {
    const std::string payload = op == opcode::close ? close_payload(1000) : "abc";
    cases.push_back({std::string(kind) + "_without_mask",
                     "5.1",
                     "a frame that is not masked",
                     {send(unmasked(fin | op, payload)), ends(1002)}});
    cases.push_back({std::string("empty_") + kind + "_without_mask",
                     "5.1",
                     "an empty frame that is not masked",
                     {send(unmasked(fin | op)), ends(1002)}});
    cases.push_back({std::string(kind) + "_without_mask_after_a_message",
                     "5.1",
                     "the second frame is not masked",
                     {send(text("good"), unmasked(fin | op, payload)), gets_text("good"), ends(1002)}});
  }
  cases.push_back({"continuation_without_mask",
                   "5.1",
                   "the second fragment is not masked",
                   {send(first_text("one"), unmasked(fin | opcode::continuation, "two")), ends(1002)}});
  cases.push_back({"missing_mask_is_seen_at_once",
                   "5.1",
                   "that the mask is missing is clear from the second byte",
                   {send(bytes({fin | opcode::text, 0x05})), ends(1002)}});
  for (const auto& [kind, key] : {std::pair{"zero", bytes({0, 0, 0, 0})},
                                  {"all_ones", bytes({255, 255, 255, 255})},
                                  {"one_byte_set", bytes({0, 0, 0x80, 0})},
                                  {"first_byte_zero", bytes({0, 1, 2, 3})},
                                  {"like_a_header", bytes({0x81, 0x81, 0x88, 0x80})}}) {
    for (const std::size_t size : {1, 5, 64, 130, 1'000}) {
      cases.push_back({"key_" + std::string(kind) + "_" + std::to_string(size),
                       "5.3",
                       "any four bytes are a mask key",
                       {send(frame(fin | opcode::text, letters(size), key)), gets_text(letters(size))}});
    }
  }
  cases.push_back(
      {"keys_in_turn",
       "5.3",
       "every frame has a key of its own",
       {send(frame(opcode::text, "one ", bytes({1, 2, 3, 4})), frame(fin | opcode::ping, "p", bytes({9, 8, 7, 6})),
             frame(fin | opcode::continuation, "two", bytes({5, 6, 7, 8}))),
        gets_pong("p"), gets_text("one two")}});
  return cases;
}

// RFC 6455 §5.2, RSV1, RSV2, RSV3: "MUST be 0 unless an extension is negotiated that defines meanings for non-zero
// values."
std::vector<Case> reserved_bit_cases() {
  std::vector<Case> cases;
  for (int bits = 1; bits < 8; ++bits) {
    // With permessage-deflate RSV1 alone, on the first frame of a message, has a meaning.
    for (const auto& [kind, op] : {std::pair{"text", opcode::text},
                                   {"binary", opcode::binary},
                                   {"close", opcode::close},
                                   {"ping", opcode::ping},
                                   {"pong", opcode::pong}}) {
      const bool message = op == opcode::text || op == opcode::binary;
      const Extended extended = message && bits == 4 ? Extended::Never : Extended::Too;
      const std::string name = std::string(kind) + "_with_reserved_" + std::to_string(bits);
      const int first = fin | bits << 4 | op;
      const std::string payload = op == opcode::close ? close_payload(1000) : "abc";
      cases.push_back(
          {name, "5.2", "a reserved bit is set", {send(frame(first, payload)), ends(1002)}, Place::Echo, extended});
      cases.push_back({name + "_empty",
                       "5.2",
                       "a reserved bit is set on an empty frame",
                       {send(frame(first)), ends(1002)},
                       Place::Echo,
                       extended});
      cases.push_back(
          {name + "_after_a_message",
           "5.2",
           "a reserved bit is set on the second frame",
           {send(text("good"), frame(first, payload), ping("never answered")), gets_text("good"), ends(1002)},
           Place::Echo,
           extended});
      cases.push_back({name + "_is_seen_at_once",
                       "5.2",
                       "a reserved bit is wrong as soon as its byte is there",
                       {send(bytes({first})), ends(1002)},
                       Place::Echo,
                       extended});
    }
    cases.push_back({"continuation_with_reserved_" + std::to_string(bits),
                     "5.2",
                     "a reserved bit is set on the second fragment",
                     {send(first_text("one"), frame(fin | bits << 4 | opcode::continuation, "two")), ends(1002)}});
  }
  return cases;
}

// RFC 6455 §5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
std::vector<Case> opcode_cases() {
  std::vector<Case> cases;
  for (const int op : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    const std::string name = "opcode_" + std::to_string(op);
    const int first = fin | op;
    cases.push_back({name + "_empty", "5.2", "a reserved opcode", {send(frame(first)), ends(1002)}});
    cases.push_back({name + "_with_payload", "5.2", "a reserved opcode", {send(frame(first, "abc")), ends(1002)}});
    cases.push_back({name + "_not_final", "5.2", "a reserved opcode", {send(frame(op, "abc")), ends(1002)}});
    cases.push_back({name + "_after_a_message",
                     "5.2",
                     "a reserved opcode, a ping that nobody sees behind it",
                     {send(text("good"), frame(first, "abc"), ping()), gets_text("good"), ends(1002)}});
    cases.push_back({name + "_inside_a_message",
                     "5.2",
                     "a reserved opcode between two fragments",
                     {send(first_text("one"), frame(first, "abc"), last("two")), ends(1002)}});
    cases.push_back({name + "_is_seen_at_once",
                     "5.2",
                     "a reserved opcode is wrong as soon as its byte is there",
                     {send(bytes({first})), ends(1002)}});
  }
  return cases;
}

// What comes behind a fault is not looked at, however much it is, and its sender still gets to read the Close frame.
std::vector<Case> after_fault_cases() {
  const std::string fault = frame(fin | 3);
  return {
      {"nothing_is_answered_after_a_fault",
       "7.1.7",
       "messages and pings behind a fault",
       {send(fault, text("no"), ping("no"), binary("no"), close(1000)), ends(1002)}},
      {"one_fault_is_enough",
       "7.1.7",
       "one fault behind the other gets one Close frame",
       {send(fault, frame(fin | 4), unmasked(fin | opcode::text, "x"), close(999)), ends(1002)}},
      {"much_after_a_fault",
       "7.1.7",
       "a megabyte behind a fault does not turn the end into a reset",
       {send(fault, noise(1'000'000)), ends(1002)}},
      {"answers_before_a_fault",
       "7.1.7",
       "what was answered before the fault arrives before the Close frame",
       {send(text(letters(50'000)), ping("a"), text("b"), fault), gets_text(letters(50'000)), gets_pong("a"),
        gets_text("b"), ends(1002)}},
  };
}

INSTANTIATE_TEST_SUITE_P(Payload, Server, testing::ValuesIn(trials(payload_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Sequence, Server, testing::ValuesIn(trials(sequence_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Length, Server, testing::ValuesIn(trials(length_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Mask, Server, testing::ValuesIn(trials(mask_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ReservedBits, Server, testing::ValuesIn(trials(reserved_bit_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Opcodes, Server, testing::ValuesIn(trials(opcode_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(AfterFault, Server, testing::ValuesIn(trials(after_fault_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
