// RFC 6455 §5.4: messages in fragments.
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

std::vector<Case> right_cases() {
  std::vector<Case> cases = {
      {"text_in_two", "5.4", "a text in two fragments", {send(first_text("one "), last("two")), gets_text("one two")}},
      {"binary_in_two",
       "5.4",
       "a binary message in two fragments",
       {send(first_binary("one "), last("two")), gets_binary("one two")}},
      {"text_in_three",
       "5.4",
       "a text in three fragments",
       {send(first_text("one "), middle("two "), last("three")), gets_text("one two three")}},
      {"binary_in_three",
       "5.4",
       "a binary message in three fragments",
       {send(first_binary("one "), middle("two "), last("three")), gets_binary("one two three")}},
      {"fragments_one_at_a_time",
       "5.4",
       "each fragment in a segment of its own",
       {send(first_text("one ")), send(middle("two ")), send(last("three")), gets_text("one two three")}},
      {"first_empty", "5.4", "the first fragment is empty", {send(first_text(), last("all")), gets_text("all")}},
      {"middle_empty",
       "5.4",
       "the fragment between is empty",
       {send(first_text("a"), middle(), last("b")), gets_text("ab")}},
      {"last_empty", "5.4", "the final fragment is empty", {send(first_text("all"), last()), gets_text("all")}},
      {"all_but_middle_empty",
       "5.4",
       "only the fragment between has something",
       {send(first_text(), middle("all"), last()), gets_text("all")}},
      {"all_empty_text",
       "5.4",
       "a text of three empty fragments is an empty text",
       {send(first_text(), middle(), last()), gets_text("")}},
      {"all_empty_binary",
       "5.4",
       "a binary message of three empty fragments is an empty one",
       {send(first_binary(), middle(), last()), gets_binary("")}},
      {"many_empty_then_one",
       "5.4",
       "a thousand empty fragments, then the text",
       {send(first_text(), repeated(middle(), 1'000), last("all")), gets_text("all")}},
      {"two_messages",
       "5.4",
       "a fragmented message after the other",
       {send(first_text("a"), last("b"), first_binary("c"), last("d")), gets_text("ab"), gets_binary("cd")}},
      {"whole_after_fragmented",
       "5.4",
       "a message of one frame after one in fragments, and before",
       {send(text("x"), first_text("a"), last("b"), text("y")), gets_text("x"), gets_text("ab"), gets_text("y")}},
      {"fragments_in_every_length_form",
       "5.2",
       "fragments of every length form",
       {send(first_binary(noise(125)), middle(noise(126)), middle(noise(65'535)), last(noise(65'536))),
        gets_binary(noise(125) + noise(126) + noise(65'535) + noise(65'536))}},
      {"nothing_before_the_end",
       "5.4",
       "a message is answered when it is whole, pings before that",
       {send(first_text("a"), ping("1")), gets_pong("1"), send(middle("b"), ping("2")), gets_pong("2"), send(last("c")),
        gets_text("abc")}},
      {"server_answers_before_the_final_fragment_ends",
       "5.4",
       "what came before an unfinished message is answered",
       {send(text("whole"), first_text("begun")), gets_text("whole"), send(last()), gets_text("begun")}},
  };
  for (const std::size_t size : {1, 2, 3, 5, 64, 125, 126, 1'000}) {
    for (const auto& [kind, op] : {std::pair{"text", opcode::text}, {"binary", opcode::binary}}) {
      const std::string payload = op == opcode::text ? letters(3'001) : noise(3'001);
      cases.push_back(
          {std::string(kind) + "_in_fragments_of_" + std::to_string(size),
           "5.4",
           "many fragments of one size",
           {send(in_fragments(op, payload, size)), op == opcode::text ? gets_text(payload) : gets_binary(payload)}});
    }
  }
  // Every way to cut a text with code points of all lengths in two.
  const std::string all = "a\u00E9\u20AC\U0001F989";
  for (std::size_t at = 0; at <= all.size(); ++at) {
    cases.push_back({"text_cut_at_" + std::to_string(at),
                     "5.6",
                     "a fragment may end inside a code point",
                     {send(first_text(all.substr(0, at)), last(all.substr(at))), gets_text(all)}});
  }
  cases.push_back({"text_byte_by_byte_in_frames",
                   "5.6",
                   "every byte in a fragment of its own",
                   {send(in_fragments(opcode::text, repeated(all, 50), 1)), gets_text(repeated(all, 50))}});
  return cases;
}

std::vector<Case> wrong_cases() {
  std::vector<Case> cases;
  for (const auto& [kind, continuation] : {std::pair{"final", last("x")},
                                           {"not_final", middle("x")},
                                           {"final_empty", last()},
                                           {"not_final_empty", middle()}}) {
    const std::string name = std::string("continuation_") + kind;
    cases.push_back({name + "_of_nothing",
                     "5.4",
                     "a continuation without a message to continue",
                     {send(continuation), ends(1002)}});
    cases.push_back({name + "_of_nothing_then_text",
                     "5.4",
                     "a text behind it is not looked at",
                     {send(continuation, text("no")), ends(1002)}});
    cases.push_back({name + "_after_a_whole_message",
                     "5.4",
                     "a message of one frame has nothing to continue",
                     {send(text("whole"), continuation), gets_text("whole"), ends(1002)}});
    cases.push_back({name + "_after_a_fragmented_message",
                     "5.4",
                     "a message that is finished has nothing to continue",
                     {send(first_text("a"), last("b"), continuation), gets_text("ab"), ends(1002)}});
    cases.push_back({name + "_after_a_ping",
                     "5.4",
                     "a control frame is not continued",
                     {send(ping("p"), continuation), gets_pong("p"), ends(1002)}});
  }
  cases.push_back({"continuation_of_nothing_is_seen_at_once",
                   "5.4",
                   "the first byte says that there is nothing to continue",
                   {send(bytes({opcode::continuation})), ends(1002)}});
  // RFC 6455 §5.4: "The fragments of one message MUST NOT be interleaved between the fragments of another message".
  for (const auto& [open, first] : {std::pair{"text", first_text("one")}, {"binary", first_binary("one")}}) {
    for (const auto& [kind, next] : {std::pair{"text", text("two")},
                                     {"binary", binary("two")},
                                     {"first_text", first_text("two")},
                                     {"first_binary", first_binary("two")},
                                     {"empty_text", text("")}}) {
      const std::string name = std::string(kind) + "_inside_" + open;
      cases.push_back({name, "5.4", "a new message before the last one is finished", {send(first, next), ends(1002)}});
      cases.push_back({name + "_after_a_continuation",
                       "5.4",
                       "a new message before the last one is finished",
                       {send(first, middle("more"), next, last("end")), ends(1002)}});
    }
    cases.push_back({std::string("new_message_inside_") + open + "_is_seen_at_once",
                     "5.4",
                     "the first byte says that a new message begins",
                     {send(first, bytes({fin | opcode::text})), ends(1002)}});
    cases.push_back({std::string("ping_then_new_message_inside_") + open,
                     "5.4",
                     "a ping does not finish a message",
                     {send(first, ping("p"), text("two")), gets_pong("p"), ends(1002)}});
  }
  cases.push_back({"five_messages_in_wrong_fragments",
                   "5.4",
                   "all of them begin, none ends",
                   {send(repeated(first_text("a"), 5), last("b")), ends(1002)}});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Fragmentation, Server, testing::ValuesIn(trials(right_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(WrongFragmentation, Server, testing::ValuesIn(trials(wrong_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
