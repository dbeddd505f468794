#include "http/request_parser.hpp"

#include <llhttp.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/same_bytes.hpp"
#include "http/field_section.hpp"
#include "http/request_line.hpp"

#if LLHTTP_VERSION_MAJOR < 9 && !LLHTTP_STRICT_MODE
#error "llhttp 8 is only strict when every file that sees its header is compiled with LLHTTP_STRICT_MODE=1"
#endif

namespace folio::http {
namespace {

constexpr std::size_t most_head = std::size_t{1} << 30;

constexpr ParseError empty_lines{
    400, "A request begins with its request line; one empty line before it is let pass, and no more."};
constexpr ParseError line_form{400, "The request line must have the form: METHOD /path HTTP/1.1"};
constexpr ParseError unknown_method{501, "This server does not know the request method."};
constexpr ParseError target_too_long{414, "The request target is longer than this server reads."};
constexpr ParseError head_too_large{431, "The head of the request is larger than this server reads."};
constexpr ParseError disagreement{400, "The framing of the request is ambiguous."};

// Stops llhttp behind the empty line; what follows is not its business. Its own verdict on the transfer coding would
// come after this callback, and is not needed: field_section.cpp takes `chunked` and nothing else.
int on_headers_complete(llhttp_t*) {
  return HPE_PAUSED;
}

const llhttp_settings_t& engine_settings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_headers_complete = on_headers_complete;
    return made;
  }();
  return settings;
}

llhttp_t* engine(unsigned char* storage) {
  return std::launder(reinterpret_cast<llhttp_t*>(storage));
}

// What llhttp refuses among the field lines.
ParseError field_error(int code) {
  switch (code) {
    case HPE_INVALID_HEADER_TOKEN:
    case HPE_UNEXPECTED_SPACE:
      return {400,
              "A header must stand on a line of its own as name: value, not folded, without control characters, and "
              "without white space before the name or the colon."};
    case HPE_INVALID_CONTENT_LENGTH:
      return {400, "The Content-Length header must be one decimal number below 2^64."};
    case HPE_UNEXPECTED_CONTENT_LENGTH:
      return {400, "Content-Length must come once, and never together with Transfer-Encoding."};
    case HPE_INVALID_TRANSFER_ENCODING:
      return {400, "Transfer-Encoding must be chunked, once, and nothing else."};
    case HPE_LF_EXPECTED:
    case HPE_CR_EXPECTED:
    case HPE_STRICT:
      return {400, "A line of the head does not end in CRLF."};
    default:
      return {400, "The head of the request is malformed."};
  }
}

}  // namespace

RequestParser::RequestParser(const Limits& limits) : limits_(limits), max_body_(limits.max_body) {
  static_assert(sizeof(llhttp_t) <= engine_size && alignof(llhttp_t) <= 8);
  limits_.max_head = std::min(limits_.max_head, most_head);
  ::new (static_cast<void*>(engine_)) llhttp_t;
  llhttp_init(engine(engine_), HTTP_REQUEST, &engine_settings());
}

void RequestParser::reset() {
  if (engine_fed_) llhttp_reset(engine(engine_));
  state_ = State::NeedMore;
  started_ = line_done_ = engine_fed_ = engine_failed_ = false;
  start_ = seen_ = failed_at_ = line_end_ = head_size_ = 0;
  limits_.max_body = max_body_;
  if (repeated_.empty()) head_.reset();
  body_.start(Framing::None, 0);
}

void RequestParser::shrink() {
  repeated_line_.release();
  repeated_.release();
  head_.fields.shrink();
}

RequestParser::State RequestParser::fail(const ParseError& error) {
  error_ = error;
  return state_ = State::Error;
}

bool RequestParser::message_complete() const {
  return state_ == State::MessageComplete || (state_ == State::HeadComplete && head_.framing == Framing::None);
}

bool RequestParser::at_message_boundary() const {
  return message_complete() || (state_ == State::NeedMore && !started_ && start_ == seen_);
}

RequestParser::State RequestParser::parse_head(std::string_view block) {
  if (state_ != State::NeedMore) return state_;
  if (!started_ && !skip_empty_line(block)) return state_;
  if (!repeated_.empty()) {
    if (take_repeated(block)) {
      body_.start(head_.framing, head_.content_length);
      return state_ = State::HeadComplete;
    }
    repeated_.clear();
    head_.reset();
  }

  const std::size_t limit = std::min(block.size(), limits_.max_head);
  const std::size_t unread = seen_;
  const std::size_t end = feed(block, limit);
  if (!line_done_) {
    const bool decide = end != 0 || engine_failed_ || limit - start_ > limits_.max_target ||
                        std::memchr(block.data() + unread, '\n', limit - unread) != nullptr;
    if (decide && !check_line(block, limit)) return state_;
  }
  if (line_done_) {
    if (engine_failed_) return fail(field_error(engine_error_));
    if (end != 0) return finish_head(block, end);
  }
  // Nothing of a complete head is missing here, so another byte would be one too many.
  if (limit == limits_.max_head) return fail(line_done_ ? head_too_large : target_too_long);
  return state_;
}

// RFC 9112 §2.2: "a server that is expecting to receive and parse a request-line SHOULD ignore at least one empty line
// (CRLF) received prior to the request-line." One it is: false while the request line has not begun.
bool RequestParser::skip_empty_line(std::string_view block) {
  if (!block.empty() && block.front() > '\r') [[likely]] return started_ = true;
  start_ = 0;
  if (block.starts_with("\r\n")) {
    start_ = 2;
  } else if (block == "\r") {
    seen_ = 1;
    return false;
  }
  seen_ = start_;
  if (block.size() == start_) return false;
  if (block[start_] == '\r' || block[start_] == '\n') {
    fail(empty_lines);
    return false;
  }
  started_ = true;
  return true;
}

// Gives llhttp the bytes up to `limit` that it has not seen. One past the empty line when that is among them, else 0.
std::size_t RequestParser::feed(std::string_view block, std::size_t limit) {
  const std::size_t from = seen_;
  seen_ = limit;
  if (engine_failed_ || from >= limit) return 0;
  engine_fed_ = true;
  const int code = llhttp_execute(engine(engine_), block.data() + from, limit - from);
  if (code == HPE_OK) return 0;
  const auto at = static_cast<std::size_t>(llhttp_get_error_pos(engine(engine_)) - block.data());
  if (code == HPE_PAUSED) return at;
  engine_failed_ = true;
  engine_error_ = code;
  failed_at_ = at;
  return 0;
}

// The request line as far as it is there; true when the parse may go on. The order of the questions makes the answer
// that of the first byte that decides.
bool RequestParser::check_line(std::string_view block, std::size_t limit) {
  const std::string_view bytes = block.substr(start_, limit - start_);
  if (engine_failed_) {
    // What stands before the byte that llhttp names was read by it, however the bytes came; that byte itself perhaps
    // not.
    const RequestLine before = scan_request_line(bytes.substr(0, failed_at_ - start_), limits_.max_target);
    if (before.state == RequestLine::State::Faulty) return fail(before.error), false;
    // llhttp knows all forms of targets that we know, so what it refuses inside of one is wrong.
    if (before.state == RequestLine::State::InTarget) return fail(line_form), false;
  }
  // A method that llhttp does not know ends its work at once, and yet may stand in a request line without fault:
  // RFC 9110 §15.6.2: 501 "is the appropriate response when the server does not recognize the request method". A
  // version is only known to be another one when it is complete.
  const RequestLine line = scan_request_line(bytes, limits_.max_target);
  switch (line.state) {
    case RequestLine::State::Complete:
      return accept_line(block, line.size, line.minor_version, line.target_begin, line.target_length);
    case RequestLine::State::Faulty:
      return fail(line.error), false;
    default:
      return true;
  }
}

bool RequestParser::accept_line(std::string_view block, std::uint32_t size, std::uint8_t minor_version,
                                std::uint32_t target_begin, std::uint32_t target_length) {
  const auto start = static_cast<std::uint32_t>(start_);
  line_end_ = start_ + size;
  head_.method_text = {start, target_begin - 1};
  head_.method = method_of(head_.method_text.in(block));
  if (engine_failed_ && failed_at_ < line_end_) {
    fail(head_.method == Method::Other ? unknown_method : line_form);
    return false;
  }
  head_.minor_version = minor_version;
  head_.target = {start + target_begin, target_length};
  if (const ParseError error = split_target(block, head_); error.status != 0) return fail(error), false;
  line_done_ = true;
  return true;
}

RequestParser::State RequestParser::finish_head(std::string_view block, std::size_t end) {
  const ParseError error = read_fields(block, line_end_, end, limits_, head_);
  if (error.status != 0) return fail(error);
  const llhttp_t* parser = engine(engine_);
  const bool chunked = (parser->flags & F_CHUNKED) != 0;
  const std::uint64_t length = (parser->flags & F_CONTENT_LENGTH) != 0 ? parser->content_length : 0;
  const std::uint64_t ours = head_.framing == Framing::Length ? head_.content_length : 0;
  if (chunked != (head_.framing == Framing::Chunked) || length != ours) return fail(disagreement);
  body_.start(head_.framing, head_.content_length);
  head_size_ = end;
  remember(block);
  return state_ = State::HeadComplete;
}

// Keeps the field lines of a head whose body, if there is one, has a length. An absolute target takes part in what the
// fields mean, and is rare; an upgrade is not repeated, and its head lasts as long as the socket.
void RequestParser::remember(std::string_view block) {
  const std::size_t size = head_size_ - line_end_;
  if (head_.framing == Framing::Chunked || head_.upgrade || head_.target_form != TargetForm::Origin) return;
  if (size > max_repeated) return;
  repeated_.append(block.substr(line_end_, size));
  repeated_from_ = static_cast<std::uint32_t>(line_end_);
  remember_line(block);
}

// Keeps the request line, from which head_ has what is not of the fields.
void RequestParser::remember_line(std::string_view block) {
  repeated_line_.clear();
  if (start_ == 0 && line_end_ <= max_repeated) repeated_line_.append(block.substr(0, line_end_));
}

// Whether the whole head is there, and has the field lines that are remembered: what they mean is in head_ then, together
// with this head's request line. How long the comparison takes tells no client how far a guess at another one's fields
// was right.
bool RequestParser::take_repeated(std::string_view block) {
  const std::string_view known = repeated_line_.view();
  const bool same_line = !known.empty() && start_ == 0 && known.size() <= block.size() &&
                         base::same_bytes(block.data(), known.data(), known.size());
  RequestLine line;
  std::size_t line_end = known.size();
  if (!same_line) {
    line = scan_request_line(block.substr(start_), limits_.max_target);
    if (line.state != RequestLine::State::Complete || line.minor_version != head_.minor_version) return false;
    line_end = start_ + line.size;
  }
  const std::size_t size = line_end + repeated_.size();
  if (size > block.size() || size > limits_.max_head) return false;
  if (!base::same_bytes(block.data() + line_end, repeated_.data(), repeated_.size())) return false;
  line_end_ = line_end;
  if (!same_line && !take_line(block, line)) return false;
  line_done_ = true;
  head_size_ = seen_ = size;
  return true;
}

// The request line of a head whose fields are known: false when it wants to be looked at as a whole.
bool RequestParser::take_line(std::string_view block, const RequestLine& line) {
  const auto start = static_cast<std::uint32_t>(start_);
  RequestHead& head = head_;
  head.method_text = {start, line.target_begin - 1};
  head.method = method_of(head.method_text.in(block));
  head.target = {start + line.target_begin, line.target_length};
  if (head.method == Method::Other || head.target.in(block).front() != '/') return false;
  head.query = {};
  head.has_query = false;
  if (split_target(block, head).status != 0) return false;
  const auto from = static_cast<std::uint32_t>(line_end_);
  if (from != repeated_from_) head.move_fields(from - std::exchange(repeated_from_, from));
  remember_line(block);
  return true;
}

RequestParser::BodyResult RequestParser::parse_body(std::string_view bytes, BodySink sink) {
  if (state_ == State::Error || state_ == State::MessageComplete) return {state_, 0};
  const auto [state, consumed] = body_.decode(bytes, limits_, sink);
  switch (state) {
    case BodyDecoder::State::NeedMore:
      return {State::NeedMore, consumed};
    case BodyDecoder::State::Complete:
      return {state_ = State::MessageComplete, consumed};
    case BodyDecoder::State::Error:
      break;
  }
  return {fail(body_.error()), consumed};
}

}  // namespace folio::http
