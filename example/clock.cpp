// The server's time, once a second, as Server-Sent Events.
//
//     curl -N http://127.0.0.1:5000/clock
#include <folio/folio.hpp>

#include <chrono>
#include <ctime>

using namespace folio;

Response GET() {
  return Response::events([](EventStream events) -> Task<> {
    for (;;) {
      const std::time_t now = std::time(nullptr);
      char text[32];
      std::strftime(text, sizeof(text), "%T", std::gmtime(&now));
      co_await events.send({.data = text, .event = "time", .id = std::to_string(now)});
      co_await sleep_for(std::chrono::seconds(1));
    }
  });
}
