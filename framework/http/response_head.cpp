#include "http/response_head.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "http/field_line.hpp"

namespace folio::http {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view begin_of_line = "HTTP/1.";

}  // namespace

const Field* AnswerHead::find(std::string_view block, std::string_view name, std::size_t index) const {
  for (const Field& field : fields) {
    if (base::iequals(field.name.in(block), name) && index-- == 0) return &field;
  }
  return nullptr;
}

ResponseHeadParser::State ResponseHeadParser::fail(std::string_view error) {
  error_ = error;
  return state_ = State::Error;
}

ResponseHeadParser::State ResponseHeadParser::parse(std::string_view block) {
  if (state_ != State::NeedMore) return state_;
  // What is no HTTP at all is known by its first bytes, and need not be waited for.
  const std::size_t begun = std::min(block.size(), begin_of_line.size());
  if (block.substr(0, begun) != begin_of_line.substr(0, begun)) return fail("the answer is not HTTP/1.1");
  const std::size_t from = seen_ < end_of_head.size() ? 0 : seen_ - (end_of_head.size() - 1);
  const std::size_t end = block.find(end_of_head, from);
  seen_ = block.size();
  if (end == std::string_view::npos) {
    return block.size() < limits_.max_head ? state_ : fail("the head of the answer is larger than this client reads");
  }
  size_ = end + end_of_head.size();
  if (size_ > limits_.max_head) return fail("the head of the answer is larger than this client reads");
  return read(block);
}

// RFC 9112 §4: "status-line = HTTP-version SP status-code SP [ reason-phrase ]"
ResponseHeadParser::State ResponseHeadParser::read(std::string_view block) {
  constexpr std::string_view malformed = "the status line of the answer is malformed";
  const std::size_t line_end = block.find("\r\n");
  const std::string_view line = block.substr(0, line_end);
  // HTTP/1.1 101 …; some servers leave out the space before an empty reason.
  const bool formed = line.size() >= 12 && (line[7] == '0' || line[7] == '1') && line[8] == ' ' &&
                      std::ranges::all_of(line.substr(9, 3), base::is_digit) && (line.size() == 12 || line[12] == ' ');
  if (!formed || line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return fail(malformed);
  head_.minor_version = static_cast<std::uint8_t>(line[7] - '0');
  head_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (head_.status < 100 || head_.status > 599) return fail(malformed);
  if (line.size() > 13) head_.reason = {13, static_cast<std::uint32_t>(line.size() - 13)};

  std::size_t at = line_end + 2;
  for (;;) {
    Field field;
    ParseError error;
    const FieldLine next = next_field_line(block, at, size_, field, error);
    if (next == FieldLine::Faulty) return fail(error.reason);
    if (next == FieldLine::Last) return state_ = State::Complete;
    if (head_.fields.size() == limits_.max_fields)
      return fail("the answer has more header fields than this client reads");
    head_.fields.push_back(field);
  }
}

}  // namespace folio::http
