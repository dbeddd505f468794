// The lines of the access log. Whatever a client sent stands in them escaped: it can end no line and no quotation, and
// steer no terminal. Pure but for the system's time zone; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "app/config.hpp"

namespace folio::app {

inline constexpr std::array<std::pair<AccessLog, std::string_view>, 4> access_log_names{
    {{AccessLog::Off, "off"}, {AccessLog::Short, "short"}, {AccessLog::Common, "common"}, {AccessLog::Json, "json"}}};
constexpr std::string_view access_log_name(AccessLog form) {
  return access_log_names[static_cast<std::size_t>(form)].second;
}
constexpr bool parse_access_log(std::string_view name, AccessLog& form) {
  for (const auto& [each, word] : access_log_names) {
    if (word == name) return form = each, true;
  }
  return false;
}

// One answered request, or what came in the place of one.
struct AccessRecord {
  std::string_view method;  // "WS" for an opened WebSocket; empty when no request could be read
  std::string_view path;    // as the client wrote it
  int status = 0;
  std::int64_t nanoseconds = 0;  // from the end of the head to the response being written
  std::string_view route;        // the file that answered, or empty
  std::string_view peer;

  // What only the long forms say.
  std::string_view query = {};
  std::uint8_t minor_version = 1;
  std::uint64_t bytes = 0;         // of the body, as it was sent
  std::string_view id = {};        // Request::id
  std::string_view trace_id = {};  // when the client sent one, or the handler asked
  std::string_view host = {};
  std::string_view referrer = {};
  std::string_view agent = {};
};

// Appends the line of a record to `out`, without the line's end. `time`: when the request came. `longest`: see
// Config::max_log_field. REQUIRES: the form is not Off.
//
//   Short:   GET /users/7 200 0.1ms → users/[id].cpp
//   Common:  the Combined Log Format, to the letter, so that whatever reads it does; times are local with their offset:
//            192.0.2.7 - - [26/Nov/2026:04:18:04 +0100] "GET /users/7?full=1 HTTP/1.1" 200 512 "-" "curl/8.5"
//   Json:    one object with everything; times are UTC, the duration is in seconds.
void append_access_line(std::string& out, AccessLog form, const AccessRecord& record, const timespec& time,
                        std::size_t longest);

}  // namespace folio::app
