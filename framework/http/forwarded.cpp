#include "http/forwarded.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/ascii.hpp"
#include "http/authority.hpp"

namespace folio::http {
namespace {

// What one proxy has added: views into the request, empty where it says nothing.
struct Hop {
  std::string_view node;  // for=
  std::string_view proto;
  std::string_view host;
};

// Entries beyond this are not looked at: no chain of proxies is that long.
constexpr std::size_t most_hops = 64;

// RFC 7239 §6: "node = nodename [ ":" node-port ]", "nodename = IPv4address / "[" IPv6address "]" / "unknown" /
// obfnode". X-Forwarded-For has IPv6 addresses without brackets as well.
std::optional<base::IpAddress> address_of(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t close = node.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    if (close + 1 < node.size() && node[close + 1] != ':') return std::nullopt;
    return base::parse_ip_address(node.substr(1, close - 1));
  }
  const std::size_t colon = node.find(':');
  const bool port = colon != std::string_view::npos && node.find(':', colon + 1) == std::string_view::npos;
  return base::parse_ip_address(port ? node.substr(0, colon) : node);
}

std::string_view scheme_of(std::string_view proto) {
  if (base::iequals(proto, "https")) return "https";
  return base::iequals(proto, "http") ? "http" : "";
}

// RFC 7239 §4: "forwarded-pair = token "=" value", "value = token / quoted-string". False: malformed. No address,
// scheme or host needs a backslash, so that a value with one is taken for none.
bool read_pair(std::string_view& rest, Hop& hop) {
  const std::size_t equals = rest.find('=');
  if (equals == std::string_view::npos || !base::is_token(rest.substr(0, equals))) return false;
  const std::string_view name = rest.substr(0, equals);
  rest.remove_prefix(equals + 1);
  std::string_view value;
  if (rest.starts_with('"')) {
    std::size_t end = 1;
    bool escaped = false;
    for (; end < rest.size() && rest[end] != '"'; ++end) {
      if (rest[end] == '\\') escaped = true, ++end;
    }
    if (end >= rest.size()) return false;
    value = escaped ? std::string_view() : rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    std::size_t end = 0;
    // Some proxies leave the quotes around `:` out.
    while (end < rest.size() && (base::is_token_char(rest[end]) || std::string_view(":[]").contains(rest[end]))) ++end;
    if (end == 0) return false;
    value = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  std::string_view* wanted = base::iequals(name, "for")     ? &hop.node
                             : base::iequals(name, "proto") ? &hop.proto
                             : base::iequals(name, "host")  ? &hop.host
                                                            : nullptr;
  if (wanted == nullptr) return true;
  // RFC 7239 §4: "Each parameter MUST NOT occur more than once per field-value."
  if (!wanted->empty()) return false;
  *wanted = value;
  return true;
}

// RFC 7239 §4: "Forwarded = 1#forwarded-element", "forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )".
// Appends the elements of one line; false when it is malformed, so that it cannot be told where its last one begins.
bool read_line(std::string_view rest, std::vector<Hop>& hops) {
  while (!(rest = base::trim_ows(rest)).empty()) {
    if (rest.front() == ',') {
      rest.remove_prefix(1);
      continue;
    }
    Hop hop;
    while (!rest.empty() && rest.front() != ',') {
      if (rest.front() != ';' && !read_pair(rest, hop)) return false;
      rest = base::trim_ows(rest);
      if (rest.empty() || rest.front() == ',') break;
      if (rest.front() != ';') return false;
      rest = base::trim_ows(rest.substr(1));
    }
    hops.push_back(hop);
  }
  return true;
}

std::vector<std::string_view> lines_of(const RequestHead& head, std::string_view block, std::string_view name) {
  std::vector<std::string_view> lines;
  const Field* field = nullptr;
  while ((field = head.find(block, name, field)) != nullptr) lines.push_back(field->value.in(block));
  return lines;
}

// The entries in the order of their age, the latest first.
std::vector<Hop> standard_hops(const RequestHead& head, std::string_view block) {
  std::vector<Hop> all;
  const auto lines = lines_of(head, block, "Forwarded");
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::vector<Hop> hops;
    if (!read_line(*line, hops)) break;
    all.insert(all.end(), hops.rbegin(), hops.rend());
  }
  return all;
}

// The members of a list field, the last first.
std::vector<std::string_view> members_of(const RequestHead& head, std::string_view block, std::string_view name) {
  std::vector<std::string_view> members;
  for (const std::string_view line : lines_of(head, block, name)) {
    base::for_each_list_member(line, [&](std::string_view member) { members.push_back(member); });
  }
  std::ranges::reverse(members);
  return members;
}

std::vector<Hop> customary_hops(const RequestHead& head, std::string_view block) {
  const auto nodes = members_of(head, block, "X-Forwarded-For");
  const auto protos = members_of(head, block, "X-Forwarded-Proto");
  const auto hosts = members_of(head, block, "X-Forwarded-Host");
  std::vector<Hop> hops(std::min(most_hops, std::max({nodes.size(), protos.size(), hosts.size()})));
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (i < nodes.size()) hops[i].node = nodes[i];
    if (i < protos.size()) hops[i].proto = protos[i];
    if (i < hosts.size()) hops[i].host = hosts[i];
  }
  return hops;
}

// REQUIRES: the latest hop was added by a trusted proxy.
ForwardedClient walk(std::span<const Hop> hops, const TrustedProxies& proxies) {
  ForwardedClient client;
  for (const Hop& hop : hops.first(std::min(hops.size(), most_hops))) {
    if (const auto scheme = scheme_of(hop.proto); !scheme.empty()) client.scheme = scheme;
    if (is_authority(hop.host)) client.host = hop.host;
    const auto address = address_of(hop.node);
    // A node that is hidden, or no address at all: nobody knows who has added what stands before it.
    if (!address) break;
    client.address = address->text();
    if (!proxies.contains(*address)) break;
  }
  return client;
}

}  // namespace

std::variant<TrustedProxies, std::string> TrustedProxies::parse(std::span<const std::string> networks) {
  TrustedProxies proxies;
  for (const std::string& text : networks) {
    auto network = base::parse_ip_network(text);
    if (auto* fault = std::get_if<std::string>(&network)) return std::move(*fault);
    proxies.networks_.push_back(std::get<base::IpNetwork>(network));
  }
  return proxies;
}

bool TrustedProxies::contains(const base::IpAddress& address) const {
  return std::ranges::any_of(networks_, [&](const base::IpNetwork& network) { return network.contains(address); });
}

bool TrustedProxies::contains(std::string_view address) const {
  const auto parsed = base::parse_ip_address(address);
  return parsed && contains(*parsed);
}

ForwardedClient resolve_forwarded(const RequestHead& head, std::string_view block, std::string_view peer,
                                  const TrustedProxies& proxies) {
  if (proxies.empty() || !proxies.contains(peer)) return {};
  const bool standard = head.find(block, "Forwarded") != nullptr;
  const bool customary = head.find(block, "X-Forwarded-For") != nullptr;
  if (!standard) return walk(customary_hops(head, block), proxies);
  const ForwardedClient client = walk(standard_hops(head, block), proxies);
  if (!customary) return client;
  const ForwardedClient other = walk(customary_hops(head, block), proxies);
  return client.address == other.address ? client : ForwardedClient{};
}

}  // namespace folio::http
