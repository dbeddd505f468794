#include "http/parameters.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"

namespace folio::http {

ParameterReader::ParameterReader(std::string_view field) {
  const std::size_t end = std::min(field.find(';'), field.size());
  value_ = base::trim_ows(field.substr(0, end));
  rest_ = field.substr(end);
}

std::optional<Parameter> ParameterReader::fail() {
  faulty_ = true;
  rest_ = {};
  return std::nullopt;
}

// RFC 9110 §5.6.6: "parameters = *( OWS ";" OWS [ parameter ] )", "parameter = parameter-name "=" parameter-value",
// "parameter-value = ( token / quoted-string )"
std::optional<Parameter> ParameterReader::next() {
  for (;;) {
    rest_ = base::trim_ows(rest_);
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() != ';') return fail();
    rest_ = base::trim_ows(rest_.substr(1));
    if (!rest_.empty() && rest_.front() != ';') break;
  }
  const std::size_t equals = rest_.find('=');
  if (equals == std::string_view::npos || !base::is_token(rest_.substr(0, equals))) return fail();
  Parameter parameter{.name = rest_.substr(0, equals), .value = {}};
  rest_.remove_prefix(equals + 1);
  if (rest_.starts_with('"')) {
    parameter.quoted = true;
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') {
      // Only these two are escaped by those who write them; elsewhere a backslash stands for itself (`C:\file`).
      const bool escape =
          rest_[end] == '\\' && end + 1 < rest_.size() && (rest_[end + 1] == '"' || rest_[end + 1] == '\\');
      end += escape ? 2 : 1;
    }
    if (end >= rest_.size()) return fail();
    parameter.value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
  } else {
    std::size_t end = 0;
    while (end < rest_.size() && base::is_token_char(rest_[end])) ++end;
    if (end == 0) return fail();
    parameter.value = rest_.substr(0, end);
    rest_.remove_prefix(end);
  }
  return parameter;
}

}  // namespace folio::http
