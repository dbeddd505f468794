// RequestParser on any bytes, as one connection: what it reports must not depend on how the bytes are split, must hold
// the promises of its header, and must read the same after it was written out again.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/ascii.hpp"
#include "tests/http/connection_harness.hpp"
#include "tests/http/strict_grammar.hpp"

namespace folio::http::testing {
namespace {

void check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

Limits small_limits() {
  Limits limits;
  limits.max_target = 24;
  limits.max_head = 160;
  limits.max_fields = 4;
  limits.max_body = 16;
  limits.max_chunk_overhead = 24;
  limits.max_trailers = 24;
  return limits;
}

bool is_expected(int status) {
  switch (status) {
    case 0:
    case 400:
    case 413:
    case 414:
    case 417:
    case 431:
    case 501:
    case 505:
      return true;
    default:
      return false;
  }
}

void check_promises(const Message& message, const Limits& limits) {
  check(!message.method.empty() && message.method.size() <= 32 && base::is_token(message.method),
        "the method is a token");
  check(!message.target.empty() && message.target.size() <= limits.max_target, "the target is within its limit");
  for (char c : message.target) check(c > ' ' && c < '\x7f', "the target is visible ASCII");
  check(message.path == "*" || message.path.starts_with('/'), "the path begins with /");
  check(message.fields.size() <= limits.max_fields, "the fields are within their limit");
  for (const auto& [name, value] : message.fields) {
    check(base::is_token(name), "a name is a token");
    check(base::is_field_value(value) && base::trim_ows(value) == value, "a value is clean and trimmed");
  }
  check(message.body.size() <= limits.max_body, "the body is within its limit");
  check(message.minor_version == 0 || message.minor_version == 1, "the version is 1.0 or 1.1");
  check(message.minor_version == 0 || !message.host.empty(), "HTTP/1.1 has a host");
  check(message.minor_version == 1 ||
            (!message.upgrade && !message.expect_continue && message.framing != Framing::Chunked),
        "HTTP/1.0 has none of what came with 1.1");
  check(message.framing != Framing::None || (message.complete && message.body.empty()), "no framing, no body");
}

// The message in the plainest form that says the same.
std::string written(const Message& message) {
  std::string out = message.method + " " + message.target + " HTTP/1." + std::to_string(message.minor_version) + "\r\n";
  for (const auto& [name, value] : message.fields) out.append(name).append(":").append(value).append("\r\n");
  out += "\r\n";
  if (message.framing != Framing::Chunked) return out + message.body;
  char digits[24];
  std::snprintf(digits, sizeof digits, "%zx\r\n", message.body.size());
  if (!message.body.empty()) out.append(digits).append(message.body).append("\r\n");
  return out + "0\r\n\r\n";
}

void check_input(std::string_view input, const Limits& limits) {
  const Outcome outcome = whole(input, limits);
  check(is_expected(outcome.status), "the status is one of those promised");
  check(outcome.status == 0 || !outcome.reason.empty(), "an error has a reason");
  check(in_runs(input, input.size() > 1024 ? 37 : 1, limits) == outcome, "small runs give the same");
  check(in_runs(input, 11, limits) == outcome, "runs of 11 give the same");
  for (const Message& message : outcome.messages) {
    check_promises(message, limits);
    if (!message.complete) continue;
    // Without limits: what is written may be longer than what was read, by the line of a chunk's size.
    const Outcome again = whole(written(message));
    check(again.status == 0 && again.messages.size() == 1 && again.messages[0] == message, "it reads the same again");
  }
}

// The second reading of the grammar, with limits that short inputs cannot reach.
void check_grammar(std::string_view input) {
  const Outcome outcome = whole(input);
  if (outcome.status == 413 || outcome.status == 414 || outcome.status == 431 || input.size() > 1000) return;
  const Reading reading = StrictGrammar::read(input, Limits{}.max_body);
  if (reading.end == Verdict::Either) return;
  std::size_t complete = 0;
  for (const Message& message : outcome.messages) complete += message.complete ? 1 : 0;
  check(complete == reading.messages.size(), "both readings see as many messages");
  for (std::size_t i = 0; i < complete; ++i) {
    const Message& ours = outcome.messages[i];
    const GrammarMessage& theirs = reading.messages[i];
    check(ours.method == theirs.method && ours.target == theirs.target && ours.host == theirs.host &&
              ours.body == theirs.body && ours.fields == theirs.fields && ours.keep_alive == theirs.keep_alive &&
              ours.upgrade == theirs.upgrade,
          "both readings see the same message");
  }
}

}  // namespace
}  // namespace folio::http::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace folio::http;
  using namespace folio::http::testing;
  if (size > 64 * 1024) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_input(input, Limits{});
  check_input(input, small_limits());
  check_grammar(input);
  // Heads that come again are known again.
  const std::string twice = std::string(input) + std::string(input);
  if (size <= 4096) check_input(twice, Limits{});
  return 0;
}
