// Rooms without sockets: what saying something costs by members and by how much is said in a turn, and joining and
// leaving.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "members.hpp"

namespace {

// Arguments: members, messages a turn. Items are deliveries.
void broadcast(benchmark::State& state) {
  const auto messages = static_cast<std::size_t>(state.range(1));
  bench::Room room(static_cast<std::size_t>(state.range(0)));
  const auto parcel = bench::make_parcel("thirty-two bytes of a message   ");
  for (auto _ : state) {
    for (std::size_t i = 0; i < messages; ++i) room.hub().broadcast(parcel);
    room.turn();
  }
  const auto expected = static_cast<std::size_t>(state.iterations() * state.range(0) * state.range(1));
  if (room.deliveries() != expected) state.SkipWithError("messages were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(expected));
}
BENCHMARK(broadcast)->Args({2, 1})->Args({2, 16})->Args({500, 1})->Args({500, 16})->Args({5000, 1});

void broadcast_except(benchmark::State& state) {
  bench::Room room(static_cast<std::size_t>(state.range(0)));
  const auto parcel = bench::make_parcel("thirty-two bytes of a message   ");
  for (auto _ : state) {
    room.hub().broadcast_except("1", parcel);
    room.turn();
  }
}
BENCHMARK(broadcast_except)->Arg(2)->Arg(500);

void join_and_leave(benchmark::State& state) {
  bench::Room room(static_cast<std::size_t>(state.range(0)));
  const auto member = std::make_shared<bench::CountingMember>(room.thread());
  for (auto _ : state) {
    room.hub().join("visitor", member);
    room.turn();
    room.hub().leave("visitor");
    room.turn();
  }
}
BENCHMARK(join_and_leave)->Arg(2)->Arg(500)->Arg(5000);

}  // namespace

BENCHMARK_MAIN();
