// The request methods that a route file can answer. RFC 9110 §9.1, RFC 5789.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace folio {

enum class Method : std::uint8_t { Get, Post, Put, Patch, Delete, Head, Options, Connect, Trace, Other };

// The method as it stands on the wire, in upper case; empty for `Other`.
constexpr std::string_view to_string(Method method) {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Post: return "POST";
    case Method::Put: return "PUT";
    case Method::Patch: return "PATCH";
    case Method::Delete: return "DELETE";
    case Method::Head: return "HEAD";
    case Method::Options: return "OPTIONS";
    case Method::Connect: return "CONNECT";
    case Method::Trace: return "TRACE";
    case Method::Other: break;
  }
  return {};
}

// Methods are case-sensitive (RFC 9110 §9.1): `get` is Other.
constexpr Method method_of(std::string_view text) {
  for (auto method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Head,
                      Method::Options, Method::Connect, Method::Trace}) {
    if (text == to_string(method)) return method;
  }
  return Method::Other;
}

}  // namespace folio
