#include "http/accept.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/ascii.hpp"

namespace folio::http {
namespace {

constexpr int most = 1000;

// Takes what stands before the first `separator` outside of quoted strings from the front of `rest`, trimmed.
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

// RFC 9110 §12.4.2: "qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )"
std::optional<int> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * most;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int unit = most / 10;
  for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (!base::is_digit(text[i])) return std::nullopt;
    weight += (text[i] - '0') * unit;
  }
  if (weight > most) return std::nullopt;
  return weight;
}

struct Range {
  int specificity;  // 0: does not cover the type; 1: */*, 2: type/*, 3: type/subtype
  int weight;
};

// RFC 9110 §12.5.1: "Media ranges can be overridden by more specific media ranges". A range with parameters of its own
// (`text/html;level=1`) covers only types with the same ones, and ours have none.
Range read_range(std::string_view member, std::string_view type) {
  constexpr Range none{0, 0};
  const std::string_view range = take_until(member, ';');
  int weight = most;
  bool has_parameters = false;
  while (!member.empty()) {
    const std::string_view parameter = take_until(member, ';');
    if (parameter.size() >= 2 && base::to_lower(parameter[0]) == 'q' && parameter[1] == '=') {
      const std::optional<int> parsed = parse_weight(parameter.substr(2));
      if (!parsed) return none;
      weight = *parsed;
      break;  // what follows the weight is an extension of old, and no parameter of the type
    }
    // `charset` says nothing about whether the client can read the type; some clients add it.
    if (!parameter.empty() && !base::istarts_with(parameter, "charset=")) has_parameters = true;
  }
  if (has_parameters) return none;
  if (base::iequals(range, type)) return {3, weight};
  if (range == "*/*") return {1, weight};
  const std::string_view major = type.substr(0, type.find('/') + 1);
  if (range.size() == major.size() + 1 && range.ends_with('*') && base::istarts_with(range, major)) return {2, weight};
  return none;
}

}  // namespace

int media_quality(std::string_view accept, std::string_view type) {
  if (base::trim_ows(accept).empty()) return most;
  Range best{0, 0};
  while (!accept.empty()) {
    const Range range = read_range(take_until(accept, ','), type);
    // Of two that are equally specific, the one that the client likes better.
    if (range.specificity > best.specificity) {
      best = range;
    } else if (range.specificity == best.specificity) {
      best.weight = std::max(best.weight, range.weight);
    }
  }
  return best.specificity == 0 ? 0 : best.weight;
}

MediaPreference prefer_html_or_json(std::string_view accept, MediaPreference fallback) {
  const int html = std::max(media_quality(accept, "text/html"), media_quality(accept, "application/xhtml+xml"));
  const int json =
      std::max(media_quality(accept, "application/json"), media_quality(accept, "application/problem+json"));
  if (html == json) return fallback;
  return html > json ? MediaPreference::Html : MediaPreference::Json;
}

}  // namespace folio::http
