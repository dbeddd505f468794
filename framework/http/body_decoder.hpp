// Takes the framing off a request's body: a counted run of bytes, or chunks. RFC 9112 §6.2, §7.1.
//
// It is ours and not llhttp's: a counted body then costs a comparison a read, and the chunked coding is held to the
// grammar of RFC 9112 §7.1 at every byte, with nothing to check afterwards. Stricter than the RFC in one place: the
// white space around `;` and `=` of a chunk extension, which no sender writes and the RFC calls bad, is refused.
// Trailer fields are checked for their form and dropped; none is ever merged into the head (RFC 9110 §6.5.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "http/limits.hpp"
#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

// Whoever gets the bytes of a body: a reference to a callable that takes a std::string_view. It must live as long as
// the call that it is passed to, which a lambda written in the argument does.
class BodySink {
 public:
  template <typename Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, BodySink> &&
             std::is_invocable_v<Callable&, std::string_view>)
  BodySink(Callable&& callable) noexcept  // NOLINT(google-explicit-constructor): a lambda is to fit as it is
      : callable_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* target, std::string_view bytes) {
          (*static_cast<std::remove_reference_t<Callable>*>(target))(bytes);
        }) {}

  void operator()(std::string_view bytes) const { call_(callable_, bytes); }

 private:
  void* callable_;
  void (*call_)(void*, std::string_view);
};

class BodyDecoder {
 public:
  enum class State : std::uint8_t { NeedMore, Complete, Error };
  struct Result {
    State state;
    std::size_t consumed;  // bytes of the input that belong to this message; up to the faulty byte after Error
  };

  // The next body. Without one the decoder is Complete at once.
  void start(Framing framing, std::uint64_t content_length);
  // `sink` gets each run of body bytes as a view into `bytes`, none of them empty.
  [[nodiscard]] Result decode(std::string_view bytes, const Limits& limits, BodySink sink);
  [[nodiscard]] const ParseError& error() const { return error_; }  // REQUIRES: Error

 private:
  enum class Step : std::uint8_t {
    Counted,          // inside a body of known length
    SizeFirst,        // before the first digit of a chunk's size
    Size,             // among its digits
    ExtensionName,    // after `;`: before the first byte of the name
    ExtensionInName,  // inside the name
    ExtensionValue,   // after `=`
    ExtensionToken,   // inside an unquoted value
    ExtensionQuoted,  // inside a quoted value
    ExtensionEscape,  // after its backslash
    ExtensionEnd,     // after its closing quote
    SizeLf,           // after the CR of the size line
    Data,             // inside a chunk
    DataCr,           // after its last byte
    DataLf,
    TrailerStart,  // at the start of a line after the last chunk
    TrailerName,
    TrailerValue,
    TrailerLf,
    EndLf,  // after the CR of the empty line
    Done,
    Failed,
  };

  [[nodiscard]] std::size_t take(std::string_view bytes, BodySink sink);
  void step(char c, const Limits& limits);
  void step_size(char c);
  void step_extension(char c);
  void step_trailer(char c);
  void end_size_line(const Limits& limits);
  void fail(const ParseError& error);

  Step step_ = Step::Done;
  std::uint64_t remaining_ = 0;  // bytes until the end of the counted body or of the chunk; the size while it is read
  std::uint64_t received_ = 0;   // bytes of chunks announced so far
  std::uint64_t excess_ = 0;     // bytes of framing beyond what honest chunks need, over the whole body
  std::size_t overhead_ = 0;     // bytes of framing since the last byte of the body
  std::size_t trailers_ = 0;     // bytes since the last chunk's line
  ParseError error_;
};

}  // namespace folio::http
