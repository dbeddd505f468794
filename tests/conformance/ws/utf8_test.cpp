// RFC 6455 §5.6, §8.1: a text is UTF-8, and one that is not fails the connection with 1007 (§7.4.1) at the first byte
// that cannot be part of it: before the frame is over, and before the message is.
#include "conformance/ws/utf8_sequences.hpp"

#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

// Text that stands before what is judged; longer than what a header's one byte can say.
const std::string before = "κόσμε " + letters(150);

std::vector<Case> valid_cases() {
  std::vector<Case> cases;
  for (const Utf8Sequence& each : valid_utf8()) {
    cases.push_back({each.name, "5.6", "a text that is UTF-8", {send(text(each.bytes)), gets_text(each.bytes)}});
    cases.push_back({each.name + "_byte_by_byte_in_frames",
                     "5.6",
                     "each byte in a fragment of its own",
                     {send(in_fragments(opcode::text, before + each.bytes, 1)), gets_text(before + each.bytes)}});
  }
  return cases;
}

std::vector<Case> invalid_cases() {
  std::vector<Case> cases;
  for (const Utf8Sequence& each : invalid_utf8()) {
    const std::string wrong = before + each.bytes;
    cases.push_back({each.name, "8.1", "a text that is not UTF-8", {send(text(each.bytes)), ends(1007)}});
    cases.push_back({each.name + "_behind_text",
                     "8.1",
                     "good text, then what is not UTF-8",
                     {send(text(wrong), text("no"), ping("no")), ends(1007)}});
    cases.push_back({each.name + "_byte_by_byte_in_frames",
                     "8.1",
                     "each byte in a fragment of its own",
                     {send(in_fragments(opcode::text, wrong, 1)), ends(1007)}});
    cases.push_back({each.name + "_then_empty_last",
                     "8.1",
                     "the final fragment is empty, and ends the text",
                     {send(first_text(wrong), last()), ends(1007)}});
    cases.push_back({each.name + "_as_bytes",
                     "5.6",
                     "the same bytes as a binary message",
                     {send(binary(wrong)), gets_binary(wrong)}});
    if (each.cut_off()) {
      cases.push_back({each.name + "_is_no_fault_yet",
                       "8.1",
                       "a text that may go on is not judged before it ends",
                       {send(first_text(wrong), ping("p")), gets_pong("p"), send(last()), ends(1007)}});
      continue;
    }
    const std::string clear = before + each.bytes.substr(0, each.judged);
    cases.push_back({each.name + "_fails_inside_the_frame",
                     "8.1",
                     "the fault is found before the frame is over",
                     {send(partial(fin | opcode::text, clear.size() + 1'000, clear)), ends(1007)}});
    cases.push_back({each.name + "_fails_inside_the_message",
                     "8.1",
                     "the fault is found before the message is over",
                     {send(first_text(clear)), ends(1007)}});
    cases.push_back({each.name + "_fails_in_a_later_fragment",
                     "8.1",
                     "the fault is found in the fragment that has it",
                     {send(first_text(before), ping("p")), gets_pong("p"),
                      send(middle(each.bytes.substr(0, each.judged - 1)), ping("q")), gets_pong("q"),
                      send(middle(each.bytes.substr(each.judged - 1, 1))), ends(1007)}});
    cases.push_back(
        {each.name + "_fails_inside_a_later_frame",
         "8.1",
         "the fault is found as soon as its byte is there",
         {send(first_text(before), partial(fin | opcode::continuation, 1'000, each.bytes.substr(0, each.judged))),
          ends(1007)}});
  }
  return cases;
}

std::vector<Case> more_cases() {
  const std::string good = "κόσμε";
  return {
      {"fault_after_a_good_message",
       "8.1",
       "one message is good, the next is not",
       {send(text(good), text(bytes({0xFF}))), gets_text(good), ends(1007)}},
      {"each_message_is_judged_alone",
       "8.1",
       "half a code point is not finished by the next message",
       {send(text(bytes({0xCE})), text(bytes({0xBA}))), ends(1007)}},
      {"validity_begins_anew",
       "8.1",
       "a fragmented text, then another one",
       {send(first_text(good), last(good), first_text(good), last(good)), gets_text(good + good),
        gets_text(good + good)}},
      {"binary_does_not_disturb",
       "8.1",
       "bytes that are not UTF-8, then text",
       {send(binary(bytes({0xCE})), text(good)), gets_binary(bytes({0xCE})), gets_text(good)}},
      {"binary_fragments_are_not_judged",
       "8.1",
       "a binary message in fragments that are not UTF-8",
       {send(first_binary(bytes({0xFF})), last(bytes({0xC0}))), gets_binary(bytes({0xFF, 0xC0}))}},
      {"fault_at_the_end_of_much",
       "8.1",
       "the last of many bytes is wrong",
       {send(text(letters(200'000) + bytes({0xFF}))), ends(1007)}},
      {"fault_at_the_start_of_much",
       "8.1",
       "the first of many announced bytes is wrong, the others have not come",
       {send(partial(fin | opcode::text, 500'000, bytes({0xFF}))), ends(1007)}},
      {"much_text_of_4_byte_code_points",
       "5.6",
       "code points lie across all boundaries of reading",
       {send(text("a" + repeated("\U0001F989", 50'000))), gets_text("a" + repeated("\U0001F989", 50'000))}},
  };
}

INSTANTIATE_TEST_SUITE_P(ValidUtf8, Server, testing::ValuesIn(trials(valid_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(InvalidUtf8, Server, testing::ValuesIn(trials(invalid_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(MoreUtf8, Server, testing::ValuesIn(trials(more_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
