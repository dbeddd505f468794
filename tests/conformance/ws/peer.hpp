// The client of the conformance tests: opens a connection, and reads what the server sends as strictly as RFC 6455 lets
// a client read it. It has no line in common with the code under test.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/ws/permessage_deflate.hpp"
#include "conformance/wire.hpp"

namespace folio::conformance {

struct HttpResponse {
  int status = 0;                                  // 0: there was none
  std::multimap<std::string, std::string> fields;  // names in lower case
  std::string body;

  [[nodiscard]] std::optional<std::string> field(const std::string& name) const;
  // How many lines of the field there are.
  [[nodiscard]] std::size_t count(const std::string& name) const { return fields.count(name); }
};

// What the server did next.
struct Received {
  enum class Kind { Text, Binary, Ping, Pong, Close, End, Fault };
  Kind kind = Kind::End;
  std::string payload;      // of a Fault: what is wrong, in words
  bool compressed = false;  // of a message

  static Received fault(std::string what) { return {Kind::Fault, std::move(what)}; }
};

// For messages of failures.
[[nodiscard]] std::string describe(const Received& received);

class Peer {
 public:
  explicit Peer(std::uint16_t port) : wire_(port) {}

  [[nodiscard]] Wire& wire() { return wire_; }

  // The next response. Informational ones other than 101 are skipped.
  [[nodiscard]] HttpResponse response();
  // From here on messages may be compressed.
  void use(const Agreement& agreement) { decompressor_ = std::make_unique<Decompressor>(agreement); }
  // The next message, control frame or end of the connection.
  [[nodiscard]] Received next();

 private:
  struct Frame;
  // Empty: `frame` is there. Else what is wrong; "end" at the end between frames.
  [[nodiscard]] std::string read_frame(Frame& frame);
  [[nodiscard]] bool have(std::size_t count);
  [[nodiscard]] Received finish_message();

  Wire wire_;
  std::unique_ptr<Decompressor> decompressor_;
  // The message that is open.
  Received message_;
  bool inside_message_ = false;
};

}  // namespace folio::conformance
