// One end of a WebSocket connection after its handshake, as RFC 6455 has it, and RFC 7692 where it was agreed on: bytes
// in, events and bytes out. It knows no socket, no clock and no thread; a connection has one, and only one thread at a
// time may be inside it.
//
// Receiving. Give receive() what was read. It takes bytes from the front until an event is ready or all are taken, so
// the caller keeps no input back:
//
//   std::span<char> input = …;                    // writable: payloads are unmasked where they lie
//   for (;;) {
//     ws::Event event = protocol.receive(input, out);
//     if (event.kind == ws::Event::Kind::None) break;   // all of the input is taken
//     …
//   }
//   // send `out`
//
// Until None, even if the input is empty before that: the last byte of it may have inflated to more than one piece.
//
// Messages come whole, or in pieces as they arrive: see Delivery.
//
// Lifetime. An event's payload and reason are views: into the input (or the caller's string, see receive), when a message
// of one frame lies whole in it or a piece was asked for, and what is compressed, into the protocol. They are valid until
// the next call of receive(), take() or release(), no longer than the input, and until the protocol is moved.
//
// Output. `out` is what this connection has not sent yet, all of it: replies are appended to it (the pong for a ping,
// the Close frame that answers one, the Close frame of a connection that failed), as is all that the send functions
// write.
//
// Pings. RFC 6455 §5.5.3: "If an endpoint receives a Ping frame and has not yet sent Pong frame(s) in response to
// previous Ping frame(s), the endpoint MAY elect to send a Pong frame for only the most recently processed Ping frame."
// So that a peer that floods us with pings and never reads cannot make `out` grow: once Options::max_pong_backlog bytes
// of pongs may be unsent (counted from when receive() or flush_pong() last saw `out` empty), a pong is held back, and
// each later ping takes its place. It goes out with the next receive() that finds `out` empty; or call flush_pong()
// after `out` has been sent, when pong_pending().
//
// Compression. With Options::deflate, messages are inflated as they come and sent compressed where that makes them
// smaller. Nothing else changes for the caller; limits of messages count what the application gets, inflated.
//
// Ending. After Close or Failed, or when finished(): send what is in `out`, then shut down the write side; the server
// does so at once, a client waits for the server (§7.1.1). When the transport ends by itself, call abnormal().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.hpp"
#include "base/shared_bytes.hpp"
#include "ws/close.hpp"
#include "ws/deflate_contexts.hpp"
#include "ws/deflate_negotiation.hpp"
#include "ws/fragment.hpp"
#include "ws/frame.hpp"

namespace folio::ws {

class MessageDeflate;

// How data messages are given.
enum class Delivery : std::uint8_t {
  Messages,  // each whole, in one event
  Pieces,    // each as it arrives, in one event or several. A piece of a text is valid UTF-8 as far as it goes: it may
             // begin and end inside a code point
};

// Bytes of the largest piece that compressed data is inflated to. One read of 64 KiB can inflate to 64 MiB; it gives so
// many events instead.
inline constexpr std::size_t max_inflated_piece = 64 * 1024;

// zlib's levels go from 1, the fastest, to 9. For texts of 16 KiB, 3 takes 40% more time than 1 and saves 8% of what 1
// sends; 6 takes twice the time and saves 17%. For those of 1 KiB there is next to nothing to gain.
inline constexpr int default_deflate_level = 1;
// Bytes. A text of 512 is compressed in some 15 µs and comes to half. One of 256 takes nearly as long and keeps two
// thirds: what is saved costs three times as much. With takeover of our own context, 64 is worth it.
inline constexpr std::size_t default_deflate_threshold = 512;

struct Options {
  // Bytes of a message, over all of its frames, as the application gets it: inflated. Beyond it: 1009, before more than
  // that is inflated. The compressed form of a message may have max_compressed_size() bytes.
  std::uint64_t max_message_size = 1024 * 1024;
  // Bytes of one data frame's payload, as it is on the wire. Beyond it: 1009. By default only the message's limit
  // counts.
  std::uint64_t max_frame_size = std::numeric_limits<std::int64_t>::max();
  // Data frames of one message. A guard against endless empty fragments; 4 MiB in frames of 64 bytes, 65,536 of them,
  // are legal traffic. Beyond it: 1009.
  std::uint32_t max_fragments = 262'144;
  // Bytes of automatic pongs that may wait in `out`: see above.
  std::uint32_t max_pong_backlog = 4096;
  Delivery delivery = Delivery::Messages;

  // What was agreed on in the handshake about permessage-deflate. Nothing: it is not used.
  std::optional<DeflateParameters> deflate;
  // Those of the thread, borrowed; they outlive the protocol. REQUIRES: not null if `deflate` is there.
  DeflateContexts* deflate_contexts = nullptr;
  // Bytes of a message from which on it is compressed.
  std::size_t deflate_threshold = default_deflate_threshold;
  int deflate_level = default_deflate_level;
};

struct Event {
  enum class Kind : std::uint8_t {
    None,    // nothing more to be had from this input
    Text,    // a whole message, or a piece of one; payload is valid UTF-8
    Binary,  // a whole message, or a piece of one
    Ping,    // payload; the pong is on its way already
    Pong,    // payload
    Close,   // the peer's Close frame; code and reason. The answer is in `out`. Nothing more will be received
    Failed,  // the peer broke the protocol or a limit; code, and a reason that says what was wrong. The Close frame is
             // in `out`. Nothing more will be received
  };

  Kind kind = Kind::None;
  // Of a piece: whether it is the first of its message, and whether the last. The last may be empty, the others are
  // not.
  bool first = true;
  bool final = true;
  CloseCode code = CloseCode::NoStatus;
  std::string_view payload;
  std::string_view reason;
};

class Protocol {
 public:
  // RFC 6455 §7.1: where the connection stands in its closing handshake.
  enum class State : std::uint8_t {
    Open,
    Closing,   // we sent Close; the peer's is awaited, and its messages are still received
    Finished,  // both sent Close, or the connection failed: nothing more is received or sent
    Closed,    // the transport is gone
  };

  explicit Protocol(Role role, const Options& options = {});
  Protocol(Protocol&&) noexcept;
  Protocol& operator=(Protocol&&) noexcept;
  ~Protocol();

  // The next event, or None when all of `input` is taken. Advances `input`, and unmasks in place what it takes. With
  // `place`, a string that the caller has for it, a text that lies whole in the input and is not short is unmasked into
  // that instead, which spares a copy: the event's payload is then a view of it.
  [[nodiscard]] Event receive(std::span<char>& input, base::Buffer& out, std::string* place = nullptr);

  // Where the next input is best put, if it is to be put anywhere in particular: behind what has come of the message that
  // is put together, in memory that is there and takes no more than the frame still brings. What is read to the
  // beginning of it and then given to receive() is not copied. Empty: nowhere. Valid until the next call.
  [[nodiscard]] std::span<char> receive_space() { return inside_frame_ ? space_in_frame() : std::span<char>(); }

  // The payload of the event that receive() gave last, as a string of its own: moved out without a copy where it was
  // assembled or inflated, copied where it lies in the input, into the memory that `text` has.
  void take(const Event& event, std::string& text) {
    if (delivered_) return take_delivered(event, text);
    // The size that libstdc++ 12 hands to the function may be a larger one, and is not used.
    text.resize_and_overwrite(event.payload.size(), [&](char* to, std::size_t) {
      return static_cast<std::size_t>(std::copy(event.payload.begin(), event.payload.end(), to) - to);
    });
  }
  [[nodiscard]] std::string take(const Event& event) {
    std::string text;
    take(event, text);
    return text;
  }

  // Gives back the memory that the last event's views point into, if they point into the protocol, without waiting for
  // the next receive(). For a caller that is done with an event and may not receive for long.
  void release() {
    if (delivered_) release_delivered();
  }

  // Each of these writes one frame to `out`, and gives false, writing nothing, when no such frame may be sent any more.

  // REQUIRES: opcode is Text (and the payload UTF-8) or Binary.
  // RFC 6455 §5.5.1: "The application MUST NOT send any more data frames after sending a Close frame."
  [[nodiscard]] bool send(Opcode opcode, std::string_view payload, base::Buffer& out);
  // The header alone, for a payload of `size` bytes that the caller sends right behind `out` without copying it, and
  // without compressing it.
  // REQUIRES: as for send(); our role is Server, since a client's payload must be masked.
  [[nodiscard]] bool send_header_only(Opcode opcode, std::uint64_t size, base::Buffer& out);
  // Whether permessage-deflate was agreed on.
  [[nodiscard]] bool deflates() const { return deflate_ != nullptr; }
  // Whether send() would try to compress a message of that size.
  [[nodiscard]] bool would_compress(std::size_t size) const;
  // False, too, when the payload has more than 125 bytes.
  [[nodiscard]] bool ping(std::string_view payload, base::Buffer& out);
  // An unsolicited pong; those that answer a ping are sent by receive().
  [[nodiscard]] bool pong(std::string_view payload, base::Buffer& out);
  // Starts the closing handshake. NoStatus gives a Close frame without a code. False, too, for a code that may not be
  // on the wire. A reason of more than 123 bytes is cut between code points, one that is not UTF-8 is left out.
  [[nodiscard]] bool close(CloseCode code, std::string_view reason, base::Buffer& out);

  // Whether the peer can take a frame of make_compressed_server_frame() that was made of `message_size` bytes. It is
  // sent past the protocol, like one of make_server_frame(); but then shared_compressed_sent() must be called, before
  // the next send().
  [[nodiscard]] bool can_take_shared_compressed(std::size_t message_size) const;
  void shared_compressed_sent();

  // Whether a pong is held back; flush_pong() writes it if `out` has room by now.
  [[nodiscard]] bool pong_pending() const { return pong_held_; }
  void flush_pong(base::Buffer& out);

  // The transport ended. Gives a Close event, code 1006, if neither a Close nor a Failed event was given before, and
  // None if so. RFC 6455 §7.1.5: "If _The WebSocket Connection is Closed_ and no Close control frame was received by
  // the endpoint […], _The WebSocket Connection Close Code_ is considered to be 1006."
  [[nodiscard]] Event abnormal();

  [[nodiscard]] Role role() const { return role_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool open() const { return state_ == State::Open; }
  // Whether nothing more will be received or sent: end the transport once `out` is sent.
  [[nodiscard]] bool finished() const { return state_ >= State::Finished; }
  // Bytes of an incomplete message, or of the piece of one, that are kept.
  [[nodiscard]] std::size_t held_bytes() const { return assembly_ ? assembly_->view().size() : 0; }
  // Whether the peer is in the middle of a frame or of a fragmented message.
  [[nodiscard]] bool inside_message() const { return inside_frame_ || header_size_ != 0 || assembling(); }

 private:
  struct Limits {
    std::uint64_t max_message_size;
    std::uint64_t max_frame_size;
    std::uint32_t max_fragments;
    std::uint32_t max_pong_backlog;
  };
  struct ControlPayload;
  struct Seldom;

  // Whether a message has begun that is not all there.
  [[nodiscard]] bool assembling() const { return assembly_ && assembly_->open(); }
  [[nodiscard]] MessageAssembly& assembly() {
    if (!assembly_) assembly_ = std::make_unique<MessageAssembly>();
    return *assembly_;
  }
  [[nodiscard]] Seldom& seldom();
  void set_state(State next);
  [[nodiscard]] std::span<char> space_in_frame();
  // Bytes of payload that the next frame of the message, or the first of a new one, may announce.
  [[nodiscard]] std::uint64_t message_room(bool compressed) const;
  HeaderStatus next_header(std::span<char>& input);
  // Whether the frame whose header is read is all of a message and lies whole in the input: then it is the event.
  [[nodiscard]] bool read_short_message(std::span<char>& input, Event& event);
  [[nodiscard]] bool read_whole_message(std::span<char>& input, std::string* place, Event& event, bool& is_ascii);
  // A frame whose header is read; and the rest of one whose payload arrives in pieces. None says: go on.
  Event begin_frame(std::span<char>& input, base::Buffer& out);
  Event continue_frame(std::span<char>& input, base::Buffer& out);
  Event continue_compressed(std::span<char>& input, base::Buffer& out);
  [[nodiscard]] std::size_t inflate_room(std::size_t compressed) const;
  // A part of the message, the rest of it if `final`; it is given if it is all, or a piece.
  Event on_data(std::string_view payload, bool final, base::Buffer& out);
  std::string_view unmask(std::span<char>& input, std::size_t count);

  Event on_control(std::string_view payload, base::Buffer& out);
  Event on_close(std::string_view payload, base::Buffer& out);
  void on_ping(std::string_view payload, base::Buffer& out);
  Event fail(CloseCode code, std::string_view reason, base::Buffer& out);
  Event refuse(HeaderStatus status, base::Buffer& out);
  Event refuse_over_limit(const char* what, std::uint64_t limit, const char* unit, base::Buffer& out);
  void take_delivered(const Event& event, std::string& text);
  void release_delivered();

  void write_frame(Opcode opcode, std::string_view payload, base::Buffer& out);
  bool write_compressed(Opcode opcode, std::string_view payload, base::Buffer& out);
  void write_close_frame(CloseCode code, std::string_view reason, base::Buffer& out);
  void write_pong(std::string_view payload, base::Buffer& out);
  MaskKey next_mask_key();

  Limits limits_;
  std::unique_ptr<MessageAssembly> assembly_;  // from the first message on that does not come whole
  FrameHeader frame_;            // of the frame that we are inside of; its key is rotated to the next byte
  std::uint64_t remaining_ = 0;  // bytes of its payload that have not arrived

  std::unique_ptr<Seldom> seldom_;           // what few need for long: a connection that idles holds nothing in vain
  std::unique_ptr<MessageDeflate> deflate_;  // where it was agreed on
  std::uint32_t pong_bytes_ = 0;             // of pongs written since `out` was last seen empty

  std::uint8_t header_size_ = 0;  // of a header that arrives in pieces
  bool pong_held_ = false;
  Role role_;
  State state_ = State::Open;
  Delivery delivery_;
  bool inside_frame_ = false;  // or there is more to be had of what has been taken of one
  bool compressed_ = false;    // the message that is open
  bool delivered_ = false;     // the last event's views point into assembly_ or control_
};

// A server's frame, header and payload, to be made once and sent to many: never changed after it is made, so any thread
// may read it. REQUIRES: as for Protocol::send.
[[nodiscard]] base::SharedBytes make_server_frame(Opcode opcode, std::string_view payload);

// The same, compressed, for those that can_take_shared_compressed(). Null when it would not be smaller than the other.
// `contexts` are those of the calling thread; without them a context is made for this one message.
[[nodiscard]] base::SharedBytes make_compressed_server_frame(Opcode opcode, std::string_view payload,
                                                             int level = default_deflate_level,
                                                             DeflateContexts* contexts = nullptr);

}  // namespace folio::ws
