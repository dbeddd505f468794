#include "http/request_line.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "http/authority.hpp"

namespace folio::http {
namespace {

// Longer than any registered method; it keeps garbage from being looked at for long.
constexpr std::size_t max_method = 32;

// RFC 9110 §9.1 makes a method any token, and every registered one is of upper-case letters and hyphens. Other tokens
// are answered as malformed, so that the first byte of a TLS hello or of a stray response already decides.
constexpr auto method_bytes = base::ByteSet("-_").add_range('A', 'Z').add_range('0', '9');

// RFC 3986 §3.3, §3.4: what path and query may hold, `%` of an escape included. `[` and `]` are reserved there and yet
// sent as they are by every browser; they are harmless. `"<>\^`{|}` and `#` have no place in a target.
constexpr auto target_bytes = base::ByteSet("-._~!$&'()*+,;=:@/?%[]").add_alnum();
constexpr auto unescaped_bytes = base::ByteSet("-._~!$&'()*+,;=:@/?[]").add_alnum();

constexpr ParseError method_error{400,
                                  "The request line does not begin with a method in capital letters; if this "
                                  "was meant as HTTPS, the port speaks plain HTTP."};
constexpr ParseError empty_target{400, "The request target is missing; one space stands between method and target."};
constexpr ParseError target_byte{400, "The request target holds a byte that must be percent-encoded."};
constexpr ParseError target_escape{400, "The request target holds a % that two hexadecimal digits do not follow."};
constexpr ParseError target_length{414, "The request target is longer than this server reads."};
constexpr ParseError version_missing{400, "The request line has no version; it must end in HTTP/1.1."};
constexpr ParseError version_form{400, "The request line must end in one space and HTTP/1.1."};
constexpr ParseError version_other{505, "This server speaks HTTP/1.1 and HTTP/1.0 on this port."};
constexpr ParseError line_end{400, "The request line must end in CRLF right after the version."};
constexpr ParseError target_form{400,
                                 "The request target must be a path that begins with /, a whole http:// URL, or * "
                                 "with OPTIONS."};
constexpr ParseError target_authority{400,
                                      "The host of the request target is empty, malformed, or carries user "
                                      "information."};
constexpr ParseError connect_method{501, "This server is no proxy: CONNECT is not implemented."};

RequestLine faulty(RequestLine line, const ParseError& error) {
  line.state = RequestLine::State::Faulty;
  line.error = error;
  return line;
}

// RFC 9112 §2.3: "HTTP-version = HTTP-name "/" DIGIT "." DIGIT", and the line's end.
RequestLine scan_version(std::string_view bytes, std::size_t begin, RequestLine line) {
  constexpr std::string_view name = "HTTP/";
  constexpr std::size_t major = 5;
  constexpr std::size_t minor = 7;
  line.state = RequestLine::State::InVersion;
  const std::string_view version = bytes.substr(begin);
  if (constexpr std::string_view usual = "HTTP/1.1\r\n"; version.starts_with(usual)) {
    line.state = RequestLine::State::Complete;
    line.minor_version = 1;
    line.size = static_cast<std::uint32_t>(begin + usual.size());
    return line;
  }
  for (std::size_t i = 0; i < version.size(); ++i) {
    const char c = version[i];
    if (i < name.size()) {
      if (c != name[i]) return faulty(line, version_form);
    } else if (i == major || i == minor) {
      if (!base::is_digit(c)) return faulty(line, version_form);
    } else if (i == major + 1) {
      if (c != '.') return faulty(line, version_form);
    } else if (i == minor + 1) {
      if (c != '\r') return faulty(line, base::is_digit(c) || base::is_ows(c) ? version_form : line_end);
    } else {
      if (c != '\n') return faulty(line, line_end);
      if (version[major] != '1' || version[minor] > '1') return faulty(line, version_other);
      line.state = RequestLine::State::Complete;
      line.minor_version = static_cast<std::uint8_t>(version[minor] - '0');
      line.size = static_cast<std::uint32_t>(begin + i + 1);
      return line;
    }
  }
  return line;
}

}  // namespace

RequestLine scan_request_line(std::string_view bytes, std::size_t max_target) {
  RequestLine line;
  std::size_t i = 0;
  for (;; ++i) {
    if (i == bytes.size()) return line;
    if (bytes[i] == ' ') break;
    if (i == max_method || !method_bytes.contains(bytes[i])) return faulty(line, method_error);
  }
  if (i == 0) return faulty(line, method_error);

  const std::size_t begin = ++i;
  line.state = RequestLine::State::InTarget;
  line.target_begin = static_cast<std::uint32_t>(begin);
  const std::size_t limit = begin + std::min(bytes.size() - begin, max_target);
  std::size_t escape = 0;  // hexadecimal digits still to come
  for (;; ++i) {
    while (escape == 0 && i < limit && unescaped_bytes.contains(bytes[i])) ++i;
    if (i == bytes.size()) return line;
    const char c = bytes[i];
    if (escape != 0) {
      if (!base::is_hex(c)) return faulty(line, target_escape);
      --escape;
    } else if (c == '%') {
      escape = 2;
    } else if (c == ' ') {
      break;
    } else if (!target_bytes.contains(c)) {
      return faulty(line, c == '\r' || c == '\n' ? version_missing : target_byte);
    }
    if (i - begin == max_target) return faulty(line, target_length);
  }
  // RFC 9112 §3: "request-line = method SP request-target SP HTTP-version"; one space, though §3 would let us take
  // more.
  if (i == begin) return faulty(line, empty_target);
  line.target_length = static_cast<std::uint32_t>(i - begin);
  return scan_version(bytes, i + 1, line);
}

ParseError split_target(std::string_view block, RequestHead& head) {
  // RFC 9112 §3.2.3: authority-form is only for CONNECT, and CONNECT only for proxies.
  if (head.method == Method::Connect) return connect_method;
  const std::string_view target = head.target.in(block);
  std::size_t path_begin = 0;
  if (target.front() == '/') {
    head.target_form = TargetForm::Origin;
  } else if (target == "*") {
    // RFC 9112 §3.2.4: "The asterisk-form of request-target is only used for a server-wide OPTIONS request".
    if (head.method != Method::Options) return target_form;
    head.target_form = TargetForm::Asterisk;
    head.path = head.target;
    return {};
  } else {
    // RFC 9112 §3.2.2: "a server MUST accept the absolute-form in requests".
    std::size_t begin = 0;
    if (base::istarts_with(target, "http://")) begin = 7;
    if (base::istarts_with(target, "https://")) begin = 8;
    if (begin == 0) return target_form;
    path_begin = target.find_first_of("/?", begin);
    if (path_begin == std::string_view::npos) path_begin = target.size();
    // RFC 9110 §4.2.4: userinfo is to be treated "as an error"; §4.2.1: an empty host "MUST reject it as invalid".
    if (!is_authority(target.substr(begin, path_begin - begin))) return target_authority;
    head.target_form = TargetForm::Absolute;
    head.host = {head.target.offset + static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(path_begin - begin)};
  }
  const auto at = static_cast<std::uint32_t>(path_begin);
  const std::size_t mark = target.find('?', path_begin);
  const auto path_end = static_cast<std::uint32_t>(mark == std::string_view::npos ? target.size() : mark);
  head.path = {head.target.offset + at, path_end - at};
  if (mark != std::string_view::npos) {
    head.has_query = true;
    head.query = {head.target.offset + path_end + 1, head.target.length - path_end - 1};
  }
  return {};
}

}  // namespace folio::http
