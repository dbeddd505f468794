#include "http/response_framing.hpp"

#include <cstddef>
#include <optional>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

// RFC 9110 §8.6: "Content-Length = 1*DIGIT", of a number that fits.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : text) {
    if (!base::is_digit(c)) return std::nullopt;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return length;
}

// RFC 9112 §9.3: "If the "close" connection option is present, the connection will not persist … If the received
// protocol is HTTP/1.1 (or later), the connection will persist", and of HTTP/1.0 with "keep-alive".
bool persists(const AnswerHead& head, std::string_view block) {
  bool close = false;
  bool keep_alive = false;
  for (std::size_t i = 0; const Field* field = head.find(block, "Connection", i); ++i) {
    close = close || base::list_has_token(field->value.in(block), "close");
    keep_alive = keep_alive || base::list_has_token(field->value.in(block), "keep-alive");
  }
  return !close && (head.minor_version >= 1 || keep_alive);
}

}  // namespace

std::variant<ResponseFraming, std::string_view> response_framing(const AnswerHead& head, std::string_view block,
                                                                 std::string_view method) {
  ResponseFraming result;
  result.keep_alive = persists(head, block);
  // RFC 9112 §6.3: "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No Content), or
  // 304 (Not Modified) status code is always terminated by the first empty line after the header fields".
  if (method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) return result;

  const Field* coding = head.find(block, "Transfer-Encoding");
  const Field* length = head.find(block, "Content-Length");
  if (coding != nullptr) {
    // RFC 9112 §6.3: "If a message is received with both a Transfer-Encoding and a Content-Length header field … Such a
    // message might indicate an attempt to perform request smuggling or response splitting and ought to be handled as
    // an error." §6.1 on HTTP/1.0: "MUST treat the message as if the framing is faulty".
    if (length != nullptr) return "the answer has both a Transfer-Encoding and a Content-Length";
    if (head.minor_version == 0) return "the answer has a Transfer-Encoding on HTTP/1.0";
    if (head.find(block, "Transfer-Encoding", 1) != nullptr || !base::iequals(coding->value.in(block), "chunked")) {
      return "the answer has a Transfer-Encoding that was not asked for";
    }
    result.framing = Framing::Chunked;
    return result;
  }
  if (length == nullptr) {
    result.until_close = true;
    result.keep_alive = false;
    return result;
  }
  std::optional<std::uint64_t> agreed;
  bool faulty = false;
  for (std::size_t i = 0; const Field* field = head.find(block, "Content-Length", i); ++i) {
    // RFC 9112 §6.3: "unless the field value can be successfully parsed as a comma-separated list (Section 5.6.1 of
    // [HTTP]), all values in the list are valid, and all values in the list are the same".
    std::size_t members = 0;
    base::for_each_list_member(field->value.in(block), [&](std::string_view member) {
      const auto one = parse_length(member);
      faulty = faulty || !one || (agreed && agreed != one);
      agreed = one;
      ++members;
    });
    faulty = faulty || members == 0;
  }
  if (faulty || !agreed) return "the answer's Content-Length is malformed";
  result.framing = Framing::Length;
  result.content_length = *agreed;
  return result;
}

}  // namespace folio::http
