#include "http/body_decoder.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr ParseError size_form{400, "A chunk must begin with its size in hexadecimal digits and nothing else."};
constexpr ParseError size_overflow{400, "A chunk's size does not fit into 64 bits."};
constexpr ParseError size_line_end{400, "The line of a chunk's size must end in CRLF."};
constexpr ParseError extension_form{400, "A chunk extension must have the form ;name or ;name=value."};
constexpr ParseError data_end{400, "The data of a chunk must be as long as its size says and end in CRLF."};
constexpr ParseError overhead{400, "The chunks hold too much framing for their data; send larger ones."};
constexpr ParseError body_too_large{413, "The body is larger than this server accepts."};
constexpr ParseError trailer_form{400, "A trailer must have the form name: value, on one line that ends in CRLF."};
constexpr ParseError trailers_too_large{431, "The trailer section is longer than this server reads."};

// RFC 9110 §5.6.4: "qdtext = HTAB / SP / %x21 / %x23-5B / %x5D-7E / obs-text"
constexpr auto quoted_bytes = base::ByteSet("\t !").add_range(0x23, 0x5b).add_range(0x5d, 0x7e).add_range(0x80, 0xff);

}  // namespace

void BodyDecoder::start(Framing framing, std::uint64_t content_length) {
  step_ = framing == Framing::None      ? Step::Done
          : framing == Framing::Chunked ? Step::SizeFirst
          : content_length == 0         ? Step::Done
                                        : Step::Counted;
  remaining_ = framing == Framing::Length ? content_length : 0;
  received_ = excess_ = 0;
  overhead_ = trailers_ = 0;
}

BodyDecoder::Result BodyDecoder::decode(std::string_view bytes, const Limits& limits, BodySink sink) {
  std::size_t at = 0;
  while (step_ != Step::Done && step_ != Step::Failed) {
    if (at == bytes.size()) return {State::NeedMore, at};
    if (step_ == Step::Counted || step_ == Step::Data) {
      at += take(bytes.substr(at), sink);
    } else {
      step(bytes[at], limits);
      if (step_ != Step::Failed) ++at;
    }
  }
  return {step_ == Step::Done ? State::Complete : State::Error, at};
}

std::size_t BodyDecoder::take(std::string_view bytes, BodySink sink) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
  remaining_ -= count;
  if (remaining_ == 0) {
    step_ = step_ == Step::Counted ? Step::Done : Step::DataCr;
    overhead_ = 0;
  }
  sink(bytes.substr(0, count));
  return count;
}

void BodyDecoder::fail(const ParseError& error) {
  error_ = error;
  step_ = Step::Failed;
}

void BodyDecoder::step(char c, const Limits& limits) {
  if (step_ >= Step::TrailerStart) {
    // RFC 9112 §7.1.2; the empty line counts too.
    if (++trailers_ > limits.max_trailers) return fail(trailers_too_large);
    return step_trailer(c);
  }
  if (++overhead_ > limits.max_chunk_overhead) return fail(overhead);
  switch (step_) {
    case Step::SizeFirst:
    case Step::Size:
      return step_size(c);
    case Step::SizeLf:
      return c == '\n' ? end_size_line(limits) : fail(size_line_end);
    // RFC 9112 §7.1: "chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF"
    case Step::DataCr:
      return c == '\r' ? void(step_ = Step::DataLf) : fail(data_end);
    case Step::DataLf:
      return c == '\n' ? void(step_ = Step::SizeFirst) : fail(data_end);
    default:
      return step_extension(c);
  }
}

void BodyDecoder::step_size(char c) {
  if (const int digit = base::hex_digit(c); digit >= 0) {
    // RFC 9112 §7.1: "Recipients MUST anticipate potentially large hexadecimal numerals and prevent parsing errors due
    // to integer conversion overflows".
    if (remaining_ >> 60 != 0) return fail(size_overflow);
    remaining_ = remaining_ << 4 | static_cast<std::uint64_t>(digit);
    step_ = Step::Size;
  } else if (step_ == Step::SizeFirst) {
    fail(size_form);
  } else if (c == '\r') {
    step_ = Step::SizeLf;
  } else if (c == ';') {
    step_ = Step::ExtensionName;
  } else {
    fail(size_form);
  }
}

// RFC 9112 §7.1.1: "chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )", without the BWS.
// "A recipient MUST ignore unrecognized chunk extensions": all of them are.
void BodyDecoder::step_extension(char c) {
  const bool token = base::is_token_char(c);
  switch (step_) {
    case Step::ExtensionName:
      if (!token) return fail(extension_form);
      step_ = Step::ExtensionInName;
      return;
    case Step::ExtensionValue:
      if (!token && c != '"') return fail(extension_form);
      step_ = token ? Step::ExtensionToken : Step::ExtensionQuoted;
      return;
    case Step::ExtensionQuoted:
      if (c == '"') {
        step_ = Step::ExtensionEnd;
      } else if (c == '\\') {
        step_ = Step::ExtensionEscape;
      } else if (!quoted_bytes.contains(c)) {
        fail(extension_form);
      }
      return;
    case Step::ExtensionEscape:
      // RFC 9110 §5.6.4: "quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )"
      if (!base::field_value_bytes.contains(c)) return fail(extension_form);
      step_ = Step::ExtensionQuoted;
      return;
    default:
      break;
  }
  // ExtensionInName, ExtensionToken and ExtensionEnd: the extension may end here.
  if (c == '\r') {
    step_ = Step::SizeLf;
  } else if (c == ';') {
    step_ = Step::ExtensionName;
  } else if (c == '=' && step_ == Step::ExtensionInName) {
    step_ = Step::ExtensionValue;
  } else if (!token || step_ == Step::ExtensionEnd) {
    fail(extension_form);
  }
}

void BodyDecoder::end_size_line(const Limits& limits) {
  if (remaining_ == 0) {
    step_ = Step::TrailerStart;
    return;
  }
  if (remaining_ > limits.max_body - std::min(received_, limits.max_body)) return fail(body_too_large);
  received_ += remaining_;
  // Chunks of one byte with a long extension each stay under both limits and yet cost a thousand times what they carry.
  // What an honest sender needs for its sizes and line ends is forgiven: 16 bytes a chunk and twice the data.
  const std::uint64_t forgiven = 16 + 2 * std::min<std::uint64_t>(remaining_, limits.max_chunk_overhead);
  excess_ += overhead_;
  excess_ -= std::min(excess_, forgiven);
  if (excess_ > 16 * static_cast<std::uint64_t>(limits.max_chunk_overhead)) return fail(overhead);
  step_ = Step::Data;
}

// RFC 9112 §7.1.2: "trailer-section = *( field-line CRLF )", and the empty line that ends the message.
void BodyDecoder::step_trailer(char c) {
  switch (step_) {
    case Step::TrailerStart:
      if (c == '\r') {
        step_ = Step::EndLf;
      } else if (base::is_token_char(c)) {
        step_ = Step::TrailerName;
      } else {
        fail(trailer_form);  // folded lines among them
      }
      return;
    case Step::TrailerName:
      if (c == ':') {
        step_ = Step::TrailerValue;
      } else if (!base::is_token_char(c)) {
        fail(trailer_form);
      }
      return;
    case Step::TrailerValue:
      if (c == '\r') {
        step_ = Step::TrailerLf;
      } else if (!base::field_value_bytes.contains(c)) {
        fail(trailer_form);
      }
      return;
    case Step::TrailerLf:
      return c == '\n' ? void(step_ = Step::TrailerStart) : fail(trailer_form);
    default:
      return c == '\n' ? void(step_ = Step::Done) : fail(trailer_form);
  }
}

}  // namespace folio::http
