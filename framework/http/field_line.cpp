#include "http/field_line.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr ParseError bare_lf{400, "A line of the head ends in LF alone; lines must end in CRLF."};
constexpr ParseError stray_cr{400, "A header value holds a CR."};
constexpr ParseError folded_line{400, "A header is folded over two lines; write it on one."};
constexpr ParseError bad_name{400, "A header line must begin with a name, followed at once by a colon."};

// The first control byte from `at` on, a tab included, or `end`.
const char* find_control(const char* at, const char* end) {
  if constexpr (std::endian::native == std::endian::little) {
    for (std::uint64_t word; end - at >= 8; at += 8) {
      std::memcpy(&word, at, 8);
      const std::uint64_t marks = base::mark_controls(word);
      if (marks != 0) return at + (std::countr_zero(marks) >> 3);
    }
  }
  while (at != end && static_cast<unsigned char>(*at) >= 0x20 && *at != 0x7f) ++at;
  return at;
}

// The usual line, in one pass: a token, a colon, a value without control bytes, CRLF. False for any other, which
// read_line then looks at more closely.
bool read_usual_line(std::string_view block, std::size_t& begin, std::size_t limit, Field& field) {
  const char* const end = block.data() + limit;
  const char* const name = block.data() + begin;
  const char* colon = name;
  while (colon != end && base::is_token_char(*colon)) ++colon;
  if (colon == name || colon == end || *colon != ':') return false;
  const char* value = colon + 1;
  while (value != end && *value == ' ') ++value;
  const char* const line_end = find_control(value, end);
  if (end - line_end < 2 || line_end[0] != '\r' || line_end[1] != '\n') return false;
  const char* value_end = line_end;
  while (value_end != value && value_end[-1] == ' ') --value_end;
  field = {{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(colon - name)},
           {static_cast<std::uint32_t>(value - block.data()), static_cast<std::uint32_t>(value_end - value)}};
  begin = static_cast<std::size_t>(line_end + 2 - block.data());
  return true;
}

// REQUIRES: begin < end.
FieldLine read_line(std::string_view block, std::size_t& begin, std::size_t end, Field& field, ParseError& error) {
  const auto fault = [&](const ParseError& what) {
    error = what;
    return FieldLine::Faulty;
  };
  const void* found = std::memchr(block.data() + begin, '\n', end - begin);
  if (found == nullptr) return fault(bare_lf);
  const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - block.data());
  // RFC 9112 §2.2 lets a recipient take LF alone as a line's end; parsers in front of us may not, and a difference is
  // what request smuggling is made of.
  if (feed == begin || block[feed - 1] != '\r') return fault(bare_lf);
  const std::string_view line = block.substr(begin, feed - 1 - begin);
  // The empty line is the last one.
  if (line.empty()) return fault(bare_lf);
  // RFC 9112 §5.2: "A server that receives an obs-fold in a request message … MUST either reject the message by
  // sending a 400 (Bad Request) … or replace each received obs-fold".
  if (base::is_ows(line.front())) return fault(folded_line);
  const std::size_t colon = line.find(':');
  // RFC 9112 §5.1: "No whitespace is allowed between the field name and colon."
  if (colon == std::string_view::npos || !base::is_token(line.substr(0, colon))) return fault(bad_name);
  const std::string_view value = base::trim_ows(line.substr(colon + 1));
  if (value.find('\r') != std::string_view::npos) return fault(stray_cr);
  field = {{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(colon)},
           {static_cast<std::uint32_t>(value.data() - block.data()), static_cast<std::uint32_t>(value.size())}};
  begin = feed + 1;
  return FieldLine::Field;
}

}  // namespace

FieldLine next_field_line(std::string_view block, std::size_t& begin, std::size_t end, Field& field,
                          ParseError& error) {
  if (begin >= end) {
    error = bare_lf;
    return FieldLine::Faulty;
  }
  if (read_usual_line(block, begin, end, field)) return FieldLine::Field;
  if (end - begin == 2 && block[begin] == '\r' && block[begin + 1] == '\n') {
    begin = end;
    return FieldLine::Last;
  }
  return read_line(block, begin, end, field, error);
}

}  // namespace folio::http
