#include "net/tls_names.hpp"

#include "base/ascii.hpp"

namespace folio::net {

namespace {

// Names compare without case, and a dot at the end says nothing.
std::string plain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string lower(name);
  for (char& c : lower) c = base::to_lower(c);
  return lower;
}

std::size_t number(std::string_view two_bytes) {
  return static_cast<std::size_t>(static_cast<unsigned char>(two_bytes[0])) << 8 |
         static_cast<unsigned char>(two_bytes[1]);
}

}  // namespace

void TlsNames::add(std::string_view name, std::size_t certificate) {
  if (!name.empty()) names_.emplace(plain(name), certificate);
}

std::optional<std::size_t> TlsNames::find(std::string_view host) const {
  std::string name = plain(host);
  if (const auto exact = names_.find(name); exact != names_.end() && !name.starts_with('*')) return exact->second;
  // RFC 6125 §6.4.3: a wildcard stands for the whole of the leftmost label, and for that one only.
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  name.replace(0, dot, "*");
  if (const auto wild = names_.find(name); wild != names_.end()) return wild->second;
  return std::nullopt;
}

// RFC 6066 §3: struct { NameType name_type; HostName host_name<1..2^16-1>; } server_name_list<1..2^16-1>, where
// host_name is type 0, and the only one.
std::string_view host_in_server_name(std::string_view extension) {
  constexpr std::size_t before_name = 5;  // the list's length, the type, the name's length
  if (extension.size() <= before_name || number(extension) != extension.size() - 2 || extension[2] != 0) return {};
  const std::string_view name = extension.substr(before_name);
  return number(extension.substr(3)) == name.size() ? name : std::string_view();
}

}  // namespace folio::net
