// Compression of WebSocket messages: what it costs and saves, alone and with a window that is kept, and what a peer can
// make us work for few bytes.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.hpp"
#include "ws/protocol.hpp"

namespace {

using namespace folio;

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

}  // namespace

BENCHMARK_MAIN();
