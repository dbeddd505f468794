// The request line, read strictly: RFC 9112 §3 without the latitude that the RFC leaves to robust parsers.
// The verdict on a line depends on its bytes alone and falls at the first byte that decides it, so that it is the same
// however the bytes were split.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/parse_error.hpp"
#include "http/request_head.hpp"

namespace folio::http {

struct RequestLine {
  enum class State : std::uint8_t { InMethod, InTarget, InVersion, Complete, Faulty };
  State state = State::InMethod;
  std::uint8_t minor_version = 0;
  std::uint32_t target_begin = 0;   // the method is what stands before it and its space
  std::uint32_t target_length = 0;  // REQUIRES: Complete
  std::uint32_t size = 0;           // REQUIRES: Complete; bytes of the line, CRLF included
  ParseError error;                 // REQUIRES: Faulty
};

// `bytes` begins at the method and may end anywhere. A version other than 1.0 and 1.1 is Faulty with 505, a target
// longer than `max_target` with 414, everything else that is wrong with 400.
[[nodiscard]] RequestLine scan_request_line(std::string_view bytes, std::size_t max_target);

// Finds form, path, query and authority of `head.target` and writes them into `head`; `head.method` is set already.
// The error's status is 0 when all is well.
[[nodiscard]] ParseError split_target(std::string_view block, RequestHead& head);

}  // namespace folio::http
