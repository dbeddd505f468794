// RFC 6455 §5.5: pings, pongs, and what control frames may not be.
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

std::vector<Case> ping_cases() {
  std::vector<Case> cases;
  for (const std::size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 16, 31, 64, 100, 124, 125}) {
    const std::string number = std::to_string(size);
    cases.push_back({"ping_of_" + number,
                     "5.5.2",
                     "the pong has what the ping had",
                     {send(ping(noise(size))), gets_pong(noise(size))}});
    cases.push_back({"ping_of_" + number + "_twice",
                     "5.5.2",
                     "each ping has its pong",
                     {send(ping(noise(size)), ping(letters(size))), gets_pong(noise(size)), gets_pong(letters(size))}});
  }
  const std::vector<Case> more = {
      {"ping_that_is_no_utf8",
       "5.5.2",
       "the payload of a ping is any bytes",
       {send(ping(bytes({0x00, 0xFF, 0xFE, 0xFD, 0xC0, 0x80}))),
        gets_pong(bytes({0x00, 0xFF, 0xFE, 0xFD, 0xC0, 0x80}))}},
      {"ping_before_a_message",
       "5.5.2",
       "a ping, then a message",
       {send(ping("p"), text("t")), gets_pong("p"), gets_text("t")}},
      {"ping_behind_a_message",
       "5.5.2",
       "a message, then a ping",
       {send(text("t"), ping("p")), gets_text("t"), gets_pong("p")}},
      {"ping_answered_before_more",
       "5.5.2",
       "a ping is answered though nothing follows it",
       {send(ping("1")), gets_pong("1"), send(ping("2")), gets_pong("2")}},
      {"ping_between_fragments",
       "5.4",
       "a ping in the middle of a message is answered at once",
       {send(first_text("one "), ping("p")), gets_pong("p"), send(last("two")), gets_text("one two")}},
      {"pings_between_all_fragments",
       "5.4",
       "pings in the middle of a message, all in one segment",
       {send(ping("0"), first_text("one "), ping("1"), middle("two "), ping("2"), middle(), ping("3"), last("three"),
             ping("4")),
        gets_pong("0"), gets_pong("1"), gets_pong("2"), gets_pong("3"), gets_text("one two three"), gets_pong("4")}},
      {"ping_inside_a_code_point",
       "5.4",
       "a ping between the bytes of a code point harms nothing",
       {send(first_text(bytes({0xCE})), ping(bytes({0xFF}))), gets_pong(bytes({0xFF})), send(last(bytes({0xBA}))),
        gets_text("κ")}},
      {"ping_of_126",
       "5.5",
       "a control frame of more than 125 bytes",
       {send(frame(fin | opcode::ping, letters(126))), ends(1002)}},
      {"ping_of_65536",
       "5.5",
       "a control frame of more than 125 bytes",
       {send(frame(fin | opcode::ping, letters(65'536))), ends(1002)}},
      {"pong_of_126",
       "5.5",
       "a control frame of more than 125 bytes",
       {send(frame(fin | opcode::pong, letters(126))), ends(1002)}},
      {"ping_of_126_is_seen_at_once",
       "5.5",
       "the two first bytes say that a control frame is too long",
       {send(bytes({fin | opcode::ping, 0xFE})), ends(1002)}},
      {"pong_of_64_bits_is_seen_at_once",
       "5.5",
       "the two first bytes say that a control frame is too long",
       {send(bytes({fin | opcode::pong, 0xFF})), ends(1002)}},
      {"close_of_126_is_seen_at_once",
       "5.5",
       "the two first bytes say that a control frame is too long",
       {send(bytes({fin | opcode::close, 0xFE})), ends(1002)}},
      {"ping_of_5_in_16_bits",
       "5.5",
       "a control frame's length has one byte",
       {send(with_length_form(LengthForm::Bytes2, fin | opcode::ping, "12345")), ends(1002)}},
      {"pong_of_5_in_64_bits",
       "5.5",
       "a control frame's length has one byte",
       {send(with_length_form(LengthForm::Bytes8, fin | opcode::pong, "12345")), ends(1002)}},
  };
  cases.insert(cases.end(), more.begin(), more.end());

  Case burst{"ten_pings", "5.5.2", "ten pings in one segment have ten pongs", {}};
  Case chain{"ten_pings_one_by_one", "5.5.2", "ten pings, each after the pong of the one before", {}};
  std::string frames;
  for (int i = 0; i < 10; ++i) frames += ping("payload-" + std::to_string(i));
  burst.steps.push_back(send(frames));
  for (int i = 0; i < 10; ++i) {
    burst.steps.push_back(gets_pong("payload-" + std::to_string(i)));
    chain.steps.push_back(send(ping(std::to_string(i))));
    chain.steps.push_back(gets_pong(std::to_string(i)));
  }
  cases.push_back(std::move(burst));
  cases.push_back(std::move(chain));

  // Of pongs that would wait, the server keeps the last one alone; and it need not be asked for anything more to send
  // it.
  cases.push_back({"fifty_pings_of_125",
                   "5.5.3",
                   "of many pings in one segment the last one is answered",
                   {send(repeated(ping(letters(125)), 50), ping("last")), gets_pongs_up_to("last")}});
  std::string flood;
  for (int i = 0; i < 20'000; ++i) flood += ping(std::to_string(i) + letters(100));
  cases.push_back({"twenty_thousand_pings",
                   "5.5.3",
                   "a flood of pings, and a message when it is answered",
                   {send(flood), gets_pongs_up_to("19999" + letters(100)), send(text("t")), gets_text("t")}});
  return cases;
}

std::vector<Case> pong_cases() {
  return {
      {"pong_unasked",
       "5.5.3",
       "\"A response to an unsolicited Pong frame is not expected.\"",
       {send(pong("heartbeat"))}},
      {"pong_unasked_empty", "5.5.3", "an unsolicited pong without payload", {send(pong())}},
      {"pong_unasked_of_125", "5.5.3", "an unsolicited pong as long as it can be", {send(pong(noise(125)))}},
      {"pong_then_ping",
       "5.5.3",
       "an unsolicited pong, then a ping that is answered",
       {send(pong("unasked"), ping("asked")), gets_pong("asked")}},
      {"pongs_around_a_message",
       "5.5.3",
       "unsolicited pongs do not disturb a message",
       {send(pong("1"), text("t"), pong("2")), gets_text("t")}},
      {"pong_between_fragments",
       "5.4",
       "an unsolicited pong in the middle of a message",
       {send(first_binary("one "), pong("p"), last("two")), gets_binary("one two")}},
      {"hundred_pongs",
       "5.5.3",
       "a hundred unsolicited pongs",
       {send(repeated(pong("x"), 100), text("t")), gets_text("t")}},
  };
}

// RFC 6455 §5.5: control frames "MUST NOT be fragmented".
std::vector<Case> fragmented_control_cases() {
  std::vector<Case> cases;
  for (const auto& [kind, op] : {std::pair{"ping", opcode::ping}, {"pong", opcode::pong}, {"close", opcode::close}}) {
    const std::string payload = op == opcode::close ? close_payload(1000) : "abc";
    const std::string name(kind);
    cases.push_back(
        {name + "_not_final", "5.5", "a control frame without FIN", {send(frame(op, payload)), ends(1002)}});
    cases.push_back(
        {name + "_not_final_empty", "5.5", "an empty control frame without FIN", {send(frame(op)), ends(1002)}});
    cases.push_back({name + "_in_two_fragments",
                     "5.5",
                     "a control frame and its continuation",
                     {send(frame(op, payload), last("more")), ends(1002)}});
    cases.push_back({name + "_not_final_after_a_message",
                     "5.5",
                     "a message, then a control frame without FIN",
                     {send(text("good"), frame(op, payload)), gets_text("good"), ends(1002)}});
    cases.push_back({name + "_not_final_inside_a_message",
                     "5.5",
                     "a control frame without FIN between fragments",
                     {send(first_text("one"), frame(op, payload), last("two")), ends(1002)}});
    cases.push_back({name + "_not_final_is_seen_at_once",
                     "5.5",
                     "the first byte says that FIN is missing",
                     {send(bytes({op})), ends(1002)}});
  }
  return cases;
}

// What the server sends by itself.
std::vector<Case> server_ping_cases() {
  std::vector<Case> cases;
  for (const std::size_t size : {0, 1, 64, 125}) {
    const std::string number = std::to_string(size);
    cases.push_back({"server_pings_with_" + number,
                     "5.5.2",
                     "the server pings, the client answers",
                     {send(text("ping " + letters(size))), gets_ping(letters(size)),
                      send(pong(letters(size)), text("texts 1")), gets_text("0")},
                     Place::Command});
    cases.push_back(
        {"server_pongs_with_" + number,
         "5.5.3",
         "the server sends a pong that nobody asked for",
         {send(text("pong " + letters(size))), gets_pong(letters(size)), send(text("texts 1")), gets_text("0")},
         Place::Command});
  }
  cases.push_back({"server_ping_unanswered",
                   "5.5.2",
                   "a client that does not answer yet is served",
                   {send(text("ping a")), gets_ping("a"), send(text("texts 2")), gets_text("0"), gets_text("1")},
                   Place::Command});
  cases.push_back({"server_ping_answered_wrongly",
                   "5.5.3",
                   "a pong with another payload is an unsolicited one",
                   {send(text("ping a")), gets_ping("a"), send(pong("b"), text("texts 1")), gets_text("0")},
                   Place::Command});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Ping, Server, testing::ValuesIn(trials(ping_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Pong, Server, testing::ValuesIn(trials(pong_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(FragmentedControl, Server, testing::ValuesIn(trials(fragmented_control_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ServerPing, Server, testing::ValuesIn(trials(server_ping_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
