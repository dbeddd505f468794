// Connections that stay and answer equal requests: http, post and echo.
#include <algorithm>
#include <memory>
#include <vector>

#include "cases.hpp"
#include "http.hpp"
#include "pump.hpp"
#include "websocket.hpp"

namespace load {
namespace {

template <typename Reader>
using Pumps = std::vector<std::unique_ptr<Pump<Reader>>>;

template <typename Reader>
void run_pumps(Loop& loop, Window& window, Pumps<Reader>& pumps) {
  for (auto& pump : pumps) pump->start();
  window.start();
  loop.run(window);
  // One answer too many would go unnoticed as long as another one is waited for.
  for (auto& pump : pumps) pump->stop();
  const auto is_done = [](auto& pump) { return pump->is_done(); };
  const auto end = Clock::now() + std::chrono::seconds(15);
  while (!std::all_of(pumps.begin(), pumps.end(), is_done)) {
    if (Clock::now() > end) fail("requests are left without an answer");
    loop.turn(100);
  }
  loop.turn(80);  // a delayed acknowledgement may hold it back for 40 ms
  window.print();
}

void run_requests(const Context& context, const std::string& request, const std::string& path) {
  const Options& options = context.options;
  Loop loop;
  Window window(options);
  const Requests requests(request, options.in_flight);
  Expected expected;
  Pumps<AnswerReader> pumps;
  for (std::size_t i = 0; i < options.connections; ++i) {
    Transport transport;
    transport.connect(options.port, context.tls);
    if (i == 0) {
      expected = learn_answer(options, transport, request, path);
    } else {
      transport.handshake();
    }
    pumps.push_back(
        std::make_unique<Pump<AnswerReader>>(loop, window, requests, std::move(transport), AnswerReader(expected)));
  }
  run_pumps(loop, window, pumps);
}

}  // namespace

void run_http(const Context& context) {
  const std::string path = context.options.path.empty() ? "/" : context.options.path;
  run_requests(context, get_request(context.options, path), path);
}

void run_post(const Context& context) {
  const std::string path = context.options.path.empty() ? "/upload" : context.options.path;
  run_requests(context, post_request(context.options, path), path);
}

void run_echo(const Context& context) {
  const Options& options = context.options;
  const std::string path = !options.path.empty() ? options.path : options.deflate ? "/ws/deflate" : "/ws/echo";
  Loop loop;
  Window window(options);
  Echo echo{.payload = make_text(options.size), .frame = {}, .deflate = options.deflate};
  std::string message;
  if (options.deflate) {
    message = make_frame(text_frame() | rsv1_bit, deflate_message(echo.payload), true);
  } else {
    message = make_frame(text_frame(), echo.payload, true);
    echo.frame = make_frame(text_frame(), echo.payload, false);
  }
  const Requests requests(message, options.in_flight);
  Pumps<EchoReader> pumps;
  for (auto& socket : open_sockets(options, context.tls, options.connections, [&](std::size_t) { return path; })) {
    pumps.push_back(std::make_unique<Pump<EchoReader>>(loop, window, requests, std::move(socket), EchoReader(echo)));
  }
  run_pumps(loop, window, pumps);
}

}  // namespace load
