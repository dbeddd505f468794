#include "http/head_prefixes.hpp"

#include <charconv>
#include <cstring>

#include "base/ascii.hpp"
#include "http/status.hpp"

namespace folio::http {

namespace {

char* put(char* at, std::string_view bytes) {
  std::memcpy(at, bytes.data(), bytes.size());
  return at + bytes.size();
}

char* put_status_line(char* at, int status) {
  if (const std::string_view line = status_line(status); !line.empty()) return put(at, line);
  // RFC 9112 §4: "A server MUST send the space that separates the status-code from the reason-phrase even when the
  // reason-phrase is absent".
  at = put(at, "HTTP/1.1 ");
  at = std::to_chars(at, at + 3, status).ptr;
  return put(at, " \r\n");
}

}  // namespace

PrefixWritten write_head_prefix(char* at, int status, std::string_view date, std::string_view type) {
  at = put_status_line(at, status);
  const bool has_date = !date.empty() && base::is_field_value(date);
  if (has_date) at = put(put(put(at, "Date: "), date), "\r\n");
  const bool has_type = !type.empty() && base::is_field_value(type);
  if (has_type) at = put(put(put(at, "Content-Type: "), type), "\r\n");
  return {.end = at, .has_date = has_date, .has_content_type = has_type};
}

void HeadPrefixes::set_date(std::string_view date) {
  date_ = date;
  for (Prefix& prefix : prefixes_) prefix.status = 0;
}

std::string_view HeadPrefixes::make(int status, std::string_view type) {
  if (date_.empty() || type.empty() || type.size() > longest_type) return {};
  Prefix& prefix = prefixes_[place_of(status, type)];
  prefix.status = 0;
  prefix.bytes.resize(prefix_overhead + date_.size() + type.size());
  const PrefixWritten written = write_head_prefix(prefix.bytes.data(), status, date_, type);
  if (!written.has_date || !written.has_content_type) return {};
  prefix.bytes.resize(static_cast<std::size_t>(written.end - prefix.bytes.data()));
  prefix.type = type;
  prefix.status = status;
  return prefix.bytes;
}

}  // namespace folio::http
