// A client's opening handshake, RFC 6455 §4.1, line by line, so that any of them can be another or missing.
#pragma once

#include <string>

namespace folio::conformance {

struct Handshake {
  std::string line = "GET /echo HTTP/1.1";
  // An empty one is left out; "A: 1\r\nA: 2" are two.
  std::string host = "Host: test.example";
  std::string upgrade = "Upgrade: websocket";
  std::string connection = "Connection: Upgrade";
  std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  std::string version = "Sec-WebSocket-Version: 13";
  std::string more = {};  // whole lines
};

inline std::string upgrade(const Handshake& handshake = {}) {
  std::string made = handshake.line + "\r\n";
  for (const std::string* line :
       {&handshake.host, &handshake.upgrade, &handshake.connection, &handshake.key, &handshake.version}) {
    if (!line->empty()) made += *line + "\r\n";
  }
  return made + handshake.more + "\r\n";
}

}  // namespace folio::conformance
