// RFC 6455 §10.4: limits on messages, and large messages in all shapes below them. Past a limit: 1009 (§7.4.1), from
// the announced length, before the payload.
#include "conformance/ws/server.hpp"
#include "conformance/ws/trial.hpp"

namespace folio::conformance {
namespace {

std::string first_of(std::uint64_t announced) {
  return partial(fin | opcode::binary, announced);
}

std::vector<Case> large_cases() {
  std::vector<Case> cases;
  for (const std::size_t kibibytes : {64, 256, 1'024, 4'096}) {
    const std::size_t size = kibibytes * 1024;
    const std::string number = std::to_string(kibibytes) + "_kib";
    cases.push_back({"text_of_" + number,
                     "5.2",
                     "a large text in one frame",
                     {send(text(letters(size))), gets_text(letters(size))},
                     Place::EchoLarge});
    cases.push_back({"binary_of_" + number,
                     "5.2",
                     "a large binary message in one frame",
                     {send(binary(noise(size))), gets_binary(noise(size))},
                     Place::EchoLarge});
  }
  // 4 MiB in fragments: 65,536 of 64 bytes are legal traffic.
  for (const std::size_t size : {64, 256, 1'024, 4'096, 16'384, 65'536, 262'144, 1'048'576}) {
    const std::string number = std::to_string(size);
    cases.push_back({"text_of_4096_kib_in_fragments_of_" + number,
                     "5.4",
                     "a large text in fragments",
                     {send(in_fragments(opcode::text, letters(large_limit), size)), gets_text(letters(large_limit))},
                     Place::EchoLarge});
    cases.push_back(
        {"binary_of_1024_kib_in_fragments_of_" + number,
         "5.4",
         "a large binary message in fragments",
         {send(in_fragments(opcode::binary, noise(default_limit), size)), gets_binary(noise(default_limit))}});
  }
  for (const std::size_t size : {0, 16, 64, 256, 1'024, 4'096}) {
    Case round_trips{"round_trips_of_" + std::to_string(size), "5.2", "one message after the other, each awaited", {}};
    Case stream{"stream_of_" + std::to_string(size), "5.2", "many messages without waiting", {}};
    for (int i = 0; i < 50; ++i) {
      round_trips.steps.push_back(send(text(letters(size))));
      round_trips.steps.push_back(gets_text(letters(size)));
    }
    stream.steps.push_back(send(repeated(text(letters(size)), 500)));
    for (int i = 0; i < 500; ++i) stream.steps.push_back(gets_text(letters(size)));
    cases.push_back(std::move(round_trips));
    cases.push_back(std::move(stream));
  }
  cases.push_back(
      {"ten_times_the_queue",
       "10.4",
       "more answers than may wait: they arrive, the server waits for us",
       {send(repeated(binary(noise(default_limit)), 10)), gets_binary(noise(default_limit)),
        gets_binary(noise(default_limit)), gets_binary(noise(default_limit)), gets_binary(noise(default_limit)),
        gets_binary(noise(default_limit)), gets_binary(noise(default_limit)), gets_binary(noise(default_limit)),
        gets_binary(noise(default_limit)), gets_binary(noise(default_limit)), gets_binary(noise(default_limit))}});
  return cases;
}

std::vector<Case> limit_cases() {
  constexpr std::size_t limit = default_limit;
  const std::string most = letters(limit);
  return {
      {"exactly_the_limit", "10.4", "a message may be as large as the limit", {send(text(most)), gets_text(most)}},
      {"exactly_the_limit_in_fragments",
       "10.4",
       "the limit counts all fragments",
       {send(first_text(most.substr(1)), last("x")), gets_text(most.substr(1) + "x")}},
      {"exactly_the_limit_then_empty_fragments",
       "10.4",
       "empty fragments add nothing",
       {send(first_text(most), middle(), last()), gets_text(most)}},
      {"twice_the_limit",
       "10.4",
       "the limit is of a message: the next one begins anew",
       {send(text(most), text(most)), gets_text(most), gets_text(most)}},
      {"one_past_the_limit",
       "10.4",
       "one byte too many is refused from its header",
       {send(first_of(limit + 1)), ends(1009)}},
      {"one_past_the_limit_in_fragments",
       "10.4",
       "the fragment that goes past the limit is refused from its header",
       {send(first_binary(noise(limit)), partial(fin | opcode::continuation, 1)), ends(1009)}},
      {"one_past_the_limit_with_payload",
       "10.4",
       "the payload that comes all the same does not turn the end into a reset",
       {send(binary(noise(limit + 1))), ends(1009)}},
      {"far_past_the_limit_with_payload",
       "10.4",
       "megabytes that come all the same do not turn the end into a reset",
       {send(binary(noise(4 * limit))), ends(1009)}},
      {"many_fragments_past_the_limit",
       "10.4",
       "small fragments that sum up",
       {send(in_fragments(opcode::binary, noise(limit + 4'096), 4'096)), ends(1009)}},
      {"answers_before_the_limit",
       "10.4",
       "what came before is answered",
       {send(text("a"), first_of(limit + 1)), gets_text("a"), ends(1009)}},
      // Lengths that an arithmetic of 32 bits would take for small ones.
      {"announced_2_to_31", "10.4", "an announced length of 2^31", {send(first_of(1ULL << 31)), ends(1009)}},
      {"announced_2_to_32", "10.4", "an announced length of 2^32", {send(first_of(1ULL << 32)), ends(1009)}},
      {"announced_2_to_32_and_5",
       "10.4",
       "an announced length of 2^32 + 5, with five bytes",
       {send(partial(fin | opcode::text, (1ULL << 32) + 5, "Hello")), ends(1009)}},
      {"announced_2_to_63_less_1",
       "10.4",
       "the largest length that there is",
       {send(first_of((1ULL << 63) - 1)), ends(1009)}},
      {"announced_2_to_63_less_1_later",
       "10.4",
       "no sum runs over: the largest length in a later fragment",
       {send(first_binary("0123456789"), partial(fin | opcode::continuation, (1ULL << 63) - 1)), ends(1009)}},
      {"endless_empty_fragments",
       "10.4",
       "a message of a million empty fragments is refused",
       {send(first_text(), repeated(middle(), 1'000'000)), ends(1009)}},
  };
}

INSTANTIATE_TEST_SUITE_P(Large, Server, testing::ValuesIn(trials(large_cases())), trial_name);
INSTANTIATE_TEST_SUITE_P(Limit, Server, testing::ValuesIn(trials(limit_cases())), trial_name);

}  // namespace
}  // namespace folio::conformance
