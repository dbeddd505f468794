#include "routing/pattern.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "routing/matcher.hpp"

namespace folio::routing {
namespace {

// What may stand in a path segment as it is: RFC 3986 §3.3 pchar, and UTF-8 for the reader's sake. Not `:` and `*`,
// which the notation of patterns uses itself.
std::string escape_literal(std::string_view text) {
  constexpr std::string_view kPlain = "-._~!&()+,;=@'$";
  std::string result;
  for (const char c : text) {
    const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool plain = alphanumeric || kPlain.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 128;
    if (plain) {
      result += c;
    } else {
      result += base::percent_encode(std::string_view(&c, 1));
    }
  }
  return result;
}

// -1: the first is more specific, 1: the second, 0: neither.
int compare_segments(const Segment& first, const Segment& second) {
  if (first.kind != second.kind) return first.kind < second.kind ? -1 : 1;
  if (first.kind != SegmentKind::Mixed) return 0;
  if (first.text.size() != second.text.size()) return first.text.size() > second.text.size() ? -1 : 1;
  if (first.suffix.size() != second.suffix.size()) return first.suffix.size() > second.suffix.size() ? -1 : 1;
  if (first.matcher.empty() != second.matcher.empty()) return first.matcher.empty() ? 1 : -1;
  return 0;
}

bool same_shape(const Segment& a, const Segment& b) {
  return a.kind == b.kind && a.text == b.text && a.suffix == b.suffix && a.matcher == b.matcher;
}

// Whether `text`, a literal, can be what `segment` matches.
bool may_match(const Segment& segment, std::string_view text) {
  if (segment.kind == SegmentKind::Literal) return segment.text == text;
  if (text == "." || text == "..") return false;
  if (text.size() <= segment.text.size() + segment.suffix.size()) return false;
  if (!text.starts_with(segment.text) || !text.ends_with(segment.suffix)) return false;
  text.remove_prefix(segment.text.size());
  text.remove_suffix(segment.suffix.size());
  const MatcherFunction matcher = built_in_matcher(segment.matcher);
  return matcher == nullptr || matcher(text);
}

bool segments_may_overlap(const Segment& a, const Segment& b) {
  if (a.kind == SegmentKind::Literal) return may_match(b, a.text);
  if (b.kind == SegmentKind::Literal) return may_match(a, b.text);
  const bool prefixes = a.text.starts_with(b.text) || b.text.starts_with(a.text);
  const bool suffixes = a.suffix.ends_with(b.suffix) || b.suffix.ends_with(a.suffix);
  if (!prefixes || !suffixes) return false;
  if (a.text != b.text || a.suffix != b.suffix || a.matcher.empty() || b.matcher.empty()) return true;
  return may_overlap(a.matcher, b.matcher);
}

}  // namespace

std::vector<Pattern> expand(const Pattern& pattern) {
  std::vector<Pattern> expanded{Pattern{}};
  for (const Segment& segment : pattern.segments) {
    const std::size_t count = expanded.size();
    for (std::size_t i = 0; i < count; ++i) {
      if (segment.optional) expanded.push_back(expanded[i]);
      expanded[i].segments.push_back(segment);
      expanded[i].segments.back().optional = false;
    }
  }
  std::vector<Pattern> by_length;
  for (std::size_t length = 0; by_length.size() < expanded.size(); ++length) {
    for (const Pattern& one : expanded) {
      if (one.segments.size() == length) by_length.push_back(one);
    }
  }
  return by_length;
}

std::string to_string(const Pattern& pattern) {
  std::string path;
  for (const Segment& segment : pattern.segments) {
    path += '/';
    path += escape_literal(segment.text);
    if (segment.is_catch_all()) {
      path += '*' + segment.name + (segment.kind == SegmentKind::OptionalCatchAll ? "?" : "");
    } else if (segment.has_parameter()) {
      path += ':' + segment.name + (segment.optional ? "?" : "");
    }
    path += escape_literal(segment.suffix);
  }
  return path.empty() ? "/" : path;
}

std::string to_string(const Segment& segment) {
  if (segment.kind == SegmentKind::Literal) return segment.text;
  if (segment.kind == SegmentKind::CatchAll) return "[..." + segment.name + "]";
  if (segment.kind == SegmentKind::OptionalCatchAll) return "[[..." + segment.name + "]]";
  const std::string inner = segment.name + (segment.matcher.empty() ? "" : "=" + segment.matcher);
  return segment.text + (segment.optional ? "[[" + inner + "]]" : "[" + inner + "]") + segment.suffix;
}

std::string shape_of(const Pattern& pattern) {
  std::string shape;
  for (const Segment& segment : pattern.segments) {
    shape += static_cast<char>('0' + static_cast<int>(segment.kind));
    for (const std::string* part : {&segment.text, &segment.suffix, &segment.matcher}) {
      shape += *part;
      shape += '\0';
    }
  }
  return shape;
}

Comparison compare(const Pattern& first, const Pattern& second) {
  const std::size_t common = std::min(first.segments.size(), second.segments.size());
  for (std::size_t at = 0; at < common; ++at) {
    const int order = compare_segments(first.segments[at], second.segments[at]);
    if (order != 0) return {order < 0 ? Precedence::First : Precedence::Second, at};
    if (!same_shape(first.segments[at], second.segments[at])) return {Precedence::Tie, at};
  }
  // One path satisfies both, so what the longer one has left is an empty catch-all, and the end of the path beats it.
  if (first.segments.size() == second.segments.size()) return {Precedence::Tie, common};
  return {first.segments.size() < second.segments.size() ? Precedence::First : Precedence::Second, common};
}

bool may_overlap(const Pattern& first, const Pattern& second) {
  const auto& a = first.segments;
  const auto& b = second.segments;
  for (std::size_t at = 0;; ++at) {
    if (at == a.size() && at == b.size()) return true;
    if (at == a.size()) return b[at].kind == SegmentKind::OptionalCatchAll;
    if (at == b.size()) return a[at].kind == SegmentKind::OptionalCatchAll;
    if (a[at].is_catch_all() || b[at].is_catch_all()) return true;
    if (!segments_may_overlap(a[at], b[at])) return false;
  }
}

}  // namespace folio::routing
