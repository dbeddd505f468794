// MultipartParser: takes a multipart/form-data body apart as its bytes come. RFC 7578, RFC 2046 §5.1.
//
// It holds the head of one part at most; the bytes of fields and files are handed on as they come. Stricter than the
// RFC where two readers could see two forms: lines of a part's head end in CRLF, a part has one name, and a line that
// begins with the boundary is a delimiter or an error. No I/O, no clock; the verdict does not depend on how the bytes
// were split.
//
//     while (true) switch (parser.next(bytes)) { case Event::Data: file.write(parser.data()); … }
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/multipart_head.hpp"
#include "http/multipart_limits.hpp"
#include "http/parse_error.hpp"

namespace folio::http {

class MultipartParser {
 public:
  enum class Event : std::uint8_t {
    NeedMore,   // all of the input is used up
    PartBegin,  // head() is the part's
    Data,       // data() are bytes of the part
    PartEnd,    // the part is whole
    End,        // the form is whole; what still comes is passed over
    Error,      // error() says why; nothing more comes
  };

  // `boundary` from multipart_boundary.
  MultipartParser(std::string_view boundary, const MultipartLimits& limits);

  // The next event. Takes what it has read off the front of `input`; call it again with the rest, and after NeedMore
  // with what follows.
  [[nodiscard]] Event next(std::string_view& input);
  // The body has ended: End, or Error when the form had not.
  [[nodiscard]] Event finish();

  [[nodiscard]] const PartHead& head() const { return head_; }      // REQUIRES: PartBegin came; until the next one
  [[nodiscard]] std::string_view data() const { return data_; }     // REQUIRES: Data; until the next call. Never empty
  [[nodiscard]] const ParseError& error() const { return error_; }  // REQUIRES: Error
  [[nodiscard]] std::size_t parts() const { return parts_; }        // begun so far

 private:
  enum class Step : std::uint8_t {
    Preamble,   // before the first boundary
    Body,       // inside a part
    Delimiter,  // after a boundary
    CloseDash,  // after the first `-` behind it
    Padding,    // in the white space behind it
    PaddingLf,  // after the CR behind it
    Head,       // in the head of a part
    Epilogue,   // after the last boundary
    Failed,
  };

  Event fail(const ParseError& error);
  Event take_body(std::string_view& input);
  Event take_head(std::string_view& input);
  Event give(std::string_view data);
  void begin_matching(Step step);
  // Takes one byte behind a boundary. False: it may not stand there.
  bool step_delimiter(char c);

  std::string delimiter_;  // CRLF, two dashes and the boundary
  MultipartLimits limits_;
  Step step_ = Step::Preamble;
  std::size_t matched_ = 2;  // bytes of the delimiter at the end of what came so far
  std::size_t assumed_ = 2;  // of these, that came before: the form begins with a line, and so does the body of a part
  std::size_t padding_ = 0;
  std::size_t parts_ = 0;
  std::uint64_t part_size_ = 0;
  std::uint64_t fields_size_ = 0;
  std::uint64_t form_size_ = 0;
  std::string block_;  // the head of a part, as far as it has come
  PartHead head_;
  std::string_view data_;
  ParseError error_;
};

}  // namespace folio::http
