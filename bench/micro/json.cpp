// JSON: reading and writing a flat struct of about 190 bytes, which is what most requests carry; a JsonValue of the
// same; a list of a thousand; and what a refused text costs.
#include <folio/json.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Account {
  std::uint64_t id;
  std::string name;
  std::string email;
  int age;
  bool active;
  double score;
  std::string city;
  std::vector<std::string> tags;
  std::string created;
  double balance;
};

constexpr std::string_view account_text =
    R"({"id":123456789012,"name":"Ada Lovelace","email":"ada@example.org","age":36,"active":true,"score":98.6,)"
    R"("city":"London","tags":["a","b","c"],"created":"1843-09-01T12:00:00Z","balance":-12.50})";

struct Small {
  std::uint64_t id;
  std::string name;
  std::optional<std::string> email;
};
constexpr std::string_view small_text = R"({"id":7,"name":"Ada","email":"ada@example.org"})";

template <class T>
void read(benchmark::State& state, std::string_view text) {
  T value{};
  folio::JsonError error;
  for (auto _ : state) {
    if (!folio::read_json(text, value, error)) state.SkipWithError(error.message.c_str());
    benchmark::DoNotOptimize(value);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

template <class T>
void write(benchmark::State& state, std::string_view text) {
  T value{};
  folio::JsonError error;
  if (!folio::read_json(text, value, error)) state.SkipWithError(error.message.c_str());
  std::string out;
  for (auto _ : state) {
    out.clear();
    folio::append_json(out, value);
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * out.size()));
}

std::string thousand() {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text.append(i > 0 ? "," : "").append(account_text);
  return text + "]";
}

void read_account(benchmark::State& state) {
  read<Account>(state, account_text);
}
void read_small(benchmark::State& state) {
  read<Small>(state, small_text);
}
void read_value(benchmark::State& state) {
  read<folio::JsonValue>(state, account_text);
}
void read_thousand(benchmark::State& state) {
  read<std::vector<Account>>(state, thousand());
}
void write_account(benchmark::State& state) {
  write<Account>(state, account_text);
}
void write_small(benchmark::State& state) {
  write<Small>(state, small_text);
}
void write_value(benchmark::State& state) {
  write<folio::JsonValue>(state, account_text);
}
void write_thousand(benchmark::State& state) {
  write<std::vector<Account>>(state, thousand());
}

void refuse_account(benchmark::State& state) {
  std::string text(account_text);
  text.back() = ']';
  Account value{};
  folio::JsonError error;
  for (auto _ : state) benchmark::DoNotOptimize(folio::read_json(text, value, error));
}

BENCHMARK(read_account);
BENCHMARK(read_small);
BENCHMARK(read_value);
BENCHMARK(read_thousand);
BENCHMARK(write_account);
BENCHMARK(write_small);
BENCHMARK(write_value);
BENCHMARK(write_thousand);
BENCHMARK(refuse_account);

}  // namespace

BENCHMARK_MAIN();
