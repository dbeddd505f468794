#include "http/conditional.hpp"

#include <algorithm>
#include <cstddef>

#include "base/ascii.hpp"
#include "base/http_date.hpp"

namespace folio::http {
namespace {

// RFC 9110 §8.8.3: "etagc = %x21 / %x23-7E / obs-text": a comma may be in it, and nothing is escaped.
constexpr base::ByteSet tag_bytes = base::ByteSet("!").add_range(0x23, 0x7e).add_range(0x80, 0xff);

// Takes an entity-tag from the front of `rest`; nothing, and `rest` stays, when there is none.
std::optional<EntityTag> take_entity_tag(std::string_view& rest) {
  EntityTag tag;
  std::string_view text = rest;
  if (text.starts_with("W/")) {  // "case-sensitive"
    tag.weak = true;
    text.remove_prefix(2);
  }
  if (!text.starts_with('"')) return std::nullopt;
  std::size_t end = 1;
  while (end < text.size() && tag_bytes.contains(text[end])) ++end;
  if (end == text.size() || text[end] != '"') return std::nullopt;
  tag.opaque = text.substr(0, end + 1);
  rest = text.substr(end + 1);
  return tag;
}

// Whether `match` holds for a member of the list.
template <typename Match>
bool any_tag(std::string_view list, Match match) {
  while (!list.empty()) {
    list = base::trim_ows(list);
    const auto tag = take_entity_tag(list);
    list = base::trim_ows(list);
    const bool whole_member = list.empty() || list.front() == ',';
    if (tag && whole_member && match(*tag)) return true;
    list.remove_prefix(std::min(list.find(','), list.size()));
    if (!list.empty()) list.remove_prefix(1);
  }
  return false;
}

bool is_any(std::string_view field) {
  return base::trim_ows(field) == "*";
}

// §13.1.1: "An origin server MUST use the strong comparison function when comparing entity tags for If-Match".
bool if_match_holds(std::string_view field, const Validators& current) {
  if (is_any(field)) return true;
  return current.tag && any_tag(field, [&](const EntityTag& tag) { return matches_strongly(tag, *current.tag); });
}

// §13.1.2: "A recipient MUST use the weak comparison function when comparing entity tags for If-None-Match".
bool if_none_match_holds(std::string_view field, const Validators& current) {
  if (is_any(field)) return false;
  return !current.tag || !any_tag(field, [&](const EntityTag& tag) { return matches_weakly(tag, *current.tag); });
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) {
  const auto tag = take_entity_tag(text);
  return text.empty() ? tag : std::nullopt;
}

bool matches_strongly(const EntityTag& a, const EntityTag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool matches_weakly(const EntityTag& a, const EntityTag& b) {
  return a.opaque == b.opaque;
}

Verdict evaluate(const Preconditions& conditions, const Validators& current, Method method, std::int64_t now) {
  const bool reads = method == Method::Get || method == Method::Head;
  // "1. When recipient is the origin server and If-Match is present, evaluate the If-Match precondition"
  if (conditions.if_match) {
    if (!if_match_holds(*conditions.if_match, current)) return Verdict::PreconditionFailed;
  } else if (conditions.if_unmodified_since && current.modified) {
    // "2. When recipient is the origin server, If-Match is not present, and If-Unmodified-Since is present"
    const auto since = base::parse_http_date(*conditions.if_unmodified_since, now);
    if (since && *current.modified > *since) return Verdict::PreconditionFailed;
  }
  // "3. When If-None-Match is present [...] if false for GET/HEAD, respond 304 (Not Modified); if false for other
  // methods, respond 412 (Precondition Failed)"
  if (conditions.if_none_match) {
    if (if_none_match_holds(*conditions.if_none_match, current)) return Verdict::Perform;
    return reads ? Verdict::NotModified : Verdict::PreconditionFailed;
  }
  // "4. When the method is GET or HEAD, If-None-Match is not present, and If-Modified-Since is present"
  if (reads && conditions.if_modified_since && current.modified) {
    const auto since = base::parse_http_date(*conditions.if_modified_since, now);
    if (since && *current.modified <= *since) return Verdict::NotModified;
  }
  return Verdict::Perform;
}

bool range_applies(const Preconditions& conditions, const Validators& current, std::int64_t now) {
  if (!conditions.if_range) return true;
  const std::string_view field = base::trim_ows(*conditions.if_range);
  if (const auto tag = parse_entity_tag(field)) return current.tag && matches_strongly(*tag, *current.tag);
  // "If the HTTP-date validator provided exactly matches the Last-Modified field value for the selected representation,
  // the condition is true." A date of the second that has not ended yet is no strong validator (§8.8.2.2).
  const auto date = base::parse_http_date(field, now);
  return date && current.modified && *date == *current.modified && *date < now;
}

}  // namespace folio::http
