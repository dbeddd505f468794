#include "ws/origin.hpp"

#include "base/ascii.hpp"

namespace folio::ws {
namespace {

constexpr auto host_name_bytes = base::ByteSet("-._").add_alnum();

// scheme "://" host [ ":" port ]; the scheme is empty when it was not given.
struct Parts {
  std::string_view scheme;
  std::string_view authority;
};

Parts split(std::string_view origin) {
  const std::size_t at = origin.find("://");
  if (at == std::string_view::npos) return {{}, origin};
  return {origin.substr(0, at), origin.substr(at + 3)};
}

// Without the port that the scheme means anyway.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
  const std::string_view port = base::iequals(scheme, "https") || base::iequals(scheme, "wss") ? ":443"
                                : base::iequals(scheme, "http") || base::iequals(scheme, "ws") ? ":80"
                                                                                               : "";
  if (!port.empty() && authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

bool same_authority(std::string_view left, std::string_view right, std::string_view scheme) {
  return base::iequals(without_default_port(left, scheme), without_default_port(right, scheme));
}

bool matches(std::string_view entry, std::string_view origin) {
  if (entry == "*") return true;
  if (entry == "null" || origin == "null") return entry == origin;
  const Parts wanted = split(entry);
  const Parts given = split(origin);
  if (given.scheme.empty() || given.authority.empty()) return false;
  if (!wanted.scheme.empty() && !base::iequals(wanted.scheme, given.scheme)) return false;
  if (!wanted.authority.starts_with("*.")) return same_authority(wanted.authority, given.authority, given.scheme);
  // Nothing but a host name may stand for the "*".
  const std::string_view suffix = without_default_port(wanted.authority.substr(1), given.scheme);
  const std::string_view authority = without_default_port(given.authority, given.scheme);
  if (authority.size() <= suffix.size()) return false;
  const std::string_view name = authority.substr(0, authority.size() - suffix.size());
  return base::iequals(authority.substr(name.size()), suffix) && host_name_bytes.contains_all(name);
}

}  // namespace

bool is_origin_allowed(const OriginPolicy& policy, std::string_view origin, std::string_view host, bool secure) {
  const Parts given = split(origin);
  const bool has_scheme = secure ? base::iequals(given.scheme, "https") : !given.scheme.empty();
  if (has_scheme && !given.authority.empty() && same_authority(given.authority, host, given.scheme)) return true;
  for (const std::string& entry : policy.allowed) {
    if (matches(entry, origin)) return true;
  }
  return false;
}

}  // namespace folio::ws
