#include "app/access_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "json/text.hpp"

namespace folio::app {

namespace {

constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// What is cut off is said to be.
struct Cut {
  std::string_view text;
  bool shortened;
};
Cut cut(std::string_view text, std::size_t longest) {
  return text.size() <= longest ? Cut{text, false} : Cut{text.substr(0, longest), true};
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

// As Apache has it since 2.0.46: quotation marks and backslashes with a backslash, all that is not printable ASCII as
// \xhh. So a field between quotation marks ends at the first one that has no backslash in front.
void append_escaped(std::string& out, std::string_view text, std::size_t longest) {
  const auto [shown, shortened] = cut(text, longest);
  auto rest = shown;
  while (!rest.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_plain) - rest.begin());
    out.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else {
      constexpr std::string_view digits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  if (shortened) out.append("...");
}

void append_or_dash(std::string& out, std::string_view text, std::size_t longest) {
  if (text.empty()) {
    out += '-';
  } else {
    append_escaped(out, text, longest);
  }
}

// `[26/Nov/2026:04:18:04 +0100]`, made once a second: the system's zone costs more than all the rest of a line.
std::string_view local_time(std::time_t second) {
  thread_local std::time_t known = -1;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  if (second != known) {
    std::tm parts{};
    ::localtime_r(&second, &parts);
    const long minutes = parts.tm_gmtoff / 60;
    const auto end = fmt::format_to_n(text.data(), text.size(), "[{:02}/{}/{}:{:02}:{:02}:{:02} {}{:02}{:02}]",
                                      parts.tm_mday, months[static_cast<std::size_t>(parts.tm_mon)],
                                      parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec,
                                      minutes < 0 ? '-' : '+', (minutes < 0 ? -minutes : minutes) / 60,
                                      (minutes < 0 ? -minutes : minutes) % 60);
    size = static_cast<std::size_t>(end.out - text.data());
    known = second;
  }
  return {text.data(), size};
}

// RFC 3339 §5.6, in UTC and with milliseconds.
void append_utc(std::string& out, const timespec& time) {
  std::tm parts{};
  ::gmtime_r(&time.tv_sec, &parts);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, time.tv_nsec / 1'000'000);
}

void append_short(std::string& out, const AccessRecord& record, std::size_t longest) {
  out.append(record.method.empty() ? "-" : record.method).append(" ");
  append_or_dash(out, record.path, longest);
  fmt::format_to(std::back_inserter(out), " {} {:.1f}ms → {}", record.status,
                 static_cast<double>(record.nanoseconds) / 1e6, record.route.empty() ? "-" : record.route);
}

void append_combined(std::string& out, const AccessRecord& record, const timespec& time, std::size_t longest) {
  append_or_dash(out, record.peer, longest);
  out.append(" - - ").append(local_time(time.tv_sec)).append(" \"");
  if (record.method.empty()) {
    out += '-';
  } else {
    append_escaped(out, record.method == "WS" ? "GET" : record.method, longest);
    out += ' ';
    append_escaped(out, record.path, longest);
    if (!record.query.empty()) {
      out += '?';
      append_escaped(out, record.query, longest);
    }
    out.append(record.minor_version == 0 ? " HTTP/1.0" : " HTTP/1.1");
  }
  fmt::format_to(std::back_inserter(out), "\" {} ", record.status);
  if (record.bytes == 0) {
    out += '-';  // "If no content was returned to the client, this value will be "-"."
  } else {
    fmt::format_to(std::back_inserter(out), "{}", record.bytes);
  }
  out += " \"";
  append_or_dash(out, record.referrer, longest);
  out += "\" \"";
  append_or_dash(out, record.agent, longest);
  out += '"';
}

// JSON lets DEL and the controls U+0080 … U+009F stand as they are; a terminal may take them for commands.
void escape_controls(std::string& out, std::size_t from) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t at = from; at < out.size(); ++at) {
    const auto byte = static_cast<unsigned char>(out[at]);
    const bool pair = byte == 0xc2 && at + 1 < out.size() && static_cast<unsigned char>(out[at + 1]) < 0xa0;
    if (byte != 0x7f && !pair) continue;
    const auto code = static_cast<unsigned char>(pair ? out[at + 1] : out[at]);
    const std::array<char, 6> escape{'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    out.replace(at, pair ? 2 : 1, escape.data(), escape.size());
    at += escape.size() - 1;
  }
}

void append_member(std::string& out, std::string_view name, std::string_view value, std::size_t longest) {
  if (value.empty()) return;
  auto [shown, shortened] = cut(value, longest);
  out.append(",\"").append(name).append("\":");
  const std::size_t from = out.size();
  json::append_string(out, shown);
  escape_controls(out, from);
  if (shortened) out.insert(out.size() - 1, "...");
}

void append_json(std::string& out, const AccessRecord& record, const timespec& time, std::size_t longest) {
  out += R"({"time":")";
  append_utc(out, time);
  out += '"';
  append_member(out, "peer", record.peer, longest);
  append_member(out, "method", record.method == "WS" ? "GET" : record.method, longest);
  append_member(out, "host", record.host, longest);
  append_member(out, "path", record.path, longest);
  append_member(out, "query", record.query, longest);
  if (!record.method.empty()) out.append(record.minor_version == 0 ? R"(,"protocol":"HTTP/1.0")" : R"(,"protocol":"HTTP/1.1")");
  fmt::format_to(std::back_inserter(out), R"(,"status":{},"bytes":{},"duration":{:.6f})", record.status, record.bytes,
                 static_cast<double>(record.nanoseconds) / 1e9);
  append_member(out, "route", record.route, longest);
  append_member(out, "id", record.id, longest);
  append_member(out, "trace", record.trace_id, longest);
  append_member(out, "referrer", record.referrer, longest);
  append_member(out, "agent", record.agent, longest);
  out += '}';
}

}  // namespace

void append_access_line(std::string& out, AccessLog form, const AccessRecord& record, const timespec& time,
                        std::size_t longest) {
  switch (form) {
    case AccessLog::Off:
      break;
    case AccessLog::Short:
      return append_short(out, record, longest);
    case AccessLog::Common:
      return append_combined(out, record, time, longest);
    case AccessLog::Json:
      return append_json(out, record, time, longest);
  }
}

}  // namespace folio::app
