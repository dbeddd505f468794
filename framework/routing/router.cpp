#include "routing/router.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/percent.hpp"
#include "base/same_bytes.hpp"
#include "routing/path_hash.hpp"
#include "routing/router_parts.hpp"

namespace folio::routing {

namespace {

bool is_dots(const char* from, const char* to) {
  return *from == '.' && (to - from == 1 || (to - from == 2 && from[1] == '.'));
}

template <char Separator>
const char* segment_end(const char* from, const char* end) {
  if constexpr (std::endian::native == std::endian::little) {
    constexpr std::uint64_t kEach = 0x0101010101010101u;
    while (end - from >= 8) {
      const std::uint64_t word = detail::load(from, 8) ^ (kEach * static_cast<unsigned char>(Separator));
      const std::uint64_t zeros = detail::zero_bytes(word);
      if (zeros != 0) return from + (std::countr_zero(zeros) >> 3);  // the lowest mark is exact, those above may not be
      from += 8;
    }
  }
  while (from != end && *from != Separator) ++from;
  return from;
}

}  // namespace

Router::Router(const RouteMap& map, std::span<const NamedMatcher> matchers) : parts_(lay_out(map, matchers)) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

const Scope& Router::root_scope() const {
  return parts_->scopes.front();
}

std::uint32_t Router::literal_child(const Node& node, std::string_view segment) const {
  if (node.table_mask == 0) {
    const Edge* edge = parts_->edges.data() + node.literals;
    for (const Edge* end = edge + node.literal_count; edge != end; ++edge) {
      if (base::same_bytes(edge->text, segment)) return edge->node;
    }
    return kNone;
  }
  const std::uint32_t hash = hash_of(segment).value;
  for (std::uint32_t slot = hash & node.table_mask;; slot = (slot + 1) & node.table_mask) {
    const std::uint32_t at = parts_->tables[node.table + slot];
    if (at == kNone) return kNone;
    const Edge& edge = parts_->edges[at];
    if (edge.hash == hash && base::same_bytes(edge.text, segment)) return edge.node;
  }
}

bool Router::found(std::uint32_t answer, unsigned count, MatchResult& out) const {
  const Answer& made = parts_->answers[answer];
  assert(count == made.name_count);
  out.file = made.file;
  out.scope = &parts_->scopes[made.scope];
  for (unsigned i = 0; i < count; ++i) out.slots()[i].name = parts_->names[made.names + i];
  out.count_ = count;
  return true;
}

// `from` stands at the separator before the rest, or at `end` when there is no rest.
template <char Separator>
bool Router::take_rest(const Node& node, const char* from, const char* end, unsigned count, MatchResult& out) const {
  const std::uint32_t answer = node.catch_all != kNone ? node.catch_all : node.optional_catch_all;
  if (answer == kNone) return false;
  for (const char* at = from; at != end;) {
    const char* const to = segment_end<Separator>(at + 1, end);
    if (to == at + 1 || is_dots(at + 1, to)) return false;
    at = to;
  }
  out.slots()[count].value = std::string_view(from + 1, end);
  return found(answer, count + 1, out);
}

// Comes down from node `at` with what follows `from`, which stands at a separator or at `end`.
template <char Separator>
bool Router::walk(std::uint32_t at, const char* from, const char* end, unsigned count, MatchResult& out) const {
  for (;;) {
    const Node& node = parts_->nodes[at];
    if (from == end) {
      if (node.end != kNone) return found(node.end, count, out);
      if (node.optional_catch_all == kNone) return false;
      out.slots()[count].value = std::string_view(end, 0);
      return found(node.optional_catch_all, count + 1, out);
    }
    const char* const begin = from + 1;
    const char* const to = segment_end<Separator>(begin, end);
    if (begin == to) return false;
    const std::string_view segment(begin, to);
    if (node.literal_count != 0) {
      const std::uint32_t child = literal_child(node, segment);
      if (child != kNone) {
        if (node.only_literals) {
          at = child;
          from = to;
          continue;
        }
        if (walk<Separator>(child, to, end, count, out)) return true;
      }
    }
    if (node.only_literals || is_dots(begin, to)) return false;
    const Edge* edge = parts_->edges.data() + node.others;
    for (const Edge* last = edge + node.other_count; edge != last; ++edge) {
      if (segment.size() <= edge->text.size() + edge->suffix.size()) continue;
      if (!segment.starts_with(edge->text) || !segment.ends_with(edge->suffix)) continue;
      const std::string_view value(begin + edge->text.size(), to - edge->suffix.size());
      if (edge->matcher != nullptr && !edge->matcher(value)) continue;
      out.slots()[count].value = value;
      if (walk<Separator>(edge->node, to, end, count + 1, out)) return true;
    }
    if (node.parameter == kNone) return take_rest<Separator>(node, from, end, count, out);
    out.slots()[count].value = segment;
    const bool last_hope = node.catch_all == kNone && node.optional_catch_all == kNone;
    if (!last_hope) {
      if (walk<Separator>(node.parameter, to, end, count + 1, out)) return true;
      return take_rest<Separator>(node, from, end, count, out);
    }
    at = node.parameter;
    from = to;
    ++count;
  }
}

// The folder with the longest literal prefix of the path.
template <char Separator>
void Router::miss(const char* from, const char* end, MatchResult& out) const {
  out.status = MatchStatus::Miss;
  out.file = kNone;
  out.count_ = 0;
  std::uint32_t at = 0;
  std::uint32_t scope = parts_->nodes[0].scope;
  while (from != end) {
    const char* const to = segment_end<Separator>(from + 1, end);
    at = literal_child(parts_->nodes[at], std::string_view(from + 1, to));
    if (at == kNone) break;
    if (parts_->nodes[at].scope != kNone) scope = parts_->nodes[at].scope;
    from = to;
  }
  out.scope = &parts_->scopes[scope];
}

bool Router::match_decoded(std::string_view path, MatchResult& out) const {
  // Segments are decoded into the scratch one by one, with a NUL before each: none holds one after the check.
  char* const begin = out.scratch(path.size());
  char* end = begin;
  for (const char *from = path.data(), *const last = path.data() + path.size(); from != last;) {
    const char* const to = segment_end<'/'>(from + 1, last);
    *end++ = '\0';
    const auto size = base::percent_decode_to(std::string_view(from + 1, to), end);
    if (!size || std::memchr(end, '\0', *size) != nullptr) {
      out.status = MatchStatus::BadPath;
      out.file = kNone;
      out.scope = &parts_->scopes.front();
      out.count_ = 0;
      return false;
    }
    end += *size;
    from = to;
  }
  char* const whole_end = end;
  const bool slash = end - begin > 1 && end[-1] == '\0';
  if (slash) --end;
  const bool root = end - begin == 1 && *begin == '\0';
  if (!walk<'\0'>(0, root ? end : begin, end, 0, out)) {
    miss<'\0'>(begin, whole_end, out);
    return false;
  }
  // The segments of a catch-all are joined again by what separates them.
  if (out.count_ != 0) {
    const std::string_view last = out.slots()[out.count_ - 1].value;
    char* const value = begin + (last.data() - begin);
    std::replace(value, value + last.size(), '\0', '/');
  }
  out.status = slash ? MatchStatus::Redirect : MatchStatus::Match;
  return !slash;
}

bool Router::match(std::string_view path, MatchResult& out) const {
  if (path.empty() || path.front() != '/') {
    miss<'/'>(nullptr, nullptr, out);
    return false;
  }
  const PathHash hash = hash_of(path);
  if (hash.special) return match_decoded(path, out);
  const auto mask = static_cast<std::uint32_t>(parts_->static_paths.size() - 1);
  for (std::uint32_t slot = hash.value & mask;; slot = (slot + 1) & mask) {
    const Parts::StaticPath& known = parts_->static_paths[slot];
    if (known.answer == kNone) break;
    if (known.hash == hash.value && base::same_bytes(known.path, path)) {
      out.status = MatchStatus::Match;
      return found(known.answer, 0, out);
    }
  }
  return match_bare(path, out);
}

// A path without escapes: every view looks straight into it.
bool Router::match_bare(std::string_view path, MatchResult& out) const {
  const char* const begin = path.data();
  const char* end = begin + path.size();
  const bool slash = path.size() > 1 && path.back() == '/';
  if (slash) --end;
  const bool root = end - begin == 1;
  if (!walk<'/'>(0, root ? end : begin, end, 0, out)) {
    miss<'/'>(begin, begin + path.size(), out);
    return false;
  }
  out.status = slash ? MatchStatus::Redirect : MatchStatus::Match;
  return !slash;
}

}  // namespace folio::routing
