// Conditional requests: entity-tags, and whether what a client asks for is still, or again, what it means.
// RFC 9110 §8.8, §13. Pure. Several fields of one name are one list with commas between them.
#pragma once

#include <cstdint>
#include <folio/method.hpp>
#include <optional>
#include <string_view>

namespace folio::http {

// RFC 9110 §8.8.3: "entity-tag = [ weak ] opaque-tag".
struct EntityTag {
  std::string_view opaque;  // with its quotation marks
  bool weak = false;
};

// The whole of `text` as one entity-tag.
[[nodiscard]] std::optional<EntityTag> parse_entity_tag(std::string_view text);

// RFC 9110 §8.8.3.2. Strong: "equivalent if both are not weak and their opaque-tags match character-by-character";
// weak: whether "either or both" are weak does not matter.
[[nodiscard]] bool matches_strongly(const EntityTag& a, const EntityTag& b);
[[nodiscard]] bool matches_weakly(const EntityTag& a, const EntityTag& b);

// What the fields of a request demand; nothing for a field that it does not have.
struct Preconditions {
  std::optional<std::string_view> if_match;
  std::optional<std::string_view> if_none_match;
  std::optional<std::string_view> if_modified_since;
  std::optional<std::string_view> if_unmodified_since;
  std::optional<std::string_view> if_range;
};

// The representation that would be sent.
struct Validators {
  std::optional<EntityTag> tag;
  std::optional<std::int64_t> modified;  // Last-Modified, in seconds since 1970
};

enum class Verdict : std::uint8_t {
  Perform,             // the request as if it had no conditions
  NotModified,         // 304
  PreconditionFailed,  // 412
};

// The conditions in the order of §13.2.2. Dates that are malformed are ignored, and so are members of lists that are no
// entity-tags. `now`, in seconds, is for dates whose year has two digits. REQUIRES: there is a representation, and
// without its conditions the request would succeed (§13.2.1).
[[nodiscard]] Verdict evaluate(const Preconditions& conditions, const Validators& current, Method method,
                               std::int64_t now);

// §13.1.5: whether the request's Range applies. True without the field.
[[nodiscard]] bool range_applies(const Preconditions& conditions, const Validators& current, std::int64_t now);

}  // namespace folio::http
