// Bytes in, requests out: HTTP/1.1 and HTTP/1.0 as RFC 9112 has them, read strictly. No I/O, no clock.
//
// llhttp reads the head byte by byte, and stops at its end; what llhttp is known to let through is refused here (bare
// LF, folded lines, stray versions, malformed targets and hosts, transfer codings other than chunked …). Two readers
// see every head, llhttp and ours, and both must agree on the framing before anything is reported. The body is
// BodyDecoder's.
//
//   for (;;) {                                    // per connection
//     switch (parser.parse_head(block)) …         // again with a longer block after NeedMore
//     parser.parse_body(rest, sink) …             // again with the next bytes after NeedMore
//     parser.reset();                             // then the next message begins where this one ended
//   }
//
// A client sends the same fields again and again. A head whose fields are, byte for byte, those of the head before it has
// its request line read, and takes the rest over (docs/decisions/0015): the verdict is a function of the bytes.
//
// The verdict on a message does not depend on how its bytes were split. After Error the connection cannot be resumed:
// answer with error().status, `Connection: close`, and stop reading.
// Copies the fields of a head, up to max_repeated bytes, so that they can be known again. What it allocates, for that and
// for the list of fields, is kept from message to message. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/buffer.hpp"
#include "http/body_decoder.hpp"
#include "http/limits.hpp"
#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

struct RequestLine;

class RequestParser {
 public:
  // Bytes of the longest run of field lines that is known again, and of the longest request line.
  static constexpr std::size_t max_repeated = 4096;

  explicit RequestParser(const Limits& limits);

  enum class State : std::uint8_t { NeedMore, HeadComplete, MessageComplete, Error };

  // `block` begins at the first byte after the previous message, is contiguous, and holds all bytes that came since;
  // the parser remembers how many of them it has seen and reads only the new ones. The block may move between calls,
  // and may hold more than this message. Gives NeedMore, HeadComplete or Error, and the last two again when called
  // again.
  State parse_head(std::string_view block);

  // REQUIRES, for both: HeadComplete. Offsets are relative to the block's first byte.
  [[nodiscard]] const RequestHead& head() const { return head_; }
  [[nodiscard]] std::size_t head_size() const { return head_size_; }  // where the body begins

  // From here on a chunk that would make this message's body longer than `bytes` is refused when it is announced, in the
  // place of Limits::max_body. A body of known length is its receiver's to judge.
  void limit_body(std::uint64_t bytes) { limits_.max_body = bytes; }

  struct BodyResult {
    State state;  // NeedMore, MessageComplete or Error
    std::size_t consumed;
  };
  // The bytes after the head, each of them once; what is not consumed belongs to the next message. `sink` gets each run
  // of body bytes as a view into `bytes`. A message without a body is complete without this call.
  // REQUIRES: HeadComplete.
  BodyResult parse_body(std::string_view bytes, BodySink sink);

  [[nodiscard]] State state() const { return state_; }
  // After HeadComplete already, when there is no body.
  [[nodiscard]] bool message_complete() const;
  // Whether the peer may end the connection here without having cut a message short: nothing of the next message has
  // been seen, or this one is complete.
  [[nodiscard]] bool at_message_boundary() const;

  [[nodiscard]] const ParseError& error() const { return error_; }  // REQUIRES: Error
  // Whether method, target, path and query of head() are good although the head is not complete, or never will be: for
  // the log line of a request that was refused.
  [[nodiscard]] bool has_request_line() const { return line_done_; }

  // The next message on the same connection. REQUIRES: message_complete().
  void reset();

  // Gives back the memory that head() does not need, when it is to stay for long.
  void shrink();

 private:
  [[nodiscard]] bool skip_empty_line(std::string_view block);
  [[nodiscard]] std::size_t feed(std::string_view block, std::size_t limit);
  [[nodiscard]] bool check_line(std::string_view block, std::size_t limit);
  [[nodiscard]] bool accept_line(std::string_view block, std::uint32_t size, std::uint8_t minor_version,
                                 std::uint32_t target_begin, std::uint32_t target_length);
  State finish_head(std::string_view block, std::size_t end);
  [[nodiscard]] bool take_repeated(std::string_view block);
  [[nodiscard]] bool take_line(std::string_view block, const RequestLine& line);
  void remember(std::string_view block);
  void remember_line(std::string_view block);
  State fail(const ParseError& error);

  // Room for llhttp's own state, so that its header stays out of ours; checked where it is used.
  static constexpr std::size_t engine_size = 128;
  alignas(8) unsigned char engine_[engine_size];

  Limits limits_;
  std::uint64_t max_body_;  // what limits_ had
  State state_ = State::NeedMore;
  bool started_ = false;        // the first byte of the request line was seen
  bool line_done_ = false;      // the request line is complete and well-formed
  bool engine_fed_ = false;     // llhttp has seen some of this head
  bool engine_failed_ = false;  // llhttp refused a byte, and the status waits for the rest of the request line
  int engine_error_ = 0;
  std::size_t start_ = 0;      // bytes of the empty line before the request line: 0 or 2
  std::size_t seen_ = 0;       // bytes of the block that were looked at
  std::size_t failed_at_ = 0;  // the byte that llhttp refused
  std::size_t line_end_ = 0;   // one past the LF of the request line
  std::size_t head_size_ = 0;
  RequestHead head_;
  base::Buffer repeated_;            // the field lines of the head before this one, which head_ still describes; or empty
  std::uint32_t repeated_from_ = 0;  // where they began in their block
  base::Buffer repeated_line_;       // its request line; empty when that is not to be known again
  BodyDecoder body_;
  ParseError error_;
};

}  // namespace folio::http
