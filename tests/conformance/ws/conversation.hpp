// The language of the case tables: what a client sends over an open WebSocket, and what the server must make of it.
//
//   {"two_fragments", "5.4", "a text in two fragments",
//    {send(first_text("one "), last("two")), gets_text("one two")}},
//   {"reserved_opcode", "5.2", "an opcode that is not defined", {send(frame(fin | 3)), ends(1002)}},
//
// The order counts, and nothing else may come. A conversation that does not say how it ends goes on with a closing
// handshake, so that whatever the server sent beyond the table is found: no test waits to see that nothing happens.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/ws/frames.hpp"
#include "conformance/ws/peer.hpp"

namespace folio::conformance {

struct Step {
  enum class Kind {
    Send,         // the payload is sent, cut as the trial has it
    Gets,         // a message or a control frame
    GetsPongs,    // pongs, of which all but this last one may be missing
    GetsClose,    // a Close frame with the code; the connection stays
    Ends,         // a Close frame with the code, then the end of the connection
    EndsExactly,  // a Close frame with the payload, then the end of the connection
    EndsBare,     // the end of the connection without a Close frame
    EndOurSide,   // the client sends no more
  };
  Kind kind;
  Received::Kind expected = Received::Kind::End;
  std::string payload = {};
  int code = 0;
};

template <typename... Frames>
Step send(const Frames&... frames) {
  return {.kind = Step::Kind::Send, .payload = (std::string() + ... + frames)};
}
inline Step gets_text(std::string_view payload) {
  return {.kind = Step::Kind::Gets, .expected = Received::Kind::Text, .payload = std::string(payload)};
}
inline Step gets_binary(std::string_view payload) {
  return {.kind = Step::Kind::Gets, .expected = Received::Kind::Binary, .payload = std::string(payload)};
}
inline Step gets_ping(std::string_view payload = {}) {
  return {.kind = Step::Kind::Gets, .expected = Received::Kind::Ping, .payload = std::string(payload)};
}
inline Step gets_pong(std::string_view payload = {}) {
  return {.kind = Step::Kind::Gets, .expected = Received::Kind::Pong, .payload = std::string(payload)};
}
// RFC 6455 §5.5.3: an endpoint "MAY elect to send a Pong frame for only the most recently processed Ping frame".
inline Step gets_pongs_up_to(std::string_view payload) {
  return {.kind = Step::Kind::GetsPongs, .expected = Received::Kind::Pong, .payload = std::string(payload)};
}
inline Step gets_close(int code) {
  return {.kind = Step::Kind::GetsClose, .code = code};
}
// The server fails the connection, or answers a Close. It is the server who ends the transport, in order: the Close
// frame can be read, nothing comes behind it, no reset.
inline Step ends(int code) {
  return {.kind = Step::Kind::Ends, .code = code};
}
inline Step ends_with(std::string_view payload) {
  return {.kind = Step::Kind::EndsExactly, .payload = std::string(payload)};
}
inline Step ends_bare() {
  return {.kind = Step::Kind::EndsBare};
}
inline Step end_our_side() {
  return {.kind = Step::Kind::EndOurSide};
}

// Which server and which of its routes.
enum class Place {
  Echo,           // sends every message back; messages of 1 MiB at most
  EchoLarge,      // the same, with room for messages of 4 MiB
  EchoDedicated,  // the same as Echo, compressing all messages with a context of the connection's own
  Command,        // does what it is told: see server.hpp
};

// What the trial with permessage-deflate does.
enum class Extended {
  Too,    // the same must happen when the extension is agreed on: messages may be compressed, they need not
  Never,  // the extension would change it
};

struct Case {
  std::string name;     // letters, digits and underscores
  std::string section;  // of RFC 6455
  std::string what;
  std::vector<Step> steps;
  Place place = Place::Echo;
  Extended extended = Extended::Too;
};

}  // namespace folio::conformance
