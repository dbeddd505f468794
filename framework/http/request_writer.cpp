#include "http/request_writer.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "http/authority.hpp"

namespace folio::http {
namespace {

// What says where the message ends, or is about the connection: fields of the client's own.
constexpr std::array<std::string_view, 6> own_fields{
    "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "TE", "Expect"};
// Sent unless the request has them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> usual_fields{
    {{"Accept", "*/*"}, {"Accept-Encoding", "identity"}, {"User-Agent", "folio"}}};

bool has(std::span<const std::pair<std::string, std::string>> fields, std::string_view name) {
  return std::ranges::any_of(fields, [&](const auto& field) { return base::iequals(field.first, name); });
}

void line(base::Buffer& out, std::string_view name, std::string_view value) {
  out.append(name);
  out.append(": ");
  out.append(value);
  out.append("\r\n");
}

}  // namespace

std::string request_fault(std::string_view method, std::span<const std::pair<std::string, std::string>> fields) {
  if (!base::is_token(method)) return "the method '" + std::string(method) + "' is no token";
  if (method == "CONNECT") return "CONNECT asks a proxy for a tunnel, which this client has no use for";
  for (const auto& [name, value] : fields) {
    if (!base::is_token(name)) return "the header name '" + name + "' is no token";
    if (!base::is_field_value(value)) return "the value of the header " + name + " has a control character in it";
    if (std::ranges::any_of(own_fields, [&](std::string_view own) { return base::iequals(own, name); })) {
      return "the header " + name + " is the client's own to write";
    }
    if (base::iequals(name, "Host") && !is_authority(value)) return "the header Host is no host";
  }
  return {};
}

void write_request_head(base::Buffer& out, const OutgoingRequest& request) {
  out.append(request.method);
  out.append(" ");
  out.append(request.target);
  out.append(" HTTP/1.1\r\n");
  if (!has(request.fields, "Host")) line(out, "Host", request.authority);
  for (const auto& [name, value] : usual_fields) {
    if (!has(request.fields, name)) line(out, name, value);
  }
  for (const auto& [name, value] : request.fields) line(out, name, value);
  // RFC 9110 §8.6: "A user agent SHOULD send Content-Length in a request when the method defines a meaning for enclosed
  // content and it is not sending Transfer-Encoding."
  const bool meant = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.chunked) {
    line(out, "Transfer-Encoding", "chunked");
  } else if (meant || request.content_length != 0) {
    line(out, "Content-Length", std::to_string(request.content_length));
  }
  out.append("\r\n");
}

}  // namespace folio::http
