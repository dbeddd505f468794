#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/ascii.hpp"
#include "http/authority.hpp"

namespace folio::http {
namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  bool secure;
};
constexpr std::array<Scheme, 4> schemes{Scheme{"http", 80, false}, Scheme{"https", 443, true}, Scheme{"ws", 80, false},
                                        Scheme{"wss", 443, true}};

std::string fault(std::string_view text, std::string_view what) {
  return "'" + std::string(text) + "' is no URL to connect to: " + std::string(what);
}

// What a request line can carry: printable ASCII.
bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// RFC 3986 §5.2.4: "Remove Dot Segments", of a path that begins with a slash.
std::string without_dot_segments(std::string_view path) {
  std::string kept;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    const bool last = end == path.size();
    path.remove_prefix(end);
    if (segment == "..") {
      kept.resize(kept.empty() ? 0 : kept.rfind('/'));
    } else if (segment != ".") {
      kept.append("/").append(segment);
    }
    if (last && (segment == "." || segment == "..")) kept += '/';
  }
  return kept.empty() ? "/" : kept;
}

}  // namespace

std::variant<Url, std::string> parse_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return fault(text, "it must begin with ws://, wss://, http:// or https://");
  const auto scheme = std::ranges::find_if(
      schemes, [&](const Scheme& each) { return base::iequals(each.name, text.substr(0, colon)); });
  if (scheme == schemes.end()) return fault(text, "its scheme must be ws, wss, http or https");

  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  if (authority.find('@') != std::string_view::npos) {
    return fault(text, "it holds a user name; send an Authorization header instead");
  }
  if (!is_authority(authority)) return fault(text, "its host must be a name or an address, with a port or without");

  Url url;
  url.scheme = scheme->name;
  url.secure = scheme->secure;
  url.port = scheme->port;
  std::string_view host = authority;
  const std::size_t port_colon =
      authority.front() == '[' ? authority.find(':', authority.find(']')) : authority.find(':');
  if (port_colon != std::string_view::npos) {
    host = authority.substr(0, port_colon);
    const std::string_view digits = authority.substr(port_colon + 1);
    if (!digits.empty()) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
      if (error != std::errc() || url.port == 0) return fault(text, "its port must be a number from 1 to 65535");
    }
  }
  if (host.find('%') != std::string_view::npos) return fault(text, "its host must be a name or an address");
  url.authority = host;
  if (url.port != scheme->port) url.authority += ':' + std::to_string(url.port);
  url.host = host.front() == '[' ? host.substr(1, host.size() - 2) : host;

  const std::string_view target = rest.substr(path);
  if (!is_target(target)) return fault(text, "spaces and characters outside of ASCII must be percent-encoded");
  if (!target.empty()) url.target = target.front() == '/' ? std::string(target) : "/" + std::string(target);
  return url;
}

// RFC 3986 §5.2.2: "Transform References"
std::variant<Url, std::string> resolve_reference(const Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  const std::size_t delimiter = std::min(reference.find_first_of(":/?"), reference.size());
  if (delimiter < reference.size() && reference[delimiter] == ':') return parse_url(reference);
  if (reference.starts_with("//")) return parse_url(base.scheme + ":" + std::string(reference));
  if (!is_target(reference)) return fault(reference, "spaces and characters outside of ASCII must be percent-encoded");
  Url url = base;
  if (reference.empty()) return url;
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  if (reference.front() == '?') {
    url.target = std::string(base_path).append(reference);
    return url;
  }
  const std::size_t query = std::min(reference.find('?'), reference.size());
  const std::string_view directory =
      reference.front() == '/' ? std::string_view() : base_path.substr(0, base_path.rfind('/') + 1);
  url.target = without_dot_segments(std::string(directory).append(reference.substr(0, query)));
  url.target.append(reference.substr(query));
  return url;
}

bool same_origin(const Url& left, const Url& right) {
  return left.secure == right.secure && left.port == right.port && base::iequals(left.host, right.host);
}

}  // namespace folio::http
