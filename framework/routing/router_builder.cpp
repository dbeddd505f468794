// Lays the trie out: first as a tree that grows, then flat.
#include <algorithm>
#include <bit>
#include <cassert>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "routing/path_hash.hpp"
#include "routing/router_parts.hpp"

namespace folio::routing {

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

std::unique_ptr<const Router::Parts> Router::lay_out(const RouteMap& map, std::span<const NamedMatcher> matchers) {
  return Builder(map, matchers).build();
}

}  // namespace folio::routing
