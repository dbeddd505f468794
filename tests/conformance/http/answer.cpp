#include "conformance/http/answer.hpp"

#include <algorithm>
#include <regex>
#include <string_view>

namespace folio::conformance {

namespace {

bool have(Wire& wire, std::size_t count) {
  while (wire.input().size() < count) {
    if (!wire.receive()) return false;
  }
  return true;
}

// Up to the next CRLF, which is taken too.
bool take_line(Wire& wire, std::string& line) {
  std::size_t end;
  while ((end = wire.input().find("\r\n")) == std::string_view::npos) {
    if (!wire.receive()) return false;
  }
  line = wire.input().substr(0, end);
  wire.take(end + 2);
  return true;
}

bool clean(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

std::string read_head(Wire& wire, Answer& answer) {
  // RFC 9112 §4: "status-line = HTTP-version SP status-code SP [ reason-phrase ]". RFC 9110 §6.2: "A server SHOULD send
  // a response version equal to the highest version to which the server is conformant".
  static const std::regex status_line("HTTP/1\\.1 ([1-5][0-9][0-9]) [A-Za-z' -]*");
  static const std::regex field_line("([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?(.*)");
  std::string line;
  if (!take_line(wire, line)) {
    if (!wire.fault().empty()) return wire.fault();
    return wire.input().empty() ? "the connection ended" : "the connection ended inside a line";
  }
  std::smatch match;
  if (!std::regex_match(line, match, status_line)) return "a malformed status line: " + line;
  answer.status = std::stoi(match[1]);
  for (;;) {
    if (!take_line(wire, line)) return "the connection ended inside a head";
    if (line.empty()) return {};
    if (!clean(line) || !std::regex_match(line, match, field_line)) return "a malformed field line: " + line;
    std::string name = match[1];
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    answer.fields.emplace_back(std::move(name), match[2]);
  }
}

// What is wrong with the fields that describe the message itself.
std::string field_fault(const Answer& answer) {
  for (const char* single :
       {"content-length", "transfer-encoding", "date", "content-type", "connection", "allow", "upgrade"}) {
    if (answer.count(single) > 1) return std::string("two fields ") + single;
  }
  const bool length = answer.count("content-length") == 1;
  const bool coded = answer.count("transfer-encoding") == 1;
  if (answer.status < 200) {
    // RFC 9110 §8.6, RFC 9112 §6.1.
    return length || coded ? "an interim response with a length or a transfer coding" : "";
  }
  // RFC 9110 §6.6.1: "An origin server with a clock MUST generate a Date header field in all 2xx (Successful), 3xx
  // (Redirection), and 4xx (Client Error) responses".
  static const std::regex date(
      "(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20[0-9][0-9] "
      "[0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT");
  if (!std::regex_match(answer.field("date"), date)) return "no good Date field: " + answer.field("date");
  if (length && coded) return "Content-Length together with Transfer-Encoding";
  // RFC 9110 §8.6: "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx
  // (Informational) or 204 (No Content)." RFC 9112 §6.1 says it of Transfer-Encoding.
  if (answer.status == 204 && (length || coded)) return "a 204 with a length or a transfer coding";
  if (answer.status == 304 && coded) return "a 304 with a transfer coding";
  if (answer.status != 204 && answer.status != 304 && !length && !coded) return "a response without a length";
  if (length && (answer.field("content-length").empty() ||
                 answer.field("content-length").find_first_not_of("0123456789") != std::string::npos)) {
    return "a malformed Content-Length: " + answer.field("content-length");
  }
  if (coded && answer.field("transfer-encoding") != "chunked") return "a transfer coding that is not chunked";
  // RFC 9110 §15.5.6: "The origin server MUST generate an Allow header field in a 405 response".
  if (answer.status == 405 && answer.count("allow") == 0) return "a 405 without Allow";
  // RFC 9110 §15.5.22: "The server MUST send an Upgrade header field in a 426 response".
  if (answer.status == 426 && answer.count("upgrade") == 0) return "a 426 without Upgrade";
  return {};
}

std::string read_chunks(Wire& wire, std::string& body) {
  std::string line;
  for (;;) {
    if (!take_line(wire, line)) return "the connection ended inside a chunked body";
    if (line.empty() || line.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return "no chunk: " + line;
    const std::size_t size = std::stoul(line, nullptr, 16);
    if (size != 0) {
      if (!have(wire, size)) return "the connection ended inside a chunk";
      body += wire.input().substr(0, size);
      wire.take(size);
    }
    if (!take_line(wire, line)) return "the connection ended behind a chunk";
    if (!line.empty()) return "something behind a chunk: " + line;
    if (size == 0) return {};
  }
}

std::string read_answer(Wire& wire, bool to_head, Answer& answer) {
  if (std::string fault = read_head(wire, answer); !fault.empty()) return fault;
  if (std::string fault = field_fault(answer); !fault.empty()) return fault;
  // RFC 9112 §6.3: what answers HEAD, and 1xx, 204 and 304, ends with its head.
  if (to_head || answer.status < 200 || answer.status == 204 || answer.status == 304) return {};
  if (answer.count("transfer-encoding") == 1) return read_chunks(wire, answer.body);
  const std::size_t size = std::stoul(answer.field("content-length"));
  if (!have(wire, size)) return "the connection ended inside a body";
  answer.body = wire.input().substr(0, size);
  wire.take(size);
  // RFC 9110 §15.3.6: "a server MUST NOT generate content in a 205 response".
  if (answer.status == 205 && size != 0) return "a 205 with content";
  return {};
}

}  // namespace

std::size_t Answer::count(const std::string& name) const {
  return static_cast<std::size_t>(std::ranges::count(fields, name, [](const auto& field) { return field.first; }));
}

std::string Answer::field(const std::string& name) const {
  const auto found = std::ranges::find(fields, name, [](const auto& field) { return field.first; });
  return found == fields.end() ? "" : found->second;
}

bool Answer::says_close() const {
  return field("connection").starts_with("close");
}

Answer receive_answer(Wire& wire, bool to_head) {
  Answer answer;
  answer.fault = read_answer(wire, to_head, answer);
  return answer;
}

}  // namespace folio::conformance
