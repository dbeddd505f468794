// Nanoseconds a match, at 10, 100 and 1,000 routes of a site like real ones: most routes are literal, many take one
// parameter, some two, a few a catch-all. The paths asked for are spread over the whole site.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "routing/route_map.hpp"
#include "routing/router.hpp"

namespace {

using folio::routing::MatchResult;
using folio::routing::MatchStatus;

struct Site {
  std::vector<folio::routing::SourceFile> files;
  std::vector<std::string> literal, one, two, rest, escaped, miss;
};

// Ten routes a resource: /resource7, /resource7/archive, …, /resource7/:id, /resource7/:id/comments/:comment, …
Site make_site(std::size_t routes) {
  Site site;
  for (std::size_t at = 0; at * 10 < routes; ++at) {
    const std::string name = "resource" + std::to_string(at);
    for (const char* file : {"/index", "/archive", "/about", "/search", "/new", "/[id]", "/[id]/edit",
                             "/[id]/comments/index", "/[id]/comments/[comment]", "/files/[...path]"}) {
      site.files.push_back({name + file + ".cpp", folio::routing::Kind::Route});
    }
    site.literal.push_back("/" + name + "/archive");
    site.one.push_back("/" + name + "/1234567");
    site.two.push_back("/" + name + "/1234567/comments/89");
    site.rest.push_back("/" + name + "/files/a/long/path.txt");
    site.escaped.push_back("/" + name + "/caf%C3%A9");
    site.miss.push_back("/" + name + "/archive/nothing");
  }
  return site;
}

void run(benchmark::State& state, std::vector<std::string> Site::* paths, MatchStatus expected) {
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
