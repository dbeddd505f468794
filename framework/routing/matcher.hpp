// Matchers: what may stand behind the `=` of `[id=uint]`. Five are built in; an app adds its own as
// `_matchers/<name>.cpp` with `bool match(std::string_view segment)`.
// A matcher sees the decoded text of its parameter, which is never empty. All functions here are pure.
#pragma once

#include <array>
#include <string_view>

namespace folio::routing {

using MatcherFunction = bool (*)(std::string_view segment);

struct NamedMatcher {
  std::string_view name;
  MatcherFunction function = nullptr;
};

[[nodiscard]] bool match_int(std::string_view segment);   // -?[0-9]+ that fits into 64 bits, no leading `+`
[[nodiscard]] bool match_uint(std::string_view segment);  // [0-9]+ that fits into 64 bits
[[nodiscard]] bool match_uuid(std::string_view segment);  // RFC 9562 §4: 8-4-4-4-12 hexadecimal digits, either case
[[nodiscard]] bool match_hex(std::string_view segment);   // [0-9A-Fa-f]+
[[nodiscard]] bool match_slug(std::string_view segment);  // [a-z0-9]+(-[a-z0-9]+)*

inline constexpr std::array kBuiltInMatchers{NamedMatcher{"int", match_int}, NamedMatcher{"uint", match_uint},
                                             NamedMatcher{"uuid", match_uuid}, NamedMatcher{"hex", match_hex},
                                             NamedMatcher{"slug", match_slug}};

// The built-in of that name, or null.
[[nodiscard]] MatcherFunction built_in_matcher(std::string_view name);

// Whether some text satisfies both. An app's own matcher is code: it may overlap with anything but itself.
[[nodiscard]] bool may_overlap(std::string_view a, std::string_view b);

}  // namespace folio::routing
