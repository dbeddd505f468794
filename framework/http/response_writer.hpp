// Writes the head of a response straight into the bytes that go out, and the framing of chunks. RFC 9112 §4, §6, §7.1.
//
// The writer owns the framing: Content-Length, Transfer-Encoding and the persistence of the connection come from
// ResponseHead alone, so that no field of a handler can make the message end elsewhere. Nothing is allocated but room
// in the buffer, once a head. One thread at a time.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/buffer.hpp"
#include "http/head_prefixes.hpp"

namespace folio::http {

// RFC 9112 §6.3: "any response with a 1xx (Informational), 204 (No Content), or 304 (Not Modified) status code is
// always terminated by the first empty line after the header fields"; RFC 9110 §15.3.6 gives 205 no content either.
[[nodiscard]] constexpr bool status_has_body(int status) {
  return status >= 200 && status != 204 && status != 205 && status != 304;
}

struct ResponseHead {
  enum class Body : std::uint8_t {
    Length,   // `content_length` bytes follow
    Chunked,  // chunks follow; on HTTP/1.0 the bytes as they are, and the end of the connection ends them
  };
  int status = 200;  // outside 100 … 999 it is written as 500
  Body body = Body::Length;
  std::uint64_t content_length = 0;
  std::string_view date;           // an IMF-fixdate; no Date field when empty
  std::string_view content_type;   // no Content-Type field when empty
  bool keep_alive = true;          // the request's wish and the server's
  std::uint8_t minor_version = 1;  // of the request
  bool head_request = false;       // HEAD: the head as for GET, and no body
  HeadPrefixes* prefixes = nullptr;  // of this thread, with the same date; null: there are none
};

// What became of a head.
struct HeadWritten {
  bool send_body = true;      // false after HEAD, and for 1xx, 204, 205 and 304, whose bytes must not be written
  bool chunked = false;       // the body goes out in chunks
  bool keep_alive = true;     // the connection may carry another request
  std::uint32_t dropped = 0;  // fields that were left out: malformed, or the writer's own
};

// The head, field by field. For ranges of fields there is write_response_head below.
class ResponseHeadWriter {
 public:
  // Bytes that a field line adds to its name and value.
  static constexpr std::size_t field_overhead = 4;

  // `field_bytes`: how much the calls of `field` will add; more than that is still right, and costs another look for
  // room.
  ResponseHeadWriter(base::Buffer& out, const ResponseHead& head, std::size_t field_bytes = 0);
  ResponseHeadWriter(const ResponseHeadWriter&) = delete;
  ResponseHeadWriter& operator=(const ResponseHeadWriter&) = delete;

  // Adds a field line. False, and nothing is written, when the name is no token or the value holds a CR, LF, NUL or
  // another control character; also for Content-Length and Transfer-Encoding, and for Date and Content-Type when the
  // head has its own. The options `close` and `upgrade` of a Connection field are taken over, any other one is dropped.
  bool field(std::string_view name, std::string_view value);

  // The empty line. REQUIRES: called once, last.
  HeadWritten finish();

 private:
  void put(std::string_view bytes);
  void put_line(std::string_view label, std::string_view value);
  void make_room(std::size_t bytes);
  bool take_connection(std::string_view value);
  [[nodiscard]] std::string_view connection_line() const;

  base::Buffer& out_;
  char* at_ = nullptr;
  char* begin_ = nullptr;
  std::size_t room_ = 0;
  HeadWritten written_;
  std::uint16_t status_;
  std::uint8_t minor_version_;
  bool has_date_;
  bool has_content_type_;
  bool close_ = false;
  bool upgrade_ = false;
};

// `fields` is any range whose elements take apart into a name and a value that convert to std::string_view.
template <typename Fields>
HeadWritten write_response_head(base::Buffer& out, const ResponseHead& head, const Fields& fields) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) {
    bytes += std::string_view(name).size() + std::string_view(value).size() + ResponseHeadWriter::field_overhead;
  }
  ResponseHeadWriter writer(out, head, bytes);
  for (const auto& [name, value] : fields) writer.field(std::string_view(name), std::string_view(value));
  return writer.finish();
}

[[nodiscard]] HeadWritten write_response_head(base::Buffer& out, const ResponseHead& head);

// A whole response to an HTTP/1.1 request that says nothing beyond its prefix (see HeadPrefixes) and its length: the same
// bytes as by way of ResponseHead, on the straight way that most responses can take.
// REQUIRES: status_has_body; the connection persists.
inline void write_plain_response(base::Buffer& out, std::string_view prefix, std::string_view body) {
  constexpr std::string_view length = "Content-Length: ";
  constexpr std::string_view end = "\r\n\r\n";
  constexpr std::size_t most_digits = 20;  // of 2^64 - 1
  char* const begin = out.prepare(prefix.size() + length.size() + most_digits + end.size() + body.size());
  char* at = begin;
  const auto put = [&](std::string_view bytes) {
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  put(prefix);
  put(length);
  at = std::to_chars(at, at + most_digits, body.size()).ptr;
  put(end);
  if (!body.empty()) put(body);
  out.commit(static_cast<std::size_t>(at - begin));
}

// RFC 9110 §15.2.1: to a request with `expect_continue` whose body is wanted.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

// RFC 9112 §7.1: "chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF". The three parts of a chunk, and the end of
// all.
void write_chunk_head(base::Buffer& out, std::uint64_t size);  // REQUIRES: size > 0, a chunk of none would end the body
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
// A whole chunk; nothing at all for no data.
void write_chunk(base::Buffer& out, std::string_view data);

}  // namespace folio::http
