#include "http/multipart_head.hpp"

#include <cstddef>
#include <utility>

#include "base/ascii.hpp"
#include "http/field_line.hpp"
#include "http/parameters.hpp"

namespace folio::http {
namespace {

constexpr ParseError wrong_type{415, "A form with files must be sent as multipart/form-data."};
constexpr ParseError type_form{400, "The Content-Type of the form is malformed; write multipart/form-data; boundary=…"};
constexpr ParseError no_boundary{
    400, "The Content-Type of the form lacks its boundary; clients add it themselves when it is not set by hand."};
constexpr ParseError two_boundaries{400, "The Content-Type of the form has more than one boundary."};
constexpr ParseError bad_boundary{
    400, "The boundary of the form must be 1 to 70 characters of those that RFC 2046 allows, and not end in a space."};
constexpr ParseError no_disposition{400, "A part of the form must have one Content-Disposition field."};
constexpr ParseError disposition_form{
    400, "The Content-Disposition of a part must have the form: form-data; name=\"…\"; filename=\"…\"."};
constexpr ParseError no_name{400, "A part of the form has no name; write Content-Disposition: form-data; name=\"…\"."};
constexpr ParseError part_control{400, "A field of a part's head has a control character in it."};
constexpr ParseError repeated_type{400, "A part of the form has more than one Content-Type."};
constexpr ParseError encoded_part{400,
                                  "A part of the form has a Content-Transfer-Encoding; send its bytes as they are."};

// RFC 2046 §5.1.1: "bcharsnospace := DIGIT / ALPHA / "'" / "(" / ")" / "+" / "_" / "," / "-" / "." / "/" / ":" / "=" /
// "?"", and the space, except as the last one.
constexpr auto boundary_bytes = base::ByteSet("'()+_,-./:=? ").add_alnum();
// "boundary := 0*69<bchars> bcharsnospace"
constexpr std::size_t longest_boundary = 70;

// A quoted string without its backslashes, which stand for themselves unless `"` or `\` follows.
std::string unquoted(std::string_view value) {
  std::string text;
  text.reserve(value.size());
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\' && at + 1 < value.size() && (value[at + 1] == '"' || value[at + 1] == '\\')) ++at;
    text += value[at];
  }
  return text;
}

// HTML, multipart/form-data encoding algorithm: "replace … every 0x0A (LF) byte with `%0A`, 0x0D (CR) with `%0D` and
// 0x22 (") with `%22`": and nothing else, the percent sign itself included. So nothing else is undone: `100%25.txt` is
// a name of its own.
std::string form_name(const Parameter& parameter) {
  std::string text = parameter.quoted ? unquoted(parameter.value) : std::string(parameter.value);
  constexpr std::pair<std::string_view, char> escapes[] = {{"%0A", '\n'}, {"%0D", '\r'}, {"%22", '"'}};
  std::size_t at = text.find('%');
  for (; at != std::string::npos; at = text.find('%', at + 1)) {
    for (const auto& [escape, byte] : escapes) {
      if (base::istarts_with(std::string_view(text).substr(at), escape)) {
        text.replace(at, escape.size(), 1, byte);
        break;
      }
    }
  }
  return text;
}

ParseError read_disposition(std::string_view value, PartHead& head) {
  ParameterReader reader(value);
  // RFC 7578 §4.2: "Each part MUST contain a Content-Disposition header field where the disposition type is
  // "form-data". The Content-Disposition header field MUST also contain an additional parameter of "name"".
  if (!base::iequals(reader.value(), "form-data")) return disposition_form;
  bool named = false;
  while (const auto parameter = reader.next()) {
    // `filename*` is left out of account. RFC 7578 §4.2: "The encoding method described in [RFC5987], which would add
    // a "filename*" parameter to the Content-Disposition header field, MUST NOT be used." Two names for one file are
    // also a way past whoever checks one of them.
    const bool is_name = base::iequals(parameter->name, "name");
    const bool is_filename = base::iequals(parameter->name, "filename");
    if ((is_name && named) || (is_filename && head.filename)) return disposition_form;
    if (is_name) {
      head.name = form_name(*parameter);
      named = true;
    } else if (is_filename) {
      head.filename = form_name(*parameter);
    }
  }
  if (reader.faulty()) return disposition_form;
  return named ? ParseError{} : no_name;
}

// RFC 7578 §4.7: "Senders SHOULD NOT generate any parts with a Content-Transfer-Encoding header field." These change
// nothing; to take base64 for the bytes of a file would.
bool changes_nothing(std::string_view encoding) {
  return base::iequals(encoding, "binary") || base::iequals(encoding, "8bit") || base::iequals(encoding, "7bit");
}

}  // namespace

std::variant<std::string, ParseError> multipart_boundary(std::string_view content_type) {
  ParameterReader reader(content_type);
  if (!base::iequals(reader.value(), "multipart/form-data")) return wrong_type;
  std::optional<std::string> boundary;
  while (const auto parameter = reader.next()) {
    if (!base::iequals(parameter->name, "boundary")) continue;
    if (boundary) return two_boundaries;
    boundary = parameter->quoted ? unquoted(parameter->value) : std::string(parameter->value);
  }
  if (reader.faulty()) return type_form;
  if (!boundary) return no_boundary;
  if (boundary->empty() || boundary->size() > longest_boundary || boundary->back() == ' ' ||
      !boundary_bytes.contains_all(*boundary)) {
    return bad_boundary;
  }
  return *std::move(boundary);
}

std::variant<PartHead, ParseError> read_part_head(std::string_view block) {
  PartHead head;
  bool disposed = false;
  bool typed = false;
  std::size_t at = 0;
  for (;;) {
    Field field;
    ParseError fault;
    const FieldLine line = next_field_line(block, at, block.size(), field, fault);
    if (line == FieldLine::Faulty) return fault;
    if (line == FieldLine::Last) break;
    const std::string_view name = field.name.in(block);
    const std::string_view value = field.value.in(block);
    if (!base::is_field_value(value)) return part_control;
    if (base::iequals(name, "Content-Disposition")) {
      if (std::exchange(disposed, true)) return no_disposition;
      if (const ParseError error = read_disposition(value, head); error.status != 0) return error;
    } else if (base::iequals(name, "Content-Type")) {
      if (std::exchange(typed, true)) return repeated_type;
      head.content_type = value;
    } else if (base::iequals(name, "Content-Transfer-Encoding") && !changes_nothing(value)) {
      return encoded_part;
    }
    // RFC 7578 §4.8: "Other header fields MUST NOT be included and MUST be ignored."
  }
  if (!disposed) return no_disposition;
  return head;
}

}  // namespace folio::http
