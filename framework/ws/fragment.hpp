// RFC 6455 §5.4: the message that arrives in several frames, or in a frame that arrives in several pieces, put together
// in one string. Its storage is allocated with the first byte and given away or back when the message is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "ws/frame.hpp"

namespace folio::ws {

class MessageAssembly {
 public:
  // Whether a message has begun and not been finished.
  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] Opcode opcode() const { return opcode_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::uint32_t frames() const { return frames_; }

  // A frame of the message begins. The first gives it its opcode.
  void begin_frame(Opcode opcode) {
    if (!open_) {
      open_ = true;
      opcode_ = opcode;
      frames_ = 0;
      utf8_.reset();
    }
    ++frames_;
  }

  // The next unmasked bytes. `expected`: how many more are announced behind them, at least. False when the message is a
  // text and these bytes cannot be part of it.
  [[nodiscard]] bool append(std::string_view bytes, std::uint64_t expected) {
    if (bytes.empty()) return true;
    // RFC 6455 §8.1: "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in
    // fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."
    if (opcode_ == Opcode::Text && !utf8_.feed(bytes)) return false;
    make_room(bytes.size(), expected);
    bytes_.append(bytes);
    return true;
  }

  // The final frame is over. False when the message is a text that ends inside a code point.
  [[nodiscard]] bool finish() {
    open_ = false;
    return opcode_ != Opcode::Text || utf8_.complete();
  }

  // REQUIRES: !open(). The message, valid until take(), release() or the next append().
  [[nodiscard]] std::string_view view() const { return bytes_; }
  // REQUIRES: !open(). Moves the message out.
  [[nodiscard]] std::string take() {
    std::string taken = std::move(bytes_);
    release();
    return taken;
  }
  // Gives the storage back; what was open is forgotten.
  void release() {
    std::string().swap(bytes_);  // assigning an empty string would keep the storage
    open_ = false;
  }

 private:
  void make_room(std::size_t count, std::uint64_t expected);

  std::string bytes_;
  std::uint32_t frames_ = 0;
  base::Utf8Validator utf8_;
  Opcode opcode_ = Opcode::Text;
  bool open_ = false;
};

}  // namespace folio::ws
