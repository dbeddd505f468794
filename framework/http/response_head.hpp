// The head of a response, for clients: status line and fields, read strictly. RFC 9112 §4, §5. No I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/limits.hpp"
#include "http/request_head.hpp"

namespace folio::http {

// As a client reads it; http/response_writer.hpp has the one that a server writes.
struct AnswerHead {
  int status = 0;                  // 100 to 599
  std::uint8_t minor_version = 1;  // HTTP/1.minor_version
  Span reason;
  FieldList fields;  // in the order of arrival

  // The value of field line number `index` (from 0) of that name, or nothing when there are not so many.
  [[nodiscard]] const Field* find(std::string_view block, std::string_view name, std::size_t index = 0) const;
};

class ResponseHeadParser {
 public:
  enum class State : std::uint8_t { NeedMore, Complete, Error };

  // `limits` for the size of the head and the number of its fields.
  explicit ResponseHeadParser(const Limits& limits) : limits_(limits) {}

  // `block` begins with the response and holds all of it that came; call again with more of the same after NeedMore.
  // The verdict does not depend on how the bytes were split.
  State parse(std::string_view block);

  [[nodiscard]] const AnswerHead& head() const { return head_; }  // REQUIRES: Complete
  [[nodiscard]] std::size_t size() const { return size_; }          // bytes of the head. REQUIRES: Complete
  [[nodiscard]] std::string_view error() const { return error_; }   // a sentence. REQUIRES: Error

 private:
  State fail(std::string_view error);
  State read(std::string_view block);

  Limits limits_;
  State state_ = State::NeedMore;
  std::size_t seen_ = 0;  // bytes that the end of the head was looked for in
  std::size_t size_ = 0;
  AnswerHead head_;
  std::string_view error_;
};

}  // namespace folio::http
