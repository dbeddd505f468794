// RFC 6455 §5.4: the message that arrives in several frames, or in a frame that arrives in several pieces: what is to
// be known of it while it arrives, and its bytes, put together in one string. That is allocated with the first byte and
// given away or back when the message, or the piece of it that was asked for, is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/arriving.hpp"
#include "base/utf8.hpp"
#include "ws/frame.hpp"

namespace folio::ws {

class MessageAssembly {
 public:
  // Whether a message has begun and not been finished.
  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] Opcode opcode() const { return opcode_; }
  // Bytes of the open message so far, whether they are still here or not.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint32_t frames() const { return frames_; }

  // A frame of the message begins. The first gives it its opcode.
  void begin_frame(Opcode opcode) {
    if (!open_) {
      open_ = true;
      opcode_ = opcode;
      frames_ = 0;
      size_ = 0;
      given_ = false;
      utf8_.reset();
    }
    ++frames_;
  }

  // The next bytes of the message. False when it is a text and these bytes cannot be part of it.
  [[nodiscard]] bool accept(std::string_view bytes) {
    size_ += bytes.size();
    // RFC 6455 §8.1: "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in
    // fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_."
    return opcode_ != Opcode::Text || utf8_.feed(bytes);
  }

  // Accepts bytes and keeps them. `expected`: how many more are announced behind them, at least.
  [[nodiscard]] bool append(std::string_view bytes, std::uint64_t expected) {
    if (bytes.empty()) return true;
    if (!accept(bytes)) return false;
    base::append_arrived(bytes_, bytes, expected);
    return true;
  }
  // Where up to `count` of the next bytes may be put before they are appended, which then copies nothing; empty where
  // no memory is there for them. Valid as view() is.
  [[nodiscard]] std::span<char> room(std::uint64_t count) { return base::room_behind(bytes_, count); }

  // Has up to `room` bytes written behind those that are kept, by `write(char* to)`, which gives how many there are.
  // They are yet to be accepted.
  template <class Write>
  void fill(std::size_t room, Write write) {
    const std::size_t kept = bytes_.size();
    bytes_.resize_and_overwrite(kept + room, [&](char* to, std::size_t) { return kept + write(to + kept); });
  }
  // How many bytes can be kept without allocating.
  [[nodiscard]] std::size_t spare() const { return bytes_.capacity() - bytes_.size(); }

  // The final frame is over. False when the message is a text that ends inside a code point.
  [[nodiscard]] bool finish() {
    abandon();
    return opcode_ != Opcode::Text || utf8_.complete();
  }
  void abandon() {
    open_ = false;
    size_ = 0;
  }

  // For a message that is given in pieces: whether this is its first.
  [[nodiscard]] bool give_piece() { return !std::exchange(given_, true); }

  // The bytes that are kept, valid until take(), release(), append() or fill().
  [[nodiscard]] std::string_view view() const { return bytes_; }
  // Moves them out.
  [[nodiscard]] std::string take() {
    std::string taken = std::move(bytes_);
    release();
    return taken;
  }
  // Gives their storage back.
  void release() {
    std::string().swap(bytes_);  // assigning an empty string would keep the storage
  }

 private:
  std::string bytes_;
  std::uint64_t size_ = 0;
  std::uint32_t frames_ = 0;
  base::Utf8Validator utf8_;
  Opcode opcode_ = Opcode::Text;
  bool open_ = false;
  bool given_ = false;
};

}  // namespace folio::ws
