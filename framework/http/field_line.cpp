#include "http/field_line.hpp"

#include <cstdint>
#include <cstring>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr ParseError bare_lf{400, "A line of the head ends in LF alone; lines must end in CRLF."};
constexpr ParseError stray_cr{400, "A header value holds a CR."};
constexpr ParseError folded_line{400, "A header is folded over two lines; write it on one."};
constexpr ParseError bad_name{400, "A header line must begin with a name, followed at once by a colon."};

FieldLine fault(const ParseError& error) {
  return {.field = {}, .last = false, .error = error};
}

}  // namespace

FieldLine next_field_line(std::string_view block, std::size_t& begin, std::size_t end) {
  if (begin >= end) return fault(bare_lf);
  const void* found = std::memchr(block.data() + begin, '\n', end - begin);
  if (found == nullptr) return fault(bare_lf);
  const auto feed = static_cast<std::size_t>(static_cast<const char*>(found) - block.data());
  // RFC 9112 §2.2 lets a recipient take LF alone as a line's end; parsers in front of us may not, and a difference is
  // what request smuggling is made of.
  if (feed == begin || block[feed - 1] != '\r') return fault(bare_lf);
  const std::string_view line = block.substr(begin, feed - 1 - begin);
  if (line.empty()) {
    // The empty line is the last one.
    if (feed + 1 != end) return fault(bare_lf);
    begin = end;
    return {.field = {}, .last = true, .error = {}};
  }
  // RFC 9112 §5.2: "A server that receives an obs-fold in a request message … MUST either reject the message by
  // sending a 400 (Bad Request) … or replace each received obs-fold".
  if (base::is_ows(line.front())) return fault(folded_line);
  const std::size_t colon = line.find(':');
  // RFC 9112 §5.1: "No whitespace is allowed between the field name and colon."
  if (colon == std::string_view::npos || !base::is_token(line.substr(0, colon))) return fault(bad_name);
  const std::string_view value = base::trim_ows(line.substr(colon + 1));
  if (value.find('\r') != std::string_view::npos) return fault(stray_cr);
  const Field field{
      {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(colon)},
      {static_cast<std::uint32_t>(value.data() - block.data()), static_cast<std::uint32_t>(value.size())}};
  begin = feed + 1;
  return {.field = field, .last = false, .error = {}};
}

}  // namespace folio::http
