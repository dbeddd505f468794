// Nanoseconds a match, at 10, 100 and 1,000 routes of a site like real ones: most routes are literal, many take one
// parameter, some two, a few a catch-all. The paths asked for are spread over the whole site.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "routing/route_map.hpp"
#include "routing/router.hpp"
#include "site.hpp"

namespace {

using bench::make_site;
using bench::Site;
using folio::routing::MatchResult;
using folio::routing::MatchStatus;

void run(benchmark::State& state, std::vector<std::string> Site::*paths, MatchStatus expected) {
  const Site site = make_site(static_cast<std::size_t>(state.range(0)));
  const folio::routing::Router router(folio::routing::build(site.files));
  const std::vector<std::string>& asked = site.*paths;
  MatchResult result;
  for (const std::string& path : asked) {
    router.match(path, result);
    if (result.status != expected) std::abort();
  }
  std::size_t at = 0;
  for (auto _ : state) {
    router.match(asked[at], result);
    benchmark::DoNotOptimize(result);
    if (++at == asked.size()) at = 0;
  }
}

void literal(benchmark::State& state) {
  run(state, &Site::literal, MatchStatus::Match);
}
void one_parameter(benchmark::State& state) {
  run(state, &Site::one, MatchStatus::Match);
}
void two_parameters(benchmark::State& state) {
  run(state, &Site::two, MatchStatus::Match);
}
void catch_all(benchmark::State& state) {
  run(state, &Site::rest, MatchStatus::Match);
}
void escaped_parameter(benchmark::State& state) {
  run(state, &Site::escaped, MatchStatus::Match);
}
void miss(benchmark::State& state) {
  run(state, &Site::miss, MatchStatus::Miss);
}

BENCHMARK(literal)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(one_parameter)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(two_parameters)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(catch_all)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(escaped_parameter)->Arg(10)->Arg(100)->Arg(1000);
BENCHMARK(miss)->Arg(10)->Arg(100)->Arg(1000);

// Building the router: at start and at each swap of a route.
void build_router(benchmark::State& state) {
  const Site site = make_site(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    folio::routing::Router router(folio::routing::build(site.files));
    benchmark::DoNotOptimize(router);
  }
}
BENCHMARK(build_router)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
