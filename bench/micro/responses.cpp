// Heads of responses, written into the output: a plain one, one with fields of a handler, and what chunks are framed
// with.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/buffer.hpp"
#include "base/http_date.hpp"
#include "http/response_writer.hpp"

namespace {

using folio::http::ResponseHead;
using Fields = std::array<std::pair<std::string_view, std::string_view>, 4>;

ResponseHead plain_head() {
  ResponseHead head;
  head.content_length = 13;
  head.date = "Sun, 06 Nov 1994 08:49:37 GMT";
  head.content_type = "text/plain; charset=utf-8";
  return head;
}

void plain(benchmark::State& state) {
  const ResponseHead head = plain_head();
  folio::base::Buffer out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(folio::http::write_response_head(out, head));
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
}
BENCHMARK(plain);

void with_fields(benchmark::State& state) {
  const ResponseHead head = plain_head();
  const Fields fields{{{"Cache-Control", "public, max-age=3600"},
                       {"ETag", "\"5f3a-9c41\""},
                       {"Vary", "Accept-Encoding"},
                       {"Set-Cookie", "session=0123456789abcdef; Path=/; HttpOnly; SameSite=Lax"}}};
  folio::base::Buffer out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(folio::http::write_response_head(out, head, fields));
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
}
BENCHMARK(with_fields);

void chunk(benchmark::State& state) {
  const std::string data(static_cast<std::size_t>(state.range(0)), 'x');
  folio::base::Buffer out;
  for (auto _ : state) {
    folio::http::write_chunk(out, data);
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
}
BENCHMARK(chunk)->Arg(64)->Arg(4096);

// Once a second, a loop.
void date(benchmark::State& state) {
  std::int64_t second = 784111777;
  for (auto _ : state) benchmark::DoNotOptimize(folio::base::http_date(second++));
}
BENCHMARK(date);

}  // namespace

BENCHMARK_MAIN();
