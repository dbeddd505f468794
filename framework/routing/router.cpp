#include "routing/router.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <deque>
#include <map>
#include <utility>

#include "base/percent.hpp"
#include "routing/path_hash.hpp"

namespace folio::routing {

// An edge leads from a node to the next by one segment.
struct Router::Edge {
  std::string_view text;    // a literal, or what stands before the parameter
  std::string_view suffix;  // what stands behind it
  MatcherFunction matcher = nullptr;
  std::uint32_t hash = 0;  // of a literal
  std::uint32_t node = kNone;
};

struct Router::Node {
  std::uint32_t literals = 0, literal_count = 0;  // in Parts::edges
  std::uint32_t table = 0, table_mask = 0;        // in Parts::tables when there are many literals; mask 0 when not
  std::uint32_t others = 0, other_count = 0;      // mixed and matched, most specific first
  std::uint32_t parameter = kNone;                // node
  std::uint32_t end = kNone;                      // answers
  std::uint32_t catch_all = kNone;
  std::uint32_t optional_catch_all = kNone;
  std::uint32_t scope = kNone;  // of the folder that lies here by literals alone
  bool only_literals = true;    // nothing to come back for once a literal has matched
};

// What stands at the end of a pattern.
struct Router::Answer {
  std::uint32_t file = kNone;
  std::uint32_t scope = 0;
  std::uint32_t names = 0;  // in Parts::names
  std::uint32_t name_count = 0;
};

struct Router::Parts {
  struct StaticPath {
    std::string_view path;
    std::uint32_t answer = kNone;
    std::uint32_t hash = 0;
  };

  std::vector<StaticPath> static_paths;  // open addressing, at most half full; empty slots have no answer
  std::vector<Node> nodes;               // nodes[0] is the root
  std::vector<Edge> edges;
  std::vector<std::uint32_t> tables;  // edges by hash, open addressing
  std::vector<Answer> answers;
  std::vector<std::string_view> names;
  std::vector<Scope> scopes;
  std::deque<std::string> texts;  // what the views above look at
};

namespace {

// Up to this many literals are compared one by one.
constexpr std::size_t kFewLiterals = 4;

bool is_dots(const char* from, const char* to) {
  return *from == '.' && (to - from == 1 || (to - from == 2 && from[1] == '.'));
}

template <char Separator>
const char* segment_end(const char* from, const char* end) {
  while (from != end && *from != Separator) ++from;
  return from;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

// The trie while it grows; then laid out flat.
class Router::Builder {
 public:
  Builder(const RouteMap& map, std::span<const NamedMatcher> matchers) : map_(map), matchers_(matchers) {}

  std::unique_ptr<const Parts> build() && {
    parts_->scopes = map_.scopes;
    for (const Route& route : map_.routes) add(route);
    for (const LiteralFolder& folder : map_.folders) add(folder);
    parts_->nodes.resize(1);
    lay_out(root_, 0);
    fill_static();
    return std::move(parts_);
  }

 private:
  struct Draft {
    std::map<std::string, Draft> literals;
    std::vector<std::pair<Segment, std::unique_ptr<Draft>>> others;
    std::unique_ptr<Draft> parameter;
    std::uint32_t end = kNone, catch_all = kNone, optional_catch_all = kNone, scope = kNone;
  };

  std::string_view keep(std::string text) { return parts_->texts.emplace_back(std::move(text)); }

  static Draft& other(Draft& draft, const Segment& segment) {
    for (auto& [known, child] : draft.others) {
      const bool equal = known.kind == segment.kind && known.text == segment.text && known.suffix == segment.suffix &&
                         known.matcher == segment.matcher;
      if (equal) return *child;
    }
    return *draft.others.emplace_back(segment, std::make_unique<Draft>()).second;
  }

  void add(const Route& route) {
    const auto answer = static_cast<std::uint32_t>(parts_->answers.size());
    Answer& made = parts_->answers.emplace_back(Answer{route.file, route.scope, 0, 0});
    made.names = static_cast<std::uint32_t>(parts_->names.size());
    Draft* draft = &root_;
    std::string path;
    bool is_static = true;
    for (const Segment& segment : route.pattern.segments) {
      if (segment.has_parameter()) {
        parts_->names.push_back(keep(segment.name));
        ++made.name_count;
        is_static = false;
      }
      switch (segment.kind) {
        case SegmentKind::Literal:
          draft = &draft->literals[segment.text];
          path += '/' + segment.text;
          // What only an encoded path can spell never meets the table.
          is_static = is_static && segment.text.find_first_of("/%") == std::string::npos;
          break;
        case SegmentKind::Mixed:
        case SegmentKind::Matched:
          draft = &other(*draft, segment);
          break;
        case SegmentKind::Parameter:
          if (!draft->parameter) draft->parameter = std::make_unique<Draft>();
          draft = draft->parameter.get();
          break;
        case SegmentKind::CatchAll:
          draft->catch_all = answer;
          return;
        case SegmentKind::OptionalCatchAll:
          draft->optional_catch_all = answer;
          return;
      }
    }
    draft->end = answer;
    if (is_static) static_.emplace_back(keep(path.empty() ? "/" : path), answer);
  }

  void add(const LiteralFolder& folder) {
    Draft* draft = &root_;
    for (const std::string& segment : folder.path) draft = &draft->literals[segment];
    draft->scope = folder.scope;
  }

  [[nodiscard]] MatcherFunction function_of(const std::string& name) const {
    if (name.empty()) return nullptr;
    for (const NamedMatcher& matcher : matchers_) {
      if (matcher.name == name && matcher.function != nullptr) return matcher.function;
    }
    const MatcherFunction built_in = built_in_matcher(name);
    assert(built_in != nullptr && "the app's matchers are all given");
    return built_in != nullptr ? built_in : [](std::string_view) { return false; };
  }

  // Children are given their nodes before any of them is laid out, so that neighbours lie side by side.
  void lay_out(Draft& draft, std::uint32_t at) {
    Node node;
    node.end = draft.end;
    node.catch_all = draft.catch_all;
    node.optional_catch_all = draft.optional_catch_all;
    node.scope = draft.scope;
    node.only_literals =
        draft.others.empty() && !draft.parameter && draft.catch_all == kNone && draft.optional_catch_all == kNone;
    std::vector<std::pair<Draft*, std::uint32_t>> children;
    const auto child_node = [&](Draft& child) {
      const auto made = static_cast<std::uint32_t>(parts_->nodes.size());
      parts_->nodes.emplace_back();
      children.emplace_back(&child, made);
      return made;
    };
    node.literals = static_cast<std::uint32_t>(parts_->edges.size());
    node.literal_count = static_cast<std::uint32_t>(draft.literals.size());
    for (auto& [text, child] : draft.literals) {
      const std::string_view kept = keep(text);
      parts_->edges.push_back({kept, {}, nullptr, hash_of(kept).value, child_node(child)});
    }
    if (node.literal_count > kFewLiterals) tabulate(node);
    std::ranges::sort(draft.others, [](const auto& a, const auto& b) {
      const Precedence winner = compare(Pattern{{a.first}}, Pattern{{b.first}}).winner;
      return winner == Precedence::Tie ? to_string(a.first) < to_string(b.first) : winner == Precedence::First;
    });
    node.others = static_cast<std::uint32_t>(parts_->edges.size());
    node.other_count = static_cast<std::uint32_t>(draft.others.size());
    for (auto& [segment, child] : draft.others) {
      parts_->edges.push_back(
          {keep(segment.text), keep(segment.suffix), function_of(segment.matcher), 0, child_node(*child)});
    }
    if (draft.parameter) node.parameter = child_node(*draft.parameter);
    parts_->nodes[at] = node;
    for (auto& [child, child_at] : children) lay_out(*child, child_at);
  }

  void tabulate(Node& node) {
    const std::size_t size = std::bit_ceil(std::size_t{node.literal_count} * 2);
    node.table = static_cast<std::uint32_t>(parts_->tables.size());
    node.table_mask = static_cast<std::uint32_t>(size - 1);
    parts_->tables.resize(parts_->tables.size() + size, kNone);
    for (std::uint32_t edge = node.literals; edge < node.literals + node.literal_count; ++edge) {
      std::uint32_t slot = parts_->edges[edge].hash & node.table_mask;
      while (parts_->tables[node.table + slot] != kNone) slot = (slot + 1) & node.table_mask;
      parts_->tables[node.table + slot] = edge;
    }
  }

  void fill_static() {
    parts_->static_paths.resize(std::bit_ceil(std::max<std::size_t>(static_.size() * 2, 2)));
    const auto mask = static_cast<std::uint32_t>(parts_->static_paths.size() - 1);
    for (const auto& [path, answer] : static_) {
      const std::uint32_t hash = hash_of(path).value;
      std::uint32_t slot = hash & mask;
      while (parts_->static_paths[slot].answer != kNone) slot = (slot + 1) & mask;
      parts_->static_paths[slot] = {path, answer, hash};
    }
  }

  const RouteMap& map_;
  std::span<const NamedMatcher> matchers_;
  std::unique_ptr<Parts> parts_ = std::make_unique<Parts>();
  Draft root_;
  std::vector<std::pair<std::string_view, std::uint32_t>> static_;
};

Router::Router(const RouteMap& map, std::span<const NamedMatcher> matchers) : parts_(Builder(map, matchers).build()) {}
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
      if (same(edge->text, segment)) return edge->node;
    }
    return kNone;
  }
  const std::uint32_t hash = hash_of(segment).value;
  for (std::uint32_t slot = hash & node.table_mask;; slot = (slot + 1) & node.table_mask) {
    const std::uint32_t at = parts_->tables[node.table + slot];
    if (at == kNone) return kNone;
    const Edge& edge = parts_->edges[at];
    if (edge.hash == hash && same(edge.text, segment)) return edge.node;
  }
}

bool Router::found(std::uint32_t answer, unsigned count, MatchResult& out) const {
  const Answer& made = parts_->answers[answer];
  assert(count == made.name_count);
  out.file = made.file;
  out.scope = &parts_->scopes[made.scope];
  Capture* slots = out.slots();
  for (unsigned i = 0; i < count; ++i) slots[i].name = parts_->names[made.names + i];
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
    if (known.hash == hash.value && same(known.path, path)) {
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
