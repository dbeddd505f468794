#include "http/multipart.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr ParseError too_many_parts{413, "The form has more parts than this server reads."};
constexpr ParseError head_too_large{431, "The head of a part of the form is longer than this server reads."};
constexpr ParseError field_too_large{413, "A field of the form is larger than this server accepts."};
constexpr ParseError fields_too_large{413, "The fields of the form together are larger than this server accepts."};
constexpr ParseError file_too_large{413, "A file in the form is larger than this server accepts."};
constexpr ParseError form_too_large{413, "The form is larger than this server accepts."};
constexpr ParseError delimiter_form{400,
                                    "A boundary of the form must be followed by CRLF, or by -- after the last part."};
constexpr ParseError no_end{400, "The form ends before its last boundary, which has -- behind it."};

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, const MultipartLimits& limits)
    : delimiter_(std::string("\r\n--").append(boundary)), limits_(limits) {}

MultipartParser::Event MultipartParser::fail(const ParseError& error) {
  error_ = error;
  step_ = Step::Failed;
  return Event::Error;
}

MultipartParser::Event MultipartParser::finish() {
  if (step_ == Step::Failed) return Event::Error;
  return step_ == Step::Epilogue ? Event::End : fail(no_end);
}

// RFC 2046 §5.1.1: "delimiter := CRLF dash-boundary": the line break belongs to the boundary and not to what stands
// before it. At the start of the form it is left out; and an empty part may share it with the line that ends its head.
void MultipartParser::begin_matching(Step step) {
  step_ = step;
  matched_ = assumed_ = 2;
}

MultipartParser::Event MultipartParser::next(std::string_view& input) {
  if (step_ == Step::Failed) return Event::Error;
  const std::size_t before = input.size();
  Event event = Event::NeedMore;
  while (event == Event::NeedMore && !input.empty()) {
    switch (step_) {
      case Step::Preamble:
      case Step::Body:
        event = take_body(input);
        break;
      case Step::Head:
        event = take_head(input);
        break;
      case Step::Epilogue:
        // RFC 2046 §5.1.1: "implementations must ignore text that appears before the first boundary delimiter line or
        // after the last one".
        input = {};
        break;
      default:
        if (!step_delimiter(input.front())) return fail(delimiter_form);
        input.remove_prefix(1);
        if (step_ == Step::Epilogue) event = Event::End;
        break;
    }
  }
  form_size_ += before - input.size();
  if (event != Event::Error && form_size_ > limits_.max_form) return fail(form_too_large);
  if (event == Event::NeedMore && step_ == Step::Epilogue) return Event::End;
  return event;
}

// A delimiter holds no CR but its first byte, so that after a mismatch nothing of what matched can begin another.
MultipartParser::Event MultipartParser::take_body(std::string_view& input) {
  const std::string_view delimiter = delimiter_;
  const auto matching = [&](std::size_t at, std::size_t matched) {
    while (at < input.size() && matched < delimiter.size() && input[at] == delimiter[matched]) ++at, ++matched;
    return matched;
  };
  if (matched_ > 0) {
    const std::size_t matched = matching(0, matched_);
    input.remove_prefix(matched - matched_);
    matched_ = matched;
    if (matched_ == delimiter.size()) {
      const bool in_part = step_ == Step::Body;
      step_ = Step::Delimiter;
      return in_part ? Event::PartEnd : Event::NeedMore;
    }
    if (input.empty()) return Event::NeedMore;
    // It was none: what seemed to be its beginning is data, and equal to that.
    const std::string_view held = delimiter.substr(assumed_, matched_ - assumed_);
    matched_ = assumed_ = 0;
    if (!held.empty()) return give(held);
  }
  for (std::size_t from = 0;;) {
    const void* found = std::memchr(input.data() + from, '\r', input.size() - from);
    if (found == nullptr) return give(std::exchange(input, {}));
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
    const std::size_t matched = matching(at, 0);
    if (matched == delimiter.size() || at + matched == input.size()) {
      const std::string_view data = input.substr(0, at);
      input.remove_prefix(at + matched);
      matched_ = matched;
      // Of a whole one its last byte is left to the next call, which then tells of the part's end.
      if (matched == delimiter.size()) {
        input = {input.data() - 1, input.size() + 1};
        --matched_;
      }
      return give(data);
    }
    from = at + matched;
  }
}

MultipartParser::Event MultipartParser::give(std::string_view data) {
  if (data.empty() || step_ == Step::Preamble) return Event::NeedMore;
  const bool file = head_.is_file();
  const std::uint64_t most = file ? limits_.max_file : limits_.max_field;
  if (data.size() > most - part_size_) return fail(file ? file_too_large : field_too_large);
  part_size_ += data.size();
  if (!file && (fields_size_ += data.size()) > limits_.max_fields) return fail(fields_too_large);
  data_ = data;
  return Event::Data;
}

// RFC 2046 §5.1.1: "delimiter transport-padding CRLF", "close-delimiter := delimiter "--"". Of a line that goes on
// otherwise it says: "it is sufficient that the boundary appear in its entirety following the CRLF", so that such a
// line is no data either.
bool MultipartParser::step_delimiter(char c) {
  switch (step_) {
    case Step::Delimiter:
      if (c == '-') {
        step_ = Step::CloseDash;
        return true;
      }
      padding_ = 0;
      step_ = Step::Padding;
      [[fallthrough]];
    case Step::Padding:
      if (c == '\r') {
        step_ = Step::PaddingLf;
        return true;
      }
      return base::is_ows(c) && ++padding_ <= limits_.max_part_head;
    case Step::CloseDash:
      step_ = Step::Epilogue;
      return c == '-';
    default:
      block_.clear();
      step_ = Step::Head;
      return c == '\n';
  }
}

MultipartParser::Event MultipartParser::take_head(std::string_view& input) {
  constexpr std::string_view end_of_line = "\r\n";
  constexpr std::string_view end_of_head = "\r\n\r\n";
  const std::size_t held = block_.size();
  block_.append(input.substr(0, limits_.max_part_head - held + 1));
  // Without a single field the head is the empty line alone.
  std::size_t size = 0;
  if (block_.starts_with(end_of_line)) {
    size = end_of_line.size();
  } else if (const std::size_t end = block_.find(end_of_head, held < 3 ? 0 : held - 3); end != std::string::npos) {
    size = end + end_of_head.size();
  }
  if (size == 0 && block_.size() <= limits_.max_part_head) {
    input = {};
    return Event::NeedMore;
  }
  if (size == 0 || size > limits_.max_part_head) return fail(head_too_large);
  if (parts_ == limits_.max_parts) return fail(too_many_parts);
  input.remove_prefix(size - held);
  auto head = read_part_head(std::string_view(block_).substr(0, size));
  if (const auto* error = std::get_if<ParseError>(&head)) return fail(*error);
  head_ = std::get<PartHead>(std::move(head));
  ++parts_;
  part_size_ = 0;
  if ((fields_size_ += size) > limits_.max_fields) return fail(fields_too_large);
  begin_matching(Step::Body);
  return Event::PartBegin;
}

}  // namespace folio::http
