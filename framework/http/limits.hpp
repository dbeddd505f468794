// What a client may ask a parser to hold. Each limit is counted before the bytes are kept or passed on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace folio::http {

struct Limits {
  // Bytes of the request target. RFC 9112 §3: "It is RECOMMENDED that all HTTP senders and recipients support, at a
  // minimum, request-line lengths of 8000 octets." Past it: 414.
  std::size_t max_target = 8 * 1024;
  // Bytes of the whole head: request line, fields and the empty line. Past it: 431, or 414 while still in the request
  // line. It bounds what a connection that never finishes its head can occupy. At most 1 GiB.
  std::size_t max_head = 32 * 1024;
  // Field lines of a head. Past it: 431.
  std::size_t max_fields = 100;
  // Bytes of a body, without the framing of chunks. Past it: 413.
  std::uint64_t max_body = 1024 * 1024;
  // Bytes of framing between two bytes of a chunked body: leading zeros, extensions, line ends. Past it: 400. Over a
  // whole body the framing may exceed what honest chunks need by 16 times this.
  std::size_t max_chunk_overhead = 1024;
  // Bytes of the trailer section of a chunked body, which is checked and dropped. Past it: 431.
  std::size_t max_trailers = 8 * 1024;
};

}  // namespace folio::http
