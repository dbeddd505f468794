#include "http/accept.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "http/weight.hpp"

namespace folio::http {
namespace {

struct Range {
  int specificity;  // 0: does not cover the type; 1: */*, 2: type/*, 3: type/subtype
  int weight;
};

// RFC 9110 §12.5.1: "Media ranges can be overridden by more specific media ranges". A range with parameters of its own
// (`text/html;level=1`) covers only types with the same ones, and ours have none.
Range read_range(std::string_view member, std::string_view type) {
  constexpr Range none{0, 0};
  const std::string_view range = take_until(member, ';');
  int weight = full_weight;
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
  if (base::trim_ows(accept).empty()) return full_weight;
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
