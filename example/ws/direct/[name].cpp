// Messages from one to another: ws://localhost:5000/ws/direct/ada, and there {"to":"alan","text":"hello"}.
#include <folio/folio.hpp>

#include <string>

using namespace folio;

struct Letter {
  std::string to;
  std::string text;
};

struct Delivery {
  std::string from;
  std::string text;
};

// The path's parameter, the query, headers, cookies: a WebSocket is opened by a request, and has its extractors.
Task<> WS(WebSocket ws, Path<"name"> name) {
  const WsRoom room = rooms().get("direct");
  if (room.contains(*name)) {
    ws.close(close_code::policy_violation, "this name is taken");
    co_return;
  }
  room.join(*name, ws.sender());

  while (auto message = co_await ws.next()) {
    Letter letter;
    JsonError error;
    if (message->text() == nullptr) {
      ws.close(close_code::unsupported_data, "text only");
    } else if (!read_json(*message->text(), letter, error)) {
      co_await ws.send(to_json(Delivery{"server", error.message}));
    } else if (room.send_to(letter.to, to_json(Delivery{*name, letter.text})) == SendResult::Closed) {
      co_await ws.send(to_json(Delivery{"server", letter.to + " is not here"}));
    }
  }
}
