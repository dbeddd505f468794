// RFC 6455 §5.5.1, §7: Close frames, their codes and reasons, and the end of the connection, whoever begins it.
#include "conformance/ws/trial.hpp"
#include "conformance/ws/utf8_sequences.hpp"

namespace folio::conformance {
namespace {

// Codes that a Close frame may carry: those of §7.4.1, those registered later (1012 to 1014), libraries' and
// applications' own.
constexpr int valid_codes[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012,
                               1013, 1014, 3000, 3001, 3500, 3999, 4000, 4001, 4500, 4999};
// RFC 6455 §7.4.2: 0-999 "are not used"; 1004, 1005, 1006 and 1015 are reserved; up to 2999 the others are for future
// revisions and extensions; there is nothing past 4999.
constexpr int invalid_codes[] = {0,    1,    2,    100,  500,  998,  999,  1004, 1005, 1006,  1015, 1016,
                                 1017, 1100, 1999, 2000, 2500, 2999, 5000, 5001, 9999, 32768, 65535};

std::vector<Case> code_cases() {
  std::vector<Case> cases;
  for (const int code : valid_codes) {
    const std::string name = "code_" + std::to_string(code);
    // §5.5.1: "When sending a Close frame in response, the endpoint typically echos the status code it received."
    cases.push_back(
        {name, "7.4", "a code that may be sent is sent back", {send(close(code)), ends_with(close_payload(code))}});
    cases.push_back({name + "_with_reason", "7.4", "a code and a reason", {send(close(code, "a reason")), ends(code)}});
  }
  for (const int code : invalid_codes) {
    const std::string name = "invalid_code_" + std::to_string(code);
    cases.push_back({name, "7.4.2", "a code that may not be sent", {send(close(code)), ends(1002)}});
    cases.push_back(
        {name + "_with_reason", "7.4.2", "a code that may not be sent", {send(close(code, "a reason")), ends(1002)}});
  }
  return cases;
}

std::vector<Case> payload_cases() {
  std::vector<Case> cases = {
      {"no_code",
       "5.5.1",
       "a Close frame without a payload is answered by one without",
       {send(close_without_code()), ends_with("")}},
      {"one_byte",
       "5.5.1",
       "if there is a body, \"the first two bytes of the body MUST be a 2-byte unsigned integer\"",
       {send(frame(fin | opcode::close, bytes({0x03}))), ends(1002)}},
      {"one_byte_zero", "5.5.1", "one byte is no code", {send(frame(fin | opcode::close, bytes({0}))), ends(1002)}},
      {"reason_of_1", "5.5.1", "a reason of one byte", {send(close(1000, "x")), ends(1000)}},
      {"reason_of_122", "5.5.1", "a reason of 122 bytes", {send(close(1000, letters(122))), ends(1000)}},
      {"reason_of_123", "5.5.1", "the longest reason", {send(close(1000, letters(123))), ends(1000)}},
      {"reason_of_124", "5.5", "a Close frame of 126 bytes", {send(close(1000, letters(124))), ends(1002)}},
      {"reason_of_1000", "5.5", "a Close frame of 1002 bytes", {send(close(1000, letters(1'000))), ends(1002)}},
      {"reason_with_null",
       "5.5.1",
       "a reason may hold what cannot be read",
       {send(close(1000, std::string("a\0b", 3))), ends(1000)}},
      {"close_in_16_bits",
       "5.5",
       "a control frame's length has one byte",
       {send(with_length_form(LengthForm::Bytes2, fin | opcode::close, close_payload(1000))), ends(1002)}},
  };
  for (const Utf8Sequence& each : valid_utf8()) {
    cases.push_back(
        {"reason_" + each.name, "5.5.1", "a reason that is UTF-8", {send(close(1000, each.bytes)), ends(1000)}});
  }
  for (const Utf8Sequence& each : invalid_utf8()) {
    cases.push_back({"wrong_reason_" + each.name,
                     "8.1",
                     "a reason that is not UTF-8",
                     {send(close(1000, "why: " + each.bytes)), ends(1007)}});
  }
  return cases;
}

// The client begins.
std::vector<Case> client_cases() {
  const Step right_end = ends_with(close_payload(1000));
  return {
      {"close_alone", "7.1.2", "a Close frame as the first frame", {send(close(1000)), right_end}},
      {"close_behind_messages",
       "7.1.2",
       "messages are answered before the Close frame is",
       {send(text("a"), binary("b"), ping("c"), close(1000)), gets_text("a"), gets_binary("b"), gets_pong("c"),
        right_end}},
      {"close_behind_much",
       "7.1.2",
       "a large message is answered before the Close frame is",
       {send(binary(noise(300'000)), close(1000)), gets_binary(noise(300'000)), right_end}},
      {"close_twice", "5.5.1", "a second Close frame is not answered", {send(close(1000), close(1001)), right_end}},
      {"text_behind_close",
       "5.5.1",
       "what comes behind a Close frame is not looked at",
       {send(close(1000), text("no")), right_end}},
      {"ping_behind_close",
       "5.5.2",
       "a ping behind a Close frame is not answered",
       {send(close(1000), ping("no")), right_end}},
      {"fault_behind_close",
       "7.1.7",
       "not even for faults",
       {send(close(1000), frame(fin | 3), unmasked(0xFF, "x")), right_end}},
      {"noise_behind_close", "1.4", "whatever it is", {send(close(1000), noise(1'000)), right_end}},
      {"much_behind_close",
       "7.1.1",
       "a megabyte behind a Close frame does not turn the end into a reset",
       {send(close(1000), noise(1'000'000)), right_end}},
      {"half_a_frame_behind_close",
       "5.5.1",
       "a frame that never ends behind a Close frame",
       {send(close(1000), partial(fin | opcode::text, 100, "begun")), right_end}},
      {"close_inside_a_message",
       "5.4",
       "a Close frame between fragments",
       {send(first_text("one"), close(1000)), right_end}},
      {"close_inside_a_message_that_goes_on",
       "5.4",
       "the message is not finished after its Close frame",
       {send(first_text("one"), close(1000), last("two")), right_end}},
      {"close_inside_a_code_point",
       "5.4",
       "a text that was never finished is never judged",
       {send(first_text(bytes({0xCE})), close(1000)), right_end}},
      {"close_then_our_end",
       "7.1.1",
       "a client that ends its side behind its Close frame",
       {send(close(1000)), end_our_side(), right_end}},
  };
}

// The transport ends without a Close frame.
std::vector<Case> lost_cases() {
  return {
      {"end_at_once", "7.1.5", "a client that goes without a word", {end_our_side(), ends_bare()}},
      {"end_inside_a_header", "7.1.5", "the end inside a header", {send(bytes({0x81})), end_our_side(), ends_bare()}},
      {"end_inside_a_mask",
       "7.1.5",
       "the end inside a mask key",
       {send(bytes({0x81, 0x85, 1, 2})), end_our_side(), ends_bare()}},
      {"end_inside_a_payload",
       "7.1.5",
       "the end inside a payload",
       {send(partial(fin | opcode::text, 100, "begun")), end_our_side(), ends_bare()}},
      {"end_inside_a_control_frame",
       "7.1.5",
       "the end inside a ping",
       {send(partial(fin | opcode::ping, 100, "begun")), end_our_side(), ends_bare()}},
      {"end_inside_a_message",
       "7.1.5",
       "the end between fragments",
       {send(first_text("one")), end_our_side(), ends_bare()}},
      {"end_after_a_message",
       "7.1.5",
       "the end when all has been answered",
       {send(text("a")), gets_text("a"), end_our_side(), ends_bare()}},
  };
}

// The server begins.
std::vector<Case> server_cases() {
  std::vector<Case> cases;
  const auto add = [&](std::string name, std::string section, std::string what, std::vector<Step> steps) {
    cases.push_back({std::move(name), std::move(section), std::move(what), std::move(steps), Place::Command});
  };
  for (const int code : valid_codes) {
    const std::string number = std::to_string(code);
    add("server_closes_with_" + number, "7.1.2", "the server closes, the client answers, the server ends the transport",
        {send(text("close " + number + " why")), gets_close(code), send(close(code)), ends_bare()});
  }
  for (const int code : {0, 999, 1004, 1006, 1015, 2999, 5000}) {
    const std::string number = std::to_string(code);
    add("server_does_not_send_" + number, "7.4.2", "a handler cannot send a code that may not be sent",
        {send(text("close " + number)), gets_close(1011), send(close(1011)), ends_bare()});
  }
  const Step closes = send(text("close 1000"));
  const Step closed = gets_close(1000);
  add("server_closes_answered_without_code", "5.5.1", "an answer without a code",
      {closes, closed, send(close_without_code()), ends_bare()});
  add("server_closes_answered_otherwise", "5.5.1", "an answer with another code",
      {closes, closed, send(close(3000, "other")), ends_bare()});
  add("server_closes_answered_wrongly", "7.4.2",
      "an answer with a code that may not be sent gets no second Close frame",
      {closes, closed, send(close(1005)), ends_bare()});
  add("server_closes_answered_with_one_byte", "5.5.1", "an answer of one byte gets no second Close frame",
      {closes, closed, send(frame(fin | opcode::close, "x")), ends_bare()});
  add("server_closes_then_text", "7.1.2", "messages that were under way are not answered",
      {closes, closed, send(text("texts 1"), binary("b"), close(1000)), ends_bare()});
  add("server_closes_then_ping", "5.5.2",
      "a ping is answered \"unless it already received a Close frame\": by us, not yet",
      {closes, closed, send(ping("p")), gets_pong("p"), send(close(1000)), ends_bare()});
  add("server_closes_then_fragments", "5.4", "a message that was under way may end",
      {closes, closed, send(first_text("a"), last("b"), close(1000)), ends_bare()});
  add("server_closes_inside_a_message", "5.4", "a message that was under way need not end",
      {send(text("close 1000"), first_text("a")), closed, send(close(1000)), ends_bare()});
  add("server_closes_then_fault", "7.1.7", "a fault behind the server's Close frame gets no second one",
      {closes, closed, send(frame(fin | 3)), ends_bare()});
  add("server_closes_then_no_utf8", "7.1.7", "a fault behind the server's Close frame gets no second one",
      {closes, closed, send(text(bytes({0xFF}))), ends_bare()});
  add("server_closes_then_much", "7.1.2", "a megabyte that was under way, and then the answer",
      {closes, closed, send(repeated(binary(noise(50'000)), 20), close(1000)), ends_bare()});
  add("server_closes_then_our_end", "7.1.1", "a client that ends its side instead of an answer",
      {closes, closed, end_our_side(), ends_bare()});
  add("server_closes_while_we_close", "7.1.2", "both Close frames cross",
      {send(text("close 4000"), close(1000)), gets_close(4000), ends_bare()});
  add("server_closes_once", "5.5.1", "a handler that closes twice sends one Close frame",
      {send(text("close 4000"), text("close 4001")), gets_close(4000), send(close(4000)), ends_bare()});
  add("handler_returns", "7.4.1", "a handler that is done is a normal closure",
      {send(text("return")), gets_close(1000), send(close(1000)), ends_bare()});
  add("handler_throws", "7.4.1", "a handler that fails is an unexpected condition",
      {send(text("throw")), gets_close(1011), send(close(1011)), ends_bare()});
  add("messages_before_the_close", "5.5.1", "what was sent before arrives before the Close frame",
      {send(text("texts 3"), text("text 70000"), text("close 1001 bye")), gets_text("0"), gets_text("1"),
       gets_text("2"), gets_text(letters(70'000)), gets_close(1001), send(close(1001)), ends_bare()});
  add("long_reason_is_cut", "5.5", "a reason of 200 bytes goes out as one of 123",
      {send(text("close 4000 " + letters(200))), gets_close(4000), send(close(4000)), ends_bare()});
  add("long_reason_is_cut_between_code_points", "5.5.1", "a reason is UTF-8, cut or not",
      {send(text("close 4000 " + repeated("\U0001F989", 50))), gets_close(4000), send(close(4000)), ends_bare()});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(CloseCode, Server, testing::ValuesIn(trials(code_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ClosePayload, Server, testing::ValuesIn(trials(payload_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ClientCloses, Server, testing::ValuesIn(trials(client_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ConnectionLost, Server, testing::ValuesIn(trials(lost_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(ServerCloses, Server, testing::ValuesIn(trials(server_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
