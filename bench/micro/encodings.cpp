// Content codings: how small each level makes a JSON body of some sizes, and how long it takes.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "http/content_encoder.hpp"

namespace {

using folio::http::ContentCoding;

// Records of users, with what repeats and what does not.
std::string records(std::size_t size) {
  std::string text = "[";
  std::uint32_t seed = 7;
  const auto next = [&seed] { return (seed = seed * 1664525 + 1013904223) >> 8; };
  constexpr const char* words[] = {"red", "green", "blue", "admin", "new", "member", "trial", "editor"};
  for (int id = 1; text.size() < size; ++id) {
    text += "{\"id\":" + std::to_string(id) + ",\"email\":\"user" + std::to_string(next() % 1'000'000) +
            "@example.org\",\"active\":" + (next() % 3 != 0 ? "true" : "false") +
            ",\"score\":" + std::to_string(next() % 1'000'000) + ",\"tags\":[\"" + words[next() % 8] + "\",\"" +
            words[next() % 8] + "\"],\"note\":\"" + words[next() % 8] + " " + words[next() % 8] + " " +
            words[next() % 8] + "\"},";
  }
  text += "null]";
  return text;
}

void encode(benchmark::State& state, ContentCoding coding) {
  const std::string content = records(static_cast<std::size_t>(state.range(1)));
  std::size_t size = 0;
  for (auto _ : state) {
    const std::string coded = folio::http::encode_content(coding, static_cast<int>(state.range(0)), content);
    size = coded.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * content.size()));
  state.counters["percent"] = 100.0 * static_cast<double>(size) / static_cast<double>(content.size());
}

const std::vector<std::int64_t> sizes{2'000, 16'000, 64'000, 1'000'000};

}  // namespace

BENCHMARK_CAPTURE(encode, zstd, ContentCoding::Zstd)->ArgsProduct({{1, 2, 3, 4, 5, 6, 8}, sizes});
BENCHMARK_CAPTURE(encode, br, ContentCoding::Brotli)->ArgsProduct({{1, 2, 3, 4, 5, 6, 9}, sizes});
BENCHMARK_CAPTURE(encode, gzip, ContentCoding::Gzip)->ArgsProduct({{1, 2, 4, 5, 6, 9}, sizes});

BENCHMARK_MAIN();
