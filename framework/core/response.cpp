#include <folio/response.hpp>

#include <cstddef>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "core/file_body.hpp"
#include "core/media_type.hpp"
#include "http/cookie.hpp"
#include "http/status.hpp"

namespace folio {

namespace {

// A URI reference with what may not stand in one percent-encoded. RFC 3986 §2.
std::string uri_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos) {
      safe += c;
    } else {
      safe.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
  }
  return safe;
}

}  // namespace

Response Response::json(const JsonValue& value, int status) {
  return {value.dump(), status, "application/json"};
}

Response Response::file(const std::string& path) {
  auto file = base::File::open(path);
  if (file == nullptr) return problem(AppError::not_found("no such file"));
  Response response({}, 200, HeaderValue::constant(core::media_type(path)));
  const std::uint64_t size = file->size();
  response.file_body = std::make_shared<const detail::FileBody>(std::move(file), 0, size);
  return response;
}

Response Response::redirect(std::string to, int status) {
  Response response = Response::status(status);
  response.headers.push_back({"Location", uri_text(to)});
  return response;
}

Response Response::problem(const AppError& error) {
  // A 500 says nothing about the inside of the server; its message is for the log.
  const bool tell = error.status() != 500 && !error.message().empty();
  std::string body = R"({"type":"about:blank","title":)";
  append_json(body, http::reason_phrase(error.status()));
  body += ",\"status\":" + std::to_string(error.status());
  if (tell) {
    body += ",\"detail\":";
    append_json(body, error.message());
  }
  body += '}';
  Response response(std::move(body), error.status(), "application/problem+json");
  for (const auto& [name, value] : error.headers()) response.headers.push_back({name, value});
  return response;
}

Response& Response::header(HeaderValue name, HeaderValue value) & {
  if (base::iequals(name, "Content-Type")) {
    content_type = std::move(value);
  } else {
    headers.push_back({std::move(name), std::move(value)});
  }
  return *this;
}

Response& Response::cookie(std::string_view name, std::string_view value, const CookieOptions& options) & {
  http::SetCookie cookie;
  cookie.name = name;
  cookie.value = value;
  cookie.path = options.path;
  cookie.domain = options.domain;
  if (options.max_age >= 0) cookie.max_age = options.max_age;
  if (options.expires) cookie.expires = options.expires->time_since_epoch().count();
  const auto same_site = http::parse_same_site(options.same_site);
  cookie.same_site = same_site.value_or(http::SameSite::Unset);
  cookie.http_only = options.http_only;
  cookie.secure = options.secure.value_or(false);
  cookie.partitioned = options.partitioned;
  std::string field;
  // A cookie that browsers would drop, or that says more than its name and value, is left out as a malformed field is:
  // a field without a name is never written, and the log tells what it holds.
  const std::string_view fault =
      same_site ? http::append_set_cookie(field, cookie) : "a cookie's SameSite must be Lax, Strict or None";
  if (fault.empty()) {
    HeaderValue set_cookie(std::move(field));
    if (!options.secure) set_cookie.make_secure_by_scheme();
    headers.push_back({"Set-Cookie", std::move(set_cookie)});
  } else {
    headers.push_back({"", "the cookie '" + std::string(base::is_token(name) ? name : "?") + "' was left out: " + std::string(fault)});
  }
  return *this;
}

std::string_view Response::find(std::string_view name) const {
  if (base::iequals(name, "Content-Type")) return content_type.view();
  for (const auto& field : headers) {
    if (base::iequals(field.name, name)) return field.value.view();
  }
  return {};
}

}  // namespace folio
