#include "http/response_writer.hpp"

#include <charconv>
#include <cstring>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr std::size_t most_digits = 20;  // of 2^64 - 1
// What the writer adds by itself, but for the date and the type.
constexpr std::size_t own_bytes = prefix_overhead + 128;
// What finish() adds, of these.
constexpr std::size_t tail_bytes = 64;

}  // namespace

// REQUIRES, for both: there is room.
inline void ResponseHeadWriter::put(std::string_view bytes) {
  std::memcpy(at_, bytes.data(), bytes.size());
  at_ += bytes.size();
}

inline void ResponseHeadWriter::put_line(std::string_view label, std::string_view value) {
  put(label);
  if (!value.empty()) put(value);
  put("\r\n");
}

ResponseHeadWriter::ResponseHeadWriter(base::Buffer& out, const ResponseHead& head, std::size_t field_bytes)
    : out_(out),
      status_(static_cast<std::uint16_t>(head.status < 100 || head.status > 999 ? 500 : head.status)),
      minor_version_(head.minor_version),
      has_date_(true),
      has_content_type_(true) {
  const std::string_view known =
      head.prefixes != nullptr ? head.prefixes->of(status_, head.content_type) : std::string_view();
  room_ = own_bytes + field_bytes + (known.empty() ? head.date.size() + head.content_type.size() : known.size());
  begin_ = at_ = out_.prepare(room_);
  if (known.empty()) {
    const PrefixWritten prefix = write_head_prefix(at_, status_, head.date, head.content_type);
    at_ = prefix.end;
    has_date_ = prefix.has_date;
    has_content_type_ = prefix.has_content_type;
    if (!has_content_type_ && !head.content_type.empty()) ++written_.dropped;
  } else {
    put(known);
  }

  const bool has_body = status_has_body(status_);
  written_.send_body = has_body && !head.head_request;
  written_.keep_alive = head.keep_alive;
  // RFC 9110 §8.6: "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx
  // (Informational) or 204 (No Content)"; on 304 it would have to be that of the 200, which nobody knows here.
  if (status_ == 205) {
    put("Content-Length: 0\r\n");
  } else if (has_body && head.body == ResponseHead::Body::Length) {
    put("Content-Length: ");
    at_ = std::to_chars(at_, at_ + most_digits, head.content_length).ptr;
    put("\r\n");
  } else if (has_body && minor_version_ != 0) {
    // RFC 9112 §6.1: "A server MUST NOT send a response containing Transfer-Encoding unless the corresponding request
    // indicates HTTP/1.1 (or later minor revisions)."
    written_.chunked = written_.send_body;
    put("Transfer-Encoding: chunked\r\n");
  } else if (has_body) {
    // RFC 9112 §6.3: without either field the body lasts "until the server closes the connection".
    written_.keep_alive = written_.keep_alive && head.head_request;
  }
}

void ResponseHeadWriter::make_room(std::size_t bytes) {
  const auto used = static_cast<std::size_t>(at_ - begin_);
  if (room_ - used >= bytes + tail_bytes) return;
  out_.commit(used);
  room_ = bytes + own_bytes;
  begin_ = at_ = out_.prepare(room_);
}

bool ResponseHeadWriter::field(std::string_view name, std::string_view value) {
  bool owned = false;
  bool connection = false;
  switch (name.size()) {
    case 4:
      owned = has_date_ && base::iequals(name, "date");
      break;
    case 10:
      connection = base::iequals(name, "connection");
      break;
    case 12:
      owned = has_content_type_ && base::iequals(name, "content-type");
      break;
    case 14:
      owned = base::iequals(name, "content-length");
      break;
    case 17:
      owned = base::iequals(name, "transfer-encoding");
      break;
    default:
      break;
  }
  bool kept = !owned && base::is_token(name) && base::is_field_value(value);
  if (kept && connection) {
    kept = take_connection(value);
  } else if (kept) {
    make_room(name.size() + value.size() + field_overhead);
    put(name);
    put_line(": ", value);
  }
  if (!kept) ++written_.dropped;
  return kept;
}

bool ResponseHeadWriter::take_connection(std::string_view value) {
  bool taken_all = true;
  base::for_each_list_member(value, [&](std::string_view option) {
    if (base::iequals(option, "close")) {
      close_ = true;
    } else if (base::iequals(option, "upgrade")) {
      upgrade_ = true;
    } else {
      taken_all = false;
    }
  });
  return taken_all;
}

std::string_view ResponseHeadWriter::connection_line() const {
  // RFC 9110 §7.8: "A sender of Upgrade MUST also send an "Upgrade" connection option in the Connection header field".
  if (status_ < 200) return upgrade_ ? "Connection: Upgrade\r\n" : "";
  if (!written_.keep_alive) return upgrade_ ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n";
  if (minor_version_ == 0) return "Connection: keep-alive\r\n";
  return upgrade_ ? "Connection: Upgrade\r\n" : "";
}

HeadWritten ResponseHeadWriter::finish() {
  if (close_) written_.keep_alive = false;
  put(connection_line());
  put("\r\n");
  out_.commit(static_cast<std::size_t>(at_ - begin_));
  return written_;
}

HeadWritten write_response_head(base::Buffer& out, const ResponseHead& head) {
  return ResponseHeadWriter(out, head).finish();
}

void write_chunk_head(base::Buffer& out, std::uint64_t size) {
  constexpr std::size_t most = 16 + 2;
  char* begin = out.prepare(most);
  char* end = std::to_chars(begin, begin + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.commit(static_cast<std::size_t>(end - begin));
}

void write_chunk(base::Buffer& out, std::string_view data) {
  if (data.empty()) return;
  (void)out.prepare(data.size() + 16 + 4);
  write_chunk_head(out, data.size());
  out.append(data);
  out.append(chunk_end);
}

}  // namespace folio::http
