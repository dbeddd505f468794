// WebSocket: what a frame costs between the bytes read and the event, and its parts. Payloads and mask keys are ASCII,
// so that unmasking the same memory again and again gives valid text each time.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/buffer.hpp"
#include "base/utf8.hpp"
#include "ws/frame.hpp"
#include "ws/handshake.hpp"
#include "ws/mask.hpp"
#include "ws/protocol.hpp"

namespace {

using namespace folio;

// `count` frames of a client, each with `size` bytes of payload.
std::string client_frames(ws::Opcode opcode, std::size_t size, int count) {
  std::string frames;
  const ws::MaskKey key = ws::load_mask_key("\x01\x02\x03\x04");
  for (int i = 0; i < count; ++i) {
    char header[ws::max_header_size];
    frames.append(header, ws::write_client_header(header, ws::first_byte(opcode), size, key));
    frames.append(size, 'x');
  }
  return frames;
}

void receive(benchmark::State& state, ws::Opcode opcode) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto count = static_cast<int>(state.range(1));
  std::string frames = client_frames(opcode, size, count);
  ws::Protocol protocol(ws::Role::Server);
  base::Buffer out;
  for (auto _ : state) {
    std::span<char> input(frames);
    int messages = 0;
    for (;;) {
      const ws::Event event = protocol.receive(input, out);
      if (event.kind == ws::Event::Kind::None) break;
      benchmark::DoNotOptimize(event.payload.data());
      ++messages;
    }
    if (messages != count) state.SkipWithError("frames were lost");
  }
  state.SetItemsProcessed(state.iterations() * count);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frames.size()));
}
BENCHMARK_CAPTURE(receive, text, ws::Opcode::Text)
    ->Args({32, 16})
    ->Args({32, 1})
    ->Args({125, 16})
    ->Args({1024, 16})
    ->Args({16384, 1});
BENCHMARK_CAPTURE(receive, binary, ws::Opcode::Binary)->Args({32, 16})->Args({16384, 1});

void echo(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto count = static_cast<int>(state.range(1));
  std::string frames = client_frames(ws::Opcode::Text, size, count);
  ws::Protocol protocol(ws::Role::Server);
  base::Buffer out;
  for (auto _ : state) {
    std::span<char> input(frames);
    for (;;) {
      const ws::Event event = protocol.receive(input, out);
      if (event.kind == ws::Event::Kind::None) break;
      if (!protocol.send(ws::Opcode::Text, event.payload, out)) state.SkipWithError("not open");
    }
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(echo)->Args({32, 16})->Args({16384, 1});

// A frame that arrives in two reads, and is put together.
void receive_in_two_reads(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string frames = client_frames(ws::Opcode::Text, size, 1);
  ws::Protocol protocol(ws::Role::Server);
  base::Buffer out;
  for (auto _ : state) {
    std::span<char> first(frames.data(), frames.size() / 2);
    std::span<char> second(frames.data() + frames.size() / 2, frames.size() - frames.size() / 2);
    benchmark::DoNotOptimize(protocol.receive(first, out).kind);
    benchmark::DoNotOptimize(protocol.receive(second, out).payload.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frames.size()));
}
BENCHMARK(receive_in_two_reads)->Arg(32)->Arg(16384);

void mask(benchmark::State& state) {
  std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    ws::apply_mask(payload.data(), payload.size(), 0x04030201);
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(mask)->Arg(7)->Arg(32)->Arg(125)->Arg(1024)->Arg(16384)->Arg(1 << 20);

// At an address that is no multiple of anything: a payload lies wherever its header ends.
void mask_unaligned(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string payload(size + 1, 'x');
  for (auto _ : state) {
    ws::apply_mask(payload.data() + 1, size, 0x04030201);
    benchmark::DoNotOptimize(payload.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(mask_unaligned)->Arg(32)->Arg(16384);

void write_frame_header(benchmark::State& state) {
  char header[ws::max_header_size];
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ws::write_server_header(header, ws::first_byte(ws::Opcode::Text), static_cast<std::uint64_t>(state.range(0))));
    benchmark::DoNotOptimize(header);
  }
}
BENCHMARK(write_frame_header)->Arg(32)->Arg(16384)->Arg(1 << 20);

void read_frame_header(benchmark::State& state) {
  char header[ws::max_header_size];
  const std::size_t size = ws::write_client_header(header, ws::first_byte(ws::Opcode::Text),
                                                   static_cast<std::uint64_t>(state.range(0)), 0x04030201);
  for (auto _ : state) {
    ws::FrameHeader read;
    benchmark::DoNotOptimize(ws::read_header(header, size, {}, read));
    benchmark::DoNotOptimize(read);
  }
}
BENCHMARK(read_frame_header)->Arg(32)->Arg(16384)->Arg(1 << 20);

void utf8(benchmark::State& state, std::string_view piece) {
  std::string text;
  while (text.size() < static_cast<std::size_t>(state.range(0))) text += piece;
  for (auto _ : state) benchmark::DoNotOptimize(base::is_valid_utf8(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(utf8, ascii, "x")->Arg(5)->Arg(32)->Arg(1024)->Arg(16384);
BENCHMARK_CAPTURE(utf8, german, "Grüße aus Köln, schöne Tage. ")->Arg(32)->Arg(16384);
BENCHMARK_CAPTURE(utf8, greek, "κόσμε")->Arg(32)->Arg(16384);
BENCHMARK_CAPTURE(utf8, japanese, "日本語")->Arg(32)->Arg(16384);
BENCHMARK_CAPTURE(utf8, emoji, "😀")->Arg(32)->Arg(16384);

void shared_frame(benchmark::State& state) {
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(ws::make_server_frame(ws::Opcode::Text, payload));
}
BENCHMARK(shared_frame)->Arg(32)->Arg(16384);

void handshake(benchmark::State& state) {
  const ws::Field fields[] = {{"Host", "localhost:5000"},
                              {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
                              {"Sec-WebSocket-Version", "13"},
                              {"Origin", "http://localhost:5000"},
                              {"Sec-WebSocket-Extensions", "permessage-deflate"},
                              {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                              {"Connection", "keep-alive, Upgrade"},
                              {"Upgrade", "websocket"}};
  const ws::FieldList source(fields);
  base::Buffer out;
  for (auto _ : state) {
    const auto result = ws::check_upgrade({"GET", 1, source});
    const auto* accept = std::get_if<ws::Accept>(&result);
    if (accept == nullptr) {
      state.SkipWithError("refused");
      break;
    }
    ws::write_accept(out, *accept);
    benchmark::DoNotOptimize(out.data());
    out.clear();
  }
}
BENCHMARK(handshake);

}  // namespace

BENCHMARK_MAIN();
