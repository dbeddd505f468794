// What says how a form is divided, and what each part of it is: the boundary in the request's Content-Type, and the
// head of a part. RFC 7578 §4, RFC 2046 §5.1. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/parse_error.hpp"

namespace folio::http {

// The boundary of a `multipart/form-data` field Content-Type, or what is wrong: 415 for another type.
[[nodiscard]] std::variant<std::string, ParseError> multipart_boundary(std::string_view content_type);

// A part of a form: a field, or a file when it has a file name.
struct PartHead {
  std::string name;                     // of the form's field, as its page has it
  std::optional<std::string> filename;  // as the client says it: see safe_file_name
  std::string content_type;             // as the client says it; empty: text/plain (RFC 7578 §4.4)

  [[nodiscard]] bool is_file() const { return filename.has_value(); }
};

// Reads the fields of a part, up to and with the empty line. Names and file names are taken as browsers write them:
// `%22`, `%0D` and `%0A` stand for `"`, CR and LF (HTML, multipart/form-data encoding algorithm), and so do `\"` and
// `\\` for their second character, which other clients write. No other escape is one.
[[nodiscard]] std::variant<PartHead, ParseError> read_part_head(std::string_view block);

}  // namespace folio::http
