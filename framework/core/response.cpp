#include <folio/response.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>

#include "base/ascii.hpp"
#include "core/media_type.hpp"
#include "http/status.hpp"

namespace folio {

Response Response::json(const JsonValue& value, int status) { return {value.dump(), status, "application/json"}; }

Response Response::file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content;
  if (in) content.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  if (!in || in.bad()) return problem(AppError::not_found("no such file"));
  return {std::move(content), 200, HeaderValue::constant(core::media_type(path))};
}

Response Response::redirect(std::string to, int status) {
  Response response = Response::status(status);
  response.headers.push_back({"Location", std::move(to)});
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
  std::string field(name);
  field.append("=").append(value);
  if (!options.path.empty()) field.append("; Path=").append(options.path);
  if (!options.domain.empty()) field.append("; Domain=").append(options.domain);
  if (options.max_age >= 0) field.append("; Max-Age=").append(std::to_string(options.max_age));
  if (!options.same_site.empty()) field.append("; SameSite=").append(options.same_site);
  if (options.http_only) field.append("; HttpOnly");
  if (options.secure) field.append("; Secure");
  headers.push_back({"Set-Cookie", std::move(field)});
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
