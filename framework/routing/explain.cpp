#include "routing/explain.hpp"

#include <algorithm>
#include <optional>

#include "base/percent.hpp"

namespace folio::routing {
namespace {

std::string quote(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}
std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}
std::string nth(std::size_t segment) {
  return "segment " + std::to_string(segment + 1);
}

bool equal_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// How one pattern takes to the path.
struct Attempt {
  bool matches = false;
  std::size_t reached = 0;  // how many segments of the path it agreed with
  bool near = false;        // it failed by little: a matcher, or upper and lower case
  std::string reason;
  std::vector<std::pair<std::string, std::string>> captures;
  std::vector<std::string> conditions;
};

class Explainer {
 public:
  Explainer(const RouteMap& map, std::span<const NamedMatcher> matchers) : map_(map), matchers_(matchers) {}

  Explanation run(std::string_view path) {
    Explanation explanation;
    if (!split(path, explanation)) return explanation;
    const bool slash = segments_.size() > 1 && segments_.back().empty();
    if (slash) segments_.pop_back();
    const bool root = segments_.size() == 1 && segments_.front().empty();
    if (root) segments_.clear();
    std::vector<Attempt> attempts;
    for (const Route& route : map_.routes) attempts.push_back(attempt(route.pattern));
    for (std::size_t at = 0; at < attempts.size(); ++at) {
      if (!attempts[at].matches) continue;
      if (explanation.route == SIZE_MAX ||
          compare(map_.routes[at].pattern, map_.routes[explanation.route].pattern).winner == Precedence::First) {
        explanation.route = at;
      }
    }
    if (explanation.route != SIZE_MAX) {
      explanation.status = slash ? MatchStatus::Redirect : MatchStatus::Match;
      explanation.captures = attempts[explanation.route].captures;
      explanation.conditions = attempts[explanation.route].conditions;
    }
    explanation.folder = folder();
    reject(attempts, explanation);
    return explanation;
  }

 private:
  bool split(std::string_view path, Explanation& explanation) {
    if (!path.starts_with('/')) return explanation.status = MatchStatus::Miss, true;
    for (std::size_t at = 1; at <= path.size();) {
      const std::size_t end = std::min(path.find('/', at), path.size());
      const std::string_view raw = path.substr(at, end - at);
      const auto decoded = base::percent_decode(raw);
      if (!decoded || decoded->find('\0') != std::string::npos) {
        explanation.status = MatchStatus::BadPath;
        explanation.fault = nth(segments_.size()) + ", " + quote(raw) +
                            (decoded ? ", holds a NUL" : ", holds a malformed escape: `%` and two hexadecimal digits");
        return false;
      }
      segments_.push_back(*decoded);
      at = end + 1;
    }
    return true;
  }

  // Accepts, refuses, or cannot be known here.
  [[nodiscard]] std::optional<bool> accepts(const std::string& matcher, std::string_view value) const {
    if (matcher.empty()) return true;
    if (const MatcherFunction built_in = built_in_matcher(matcher)) return built_in(value);
    for (const NamedMatcher& own : matchers_) {
      if (own.name == matcher && own.function != nullptr) return own.function(value);
    }
    return std::nullopt;
  }

  [[nodiscard]] Attempt attempt(const Pattern& pattern) const {
    Attempt result;
    for (const Segment& segment : pattern.segments) {
      if (segment.is_catch_all()) return rest(segment, std::move(result));
      if (result.reached == segments_.size()) {
        result.reason = "the path ends before " + code(to_string(segment));
        return result;
      }
      if (!one(segment, segments_[result.reached], result)) return result;
      ++result.reached;
    }
    if (result.reached < segments_.size()) {
      result.reason = "the path goes on behind " + nth(result.reached - 1);
      if (result.reached == 0) result.reason = "it is the path `/` alone";
      return result;
    }
    result.matches = true;
    return result;
  }

  bool one(const Segment& segment, const std::string& value, Attempt& result) const {
    const std::string at = nth(result.reached);
    if (segment.kind == SegmentKind::Literal) {
      if (segment.text == value) return true;
      result.near = equal_but_for_case(segment.text, value);
      result.reason = at + " is " + quote(value) + ", not " + quote(segment.text);
      if (result.near) result.reason += ": upper and lower case differ";
      return false;
    }
    if (value.empty() || value == "." || value == "..") {
      result.reason = at + " is " + quote(value) + ", which no parameter takes";
      return false;
    }
    const std::size_t around = segment.text.size() + segment.suffix.size();
    if (value.size() <= around || !value.starts_with(segment.text) || !value.ends_with(segment.suffix)) {
      result.reason = at + ", " + quote(value) + ", does not fit " + code(to_string(segment));
      return false;
    }
    const std::string inner = value.substr(segment.text.size(), value.size() - around);
    const std::optional<bool> accepted = accepts(segment.matcher, inner);
    if (accepted == false) {
      result.near = true;
      result.reason = "the matcher " + code(segment.matcher) + " refuses " + quote(inner) + " at " + at;
      return false;
    }
    if (!accepted) result.conditions.push_back(code(segment.matcher) + " accepts " + quote(inner));
    result.captures.emplace_back(segment.name, inner);
    return true;
  }

  [[nodiscard]] Attempt rest(const Segment& segment, Attempt result) const {
    std::string value;
    for (std::size_t at = result.reached; at < segments_.size(); ++at) {
      if (segments_[at].empty() || segments_[at] == "." || segments_[at] == "..") {
        result.reason = nth(at) + " is " + quote(segments_[at]) + ", which no parameter takes";
        return result;
      }
      value += (at == result.reached ? "" : "/") + segments_[at];
    }
    if (value.empty() && segment.kind == SegmentKind::CatchAll) {
      result.reason = code(to_string(segment)) + " takes one segment or more, and the path ends before it";
      return result;
    }
    result.captures.emplace_back(segment.name, value);
    result.matches = true;
    return result;
  }

  [[nodiscard]] std::size_t folder() const {
    std::size_t best = 0;
    for (std::size_t at = 0; at < map_.folders.size(); ++at) {
      const auto& path = map_.folders[at].path;
      const bool prefix = path.size() <= segments_.size() && std::equal(path.begin(), path.end(), segments_.begin());
      if (prefix && path.size() >= map_.folders[best].path.size()) best = at;
    }
    return best;
  }

  void reject(const std::vector<Attempt>& attempts, Explanation& explanation) const {
    std::vector<std::size_t> order;
    for (std::size_t at = 0; at < attempts.size(); ++at) {
      const Attempt& one = attempts[at];
      if (at != explanation.route && (one.matches || one.reached > 0 || one.near)) order.push_back(at);
    }
    const auto before = [&](std::size_t a, std::size_t b) {
      if (attempts[a].matches != attempts[b].matches) return attempts[a].matches;
      if (attempts[a].matches) {
        const Precedence winner = compare(map_.routes[a].pattern, map_.routes[b].pattern).winner;
        if (winner != Precedence::Tie) return winner == Precedence::First;
      }
      if (attempts[a].reached != attempts[b].reached) return attempts[a].reached > attempts[b].reached;
      return a < b;
    };
    std::ranges::sort(order, before);
    for (const std::size_t at : order) {
      explanation.others.push_back({at, attempts[at].matches
                                            ? beaten(map_.routes[at].pattern, map_.routes[explanation.route].pattern)
                                            : attempts[at].reason});
    }
  }

  static std::string beaten(const Pattern& loser, const Pattern& winner) {
    const Comparison comparison = compare(winner, loser);
    const std::size_t at = comparison.segment;
    if (at >= winner.segments.size() || at >= loser.segments.size()) {
      return "less specific: the end of the path comes before an empty " + code(to_string(loser.segments.back()));
    }
    return "less specific at " + nth(at) + ": " + code(to_string(winner.segments[at])) + " comes before " +
           code(to_string(loser.segments[at]));
  }

  const RouteMap& map_;
  std::span<const NamedMatcher> matchers_;
  std::vector<std::string> segments_;
};

}  // namespace

Explanation explain(const RouteMap& map, std::string_view raw_path, std::span<const NamedMatcher> matchers) {
  return Explainer(map, matchers).run(raw_path);
}

}  // namespace folio::routing
