// Requests: what reading one costs, guards included, by how much of it there is; and what a look at a field costs.
#include "requests.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request_parser.hpp"

namespace {

using folio::http::BodySink;
using folio::http::RequestParser;

void head(benchmark::State& state, std::string_view request) {
  RequestParser parser{folio::http::Limits{}};
  for (auto _ : state) {
    if (parser.parse_head(request) != RequestParser::State::HeadComplete) {
      state.SkipWithError("refused");
      break;
    }
    benchmark::DoNotOptimize(parser.head().fields.size());
    parser.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK_CAPTURE(head, three_fields, bench::three_fields);
BENCHMARK_CAPTURE(head, four_fields, bench::four_fields);
BENCHMARK_CAPTURE(head, browser, bench::browser);

// The head arrives in two reads: the second finds what the first has left.
void head_in_two_reads(benchmark::State& state, std::string_view request) {
  RequestParser parser{folio::http::Limits{}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(parser.parse_head(request.substr(0, request.size() / 2)));
    if (parser.parse_head(request) != RequestParser::State::HeadComplete) {
      state.SkipWithError("refused");
      break;
    }
    parser.reset();
  }
}
BENCHMARK_CAPTURE(head_in_two_reads, four_fields, bench::four_fields);
BENCHMARK_CAPTURE(head_in_two_reads, browser, bench::browser);

// Head and body. Arguments: chunks, bytes of each.
void chunked_body(benchmark::State& state) {
  const std::string request =
      bench::chunked_upload(static_cast<int>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  const auto expected = static_cast<std::size_t>(state.range(0) * state.range(1));
  RequestParser parser{folio::http::Limits{}};
  for (auto _ : state) {
    std::size_t got = 0;
    const auto sink = [&got](std::string_view bytes) { got += bytes.size(); };
    benchmark::DoNotOptimize(parser.parse_head(request));
    const auto result = parser.parse_body(std::string_view(request).substr(parser.head_size()), sink);
    if (result.state != RequestParser::State::MessageComplete || got != expected) {
      state.SkipWithError("refused");
      break;
    }
    parser.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size()));
}
BENCHMARK(chunked_body)->Args({1, 1024})->Args({16, 64})->Args({16, 4096})->Args({256, 16});

void field(benchmark::State& state, std::string_view request, std::string_view name, bool there) {
  RequestParser parser{folio::http::Limits{}};
  benchmark::DoNotOptimize(parser.parse_head(request));
  for (auto _ : state) {
    benchmark::DoNotOptimize(name);
    const auto* found = parser.head().find(request, name);
    if ((found != nullptr) != there) {
      state.SkipWithError("wrong answer");
      break;
    }
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK_CAPTURE(field, first_of_browser, bench::browser, "host", true);
BENCHMARK_CAPTURE(field, cookie_of_browser, bench::browser, "Cookie", true);
BENCHMARK_CAPTURE(field, last_of_browser, bench::browser, "sec-fetch-site", true);
BENCHMARK_CAPTURE(field, missing_of_browser, bench::browser, "If-None-Match", false);
BENCHMARK_CAPTURE(field, missing_of_three, bench::three_fields, "If-None-Match", false);

}  // namespace

BENCHMARK_MAIN();
