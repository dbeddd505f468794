// Chunked bodies of any bytes behind a head that is right: BodyDecoder must not depend on how they are split, must stay
// within its limits, must leave what follows alone, and must agree with the second reading of the grammar.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body_decoder.hpp"
#include "tests/http/strict_grammar.hpp"

namespace folio::http::testing {
namespace {

void check(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

struct Decoded {
  BodyDecoder::State state = BodyDecoder::State::NeedMore;
  std::size_t consumed = 0;
  int status = 0;
  std::string body;

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

Decoded decode(std::string_view bytes, const Limits& limits, std::size_t run) {
  BodyDecoder decoder;
  decoder.start(Framing::Chunked, 0);
  Decoded decoded;
  for (std::size_t at = 0; at < bytes.size() && decoded.state == BodyDecoder::State::NeedMore; at += run) {
    // A copy of its own, exactly as long as it is.
    const std::string piece(bytes.substr(at, run));
    const auto [state, consumed] = decoder.decode(piece, limits, [&](std::string_view data) {
      check(!data.empty(), "no run is empty");
      check(data.data() >= piece.data() && data.data() + data.size() <= piece.data() + piece.size(),
            "a run lies in the input");
      decoded.body += data;
    });
    check(consumed <= piece.size(), "not more is consumed than is there");
    check(state != BodyDecoder::State::NeedMore || consumed == piece.size(), "all is consumed until the end");
    decoded.state = state;
    decoded.consumed += consumed;
  }
  if (decoded.state == BodyDecoder::State::Error) decoded.status = decoder.error().status;
  return decoded;
}

void check_input(std::string_view bytes, const Limits& limits) {
  const Decoded decoded = decode(bytes, limits, bytes.size());
  check(decode(bytes, limits, 1) == decoded, "byte by byte gives the same");
  check(decode(bytes, limits, 7) == decoded, "runs of 7 give the same");
  check(decoded.body.size() <= limits.max_body, "the body is within its limit");
  check(decoded.status == 0 || decoded.status == 400 || decoded.status == 413 || decoded.status == 431,
        "the status is one of those promised");
  // What an honest sender needs, what is forgiven, and the trailers.
  const std::size_t framing = decoded.consumed - decoded.body.size();
  check(framing <= 18 * decoded.body.size() + 18 * limits.max_chunk_overhead + limits.max_trailers + 16,
        "framing is bounded by what it frames");
}

void check_grammar(std::string_view bytes) {
  const Limits limits;
  const Decoded decoded = decode(bytes, limits, bytes.size());
  if (decoded.status == 413 || decoded.status == 431 || bytes.size() > 1000) return;
  const std::string message =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(bytes.substr(0, decoded.consumed));
  const Reading reading = StrictGrammar::read(message, limits.max_body);
  if (reading.end == Verdict::Either) return;
  const bool complete = decoded.state == BodyDecoder::State::Complete;
  check(reading.messages.size() == (complete ? 1U : 0U), "both readings see its end, and in the same place");
  if (complete) check(reading.messages[0].body == decoded.body, "both readings see the same body");
  if (decoded.state == BodyDecoder::State::NeedMore) check(reading.end == Verdict::Incomplete, "both wait for more");
}

}  // namespace
}  // namespace folio::http::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace folio::http;
  using namespace folio::http::testing;
  if (size == 0 || size > 64 * 1024) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_input(input, Limits{});
  Limits small;
  small.max_body = 16;
  small.max_chunk_overhead = 24;
  small.max_trailers = 24;
  check_input(input, small);
  check_grammar(input);
  return 0;
}
