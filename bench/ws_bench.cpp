// WebSocket: what a frame costs between the bytes read and the event, and its parts, and what compression costs and
// saves. Payloads and mask keys are ASCII, so that unmasking the same memory again and again gives valid text each
// time.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/buffer.hpp"
#include "base/utf8.hpp"
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

// Text that compresses as messages of applications do. Each message has its own numbers.
std::string json_of(std::size_t size, std::uint32_t seed) {
  std::string text = "[";
  const auto random = [&seed] { return (seed = seed * 1664525 + 1013904223) >> 8; };
  constexpr const char* words[] = {"order", "shipped", "pending", "the",    "customer", "asked", "for",
                                   "a",     "refund",  "on",      "monday", "and",      "was",   "told",
                                   "to",    "wait",    "until",   "stock",  "arrives",  "again"};
  while (text.size() < size) {
    text += R"({"id":)" + std::to_string(random()) + R"(,"user":{"name":"user-)" + std::to_string(random() % 1000) +
            R"(","active":)" + (random() % 2 == 0 ? "true" : "false") + R"(},"price":)" +
            std::to_string(random() % 100'000) + "." + std::to_string(random() % 100) + R"(,"note":")";
    for (int i = 0; i < 8; ++i) text += words[random() % std::size(words)] + std::string(" ");
    text += R"(","created_at":"2025-0)" + std::to_string(1 + random() % 9) + "-1" + std::to_string(random() % 10) +
            R"(T08:00:00Z"},)";
  }
  text.resize(size);
  return text;
}

// More than fit into a window, all different.
std::vector<std::string> messages_of(std::size_t size) {
  const std::size_t count = std::max<std::size_t>(64, 256 * 1024 / size);
  std::vector<std::string> messages;
  for (std::uint32_t i = 0; i < count; ++i) messages.push_back(json_of(size, i * 7919 + 1));
  return messages;
}

enum class Takeover { No, Yes };

ws::Options deflate_options(Takeover takeover, int level, ws::DeflateContexts& contexts) {
  ws::Options options;
  const bool none = takeover == Takeover::No;
  options.deflate = ws::DeflateParameters{none, none, 15, 15};
  options.deflate_contexts = &contexts;
  options.deflate_threshold = 0;
  options.deflate_level = level;
  return options;
}

// Arguments: bytes of a message, level. `ratio`: how much of it is sent.
void deflate(benchmark::State& state, Takeover takeover) {
  const auto messages = messages_of(static_cast<std::size_t>(state.range(0)));
  ws::DeflateContexts contexts;
  ws::Protocol protocol(ws::Role::Server, deflate_options(takeover, static_cast<int>(state.range(1)), contexts));
  base::Buffer out;
  std::size_t at = 0;
  std::size_t taken = 0;
  std::size_t sent = 0;
  for (auto _ : state) {
    const std::string& message = messages[at++ % messages.size()];
    if (!protocol.send(ws::Opcode::Text, message, out)) state.SkipWithError("not open");
    taken += message.size();
    sent += out.size();
    out.clear();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(taken));
  state.counters["ratio"] = static_cast<double>(sent) / static_cast<double>(taken);
}
BENCHMARK_CAPTURE(deflate, alone, Takeover::No)->ArgsProduct({{64, 128, 256, 512, 1024, 16384}, {1, 3, 6}});
BENCHMARK_CAPTURE(deflate, with_takeover, Takeover::Yes)->ArgsProduct({{64, 256, 1024, 16384}, {1, 3, 6}});

void inflate(benchmark::State& state, Takeover takeover) {
  const auto messages = messages_of(static_cast<std::size_t>(state.range(0)));
  ws::DeflateContexts contexts;
  const ws::Options options = deflate_options(takeover, static_cast<int>(state.range(1)), contexts);
  ws::Protocol sender(ws::Role::Server, options);
  ws::Protocol receiver(ws::Role::Client, options);
  base::Buffer out;
  // With takeover the messages can be received again and again in the same order: what the first of them refers to by
  // then is more than it was made with.
  std::vector<std::string> frames;
  for (const std::string& message : messages) {
    if (!sender.send(ws::Opcode::Text, message, out)) state.SkipWithError("not open");
    frames.emplace_back(out.view());
    out.clear();
  }
  std::size_t at = 0;
  std::size_t given = 0;
  for (auto _ : state) {
    std::span<char> input(frames[at++ % frames.size()]);
    const ws::Event event = receiver.receive(input, out);
    if (event.kind != ws::Event::Kind::Text) state.SkipWithError("no message");
    given += event.payload.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(given));
}
BENCHMARK_CAPTURE(inflate, alone, Takeover::No)->ArgsProduct({{256, 1024, 16384}, {1, 3, 6}});
BENCHMARK_CAPTURE(inflate, with_takeover, Takeover::Yes)->ArgsProduct({{256, 1024, 16384}, {1}});

void shared_compressed_frame(benchmark::State& state, bool lent) {
  const auto messages = messages_of(static_cast<std::size_t>(state.range(0)));
  ws::DeflateContexts contexts;
  std::size_t at = 0;
  for (auto _ : state) {
    const std::string& message = messages[at++ % messages.size()];
    benchmark::DoNotOptimize(ws::make_compressed_server_frame(ws::Opcode::Text, message, ws::default_deflate_level,
                                                              lent ? &contexts : nullptr));
  }
}
BENCHMARK_CAPTURE(shared_compressed_frame, lent_context, true)->Arg(1024)->Arg(16384);
BENCHMARK_CAPTURE(shared_compressed_frame, new_context, false)->Arg(1024)->Arg(16384);

// The most work for the fewest bytes: empty streams and empty blocks with codes of their own.
void inflate_nothing(benchmark::State& state, std::string_view block) {
  ws::DeflateContexts contexts;
  ws::Protocol receiver(ws::Role::Client, deflate_options(Takeover::No, 1, contexts));
  std::string payload;
  while (payload.size() + block.size() <= 65'535) payload += block;
  char header[ws::max_header_size];
  std::string frame(header,
                    ws::write_server_header(header, ws::first_byte(ws::Opcode::Text, true, ws::rsv1), payload.size()));
  frame += payload;
  base::Buffer out;
  for (auto _ : state) {
    std::span<char> input(frame);
    if (receiver.receive(input, out).kind != ws::Event::Kind::Text) state.SkipWithError("no message");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK_CAPTURE(inflate_nothing, empty_streams, std::string_view("\x03\x00", 2));
BENCHMARK_CAPTURE(inflate_nothing, empty_blocks, std::string_view("\x00\x00\x00\xFF\xFF\x01\x00\x00\xFF\xFF", 10));
BENCHMARK_CAPTURE(inflate_nothing, own_codes, std::string_view("\x05\xC0\x81\x00\x00\x00\x00\x00\x90\xFF\x6B\x00", 12));

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
