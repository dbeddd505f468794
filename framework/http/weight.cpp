#include "http/weight.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"

namespace folio::http {

std::optional<int> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * full_weight;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int unit = full_weight / 10;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (!base::is_digit(text[i])) return std::nullopt;
    weight += (text[i] - '0') * unit;
  }
  if (weight > full_weight) return std::nullopt;
  return weight;
}

std::string_view take_until(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (quoted && c == '\\') {
      ++at;  // RFC 9110 §5.6.4: quoted-pair
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      break;
    }
  }
  at = std::min(at, rest.size());
  const std::string_view taken = base::trim_ows(rest.substr(0, at));
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return taken;
}

}  // namespace folio::http
