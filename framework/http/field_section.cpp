#include "http/field_section.hpp"

#include <cstdint>
#include <limits>

#include "base/ascii.hpp"
#include "http/authority.hpp"
#include "http/field_line.hpp"

namespace folio::http {
namespace {

constexpr ParseError too_many_fields{431, "The request has more header fields than this server reads."};
constexpr ParseError host_missing{400, "An HTTP/1.1 request must have a Host header."};
constexpr ParseError host_twice{400, "The request has more than one Host header."};
constexpr ParseError host_form{400, "The Host header must be a host name or address, with a port or without."};
constexpr ParseError length_twice{400, "The request has more than one Content-Length header."};
constexpr ParseError length_form{400, "The Content-Length header must be one decimal number below 2^64."};
constexpr ParseError length_and_coding{400, "Content-Length and Transfer-Encoding exclude each other."};
constexpr ParseError coding{400, "Transfer-Encoding must be chunked, once, and nothing else."};
constexpr ParseError coding_version{400, "Transfer-Encoding needs HTTP/1.1."};
constexpr ParseError expectation{417, "The only expectation that this server meets is 100-continue."};
constexpr ParseError body_too_large{413, "The body is larger than this server accepts."};

// What the field lines said, until it is known that they agree.
struct Seen {
  bool host = false;
  bool length = false;
  bool coding = false;
  bool close = false;
  bool keep_alive = false;
  bool connection_upgrade = false;
  bool upgrade = false;
  bool expect_continue = false;
  bool expect_other = false;
};

// RFC 9110 §8.6: "Content-Length = 1*DIGIT". A list of equal numbers, which the RFC lets us take, is refused.
bool parse_length(std::string_view text, std::uint64_t& length) {
  if (text.empty()) return false;
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  length = 0;
  for (char c : text) {
    if (!base::is_digit(c)) return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (most - digit) / 10) return false;
    length = length * 10 + digit;
  }
  return true;
}

ParseError note_host(const Field& field, std::string_view value, Seen& seen, RequestHead& head) {
  // RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message that
  // lacks a Host header field and to any request message that contains more than one Host header field line or a Host
  // header field with an invalid field value."
  if (seen.host) return host_twice;
  if (!is_authority(value)) return host_form;
  seen.host = true;
  if (head.target_form != TargetForm::Absolute) head.host = field.value;
  return {};
}

void note_connection(std::string_view value, Seen& seen) {
  base::for_each_list_member(value, [&](std::string_view option) {
    if (base::iequals(option, "close")) seen.close = true;
    if (base::iequals(option, "keep-alive")) seen.keep_alive = true;
    if (base::iequals(option, "upgrade")) seen.connection_upgrade = true;
  });
}

// RFC 9110 §10.1.1: "Expect = #expectation"
void note_expect(std::string_view value, Seen& seen) {
  base::for_each_list_member(value, [&](std::string_view member) {
    (base::iequals(member, "100-continue") ? seen.expect_continue : seen.expect_other) = true;
  });
}

// The fields that the server itself obeys, told apart by length first: most lines are none of them.
ParseError note(const Field& field, std::string_view block, Seen& seen, RequestHead& head) {
  const std::string_view name = field.name.in(block);
  const std::string_view value = field.value.in(block);
  switch (name.size()) {
    case 4:
      if (base::token_is(name, "host")) return note_host(field, value, seen, head);
      break;
    case 6:
      if (base::token_is(name, "expect")) note_expect(value, seen);
      break;
    case 7:
      if (base::token_is(name, "upgrade") && !value.empty()) {
        if (!seen.upgrade) head.upgrade_protocols = field.value;
        seen.upgrade = true;
      }
      break;
    case 10:
      if (base::token_is(name, "connection")) note_connection(value, seen);
      break;
    case 14:
      if (base::token_is(name, "content-length")) {
        if (seen.length) return length_twice;
        if (!parse_length(value, head.content_length)) return length_form;
        seen.length = true;
      }
      break;
    case 17:
      if (base::token_is(name, "transfer-encoding")) {
        // RFC 9112 §7: codings other than chunked are optional, and a server that cannot decode one SHOULD answer 501;
        // 400 says as well that the message is refused, and is what is expected of faulty framing.
        if (seen.coding || !base::iequals(value, "chunked")) return coding;
        seen.coding = true;
      }
      break;
    default:
      break;
  }
  return {};
}

ParseError conclude(const Seen& seen, const Limits& limits, RequestHead& head) {
  const bool http_1_1 = head.minor_version == 1;
  if (!seen.host && http_1_1) return host_missing;
  // RFC 9112 §6.1: "A server MAY reject a request that contains both Content-Length and Transfer-Encoding".
  if (seen.coding && seen.length) return length_and_coding;
  // RFC 9112 §6.1: "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field
  // MUST treat the message as if the framing is faulty".
  if (seen.coding && !http_1_1) return coding_version;
  // RFC 9110 §10.1.1: "A server that receives an Expect field value containing a member other than 100-continue MAY
  // respond with a 417 (Expectation Failed) status code to indicate that the unexpected expectation cannot be met."
  if (seen.expect_other) return expectation;
  if (seen.coding) {
    head.framing = Framing::Chunked;
  } else if (seen.length && head.content_length > 0) {
    if (head.content_length > limits.max_body) return body_too_large;
    head.framing = Framing::Length;
  }
  // RFC 9112 §9.3: close beats all; otherwise 1.1 persists by itself and 1.0 when it asks for it.
  head.keep_alive = !seen.close && (http_1_1 || seen.keep_alive);
  // RFC 9110 §7.8: "A server MUST ignore an Upgrade header field that is received in an HTTP/1.0 request"; §10.1.1 says
  // the same of 100-continue.
  head.upgrade = http_1_1 && seen.upgrade && seen.connection_upgrade;
  head.expect_continue = http_1_1 && seen.expect_continue && head.framing != Framing::None;
  return {};
}

}  // namespace

ParseError read_fields(std::string_view block, std::size_t begin, std::size_t end, const Limits& limits,
                       RequestHead& head) {
  Seen seen;
  for (;;) {
    Field field;
    ParseError error;
    switch (next_field_line(block, begin, end, field, error)) {
      case FieldLine::Faulty:
        return error;
      case FieldLine::Last:
        return conclude(seen, limits, head);
      case FieldLine::Field:
        break;
    }
    if (head.fields.size() == limits.max_fields) return too_many_fields;
    head.fields.push_back(field);
    error = note(field, block, seen, head);
    if (error.status != 0) return error;
  }
}

}  // namespace folio::http
