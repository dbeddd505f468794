// The router: from a request's path to the file that answers it. Built once from the map, then never changed: any
// number of threads may call match() at the same time.
//
// A path without parameters is found by one hash of the whole. All others walk a trie of segments, most specific first,
// and backtrack fully. The work is bounded: a walk visits each node of the trie at most once.
//
// The raw path is split on '/' first, then each segment is percent-decoded once; so `%2F` is a character of a segment
// and never a separator, and literals compare decoded. A segment that decodes to `.` or `..` is no parameter's value
// and takes part in no catch-all: no handler ever sees a path that climbs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/moved_view.hpp"
#include "routing/matcher.hpp"
#include "routing/route_map.hpp"

namespace folio::routing {

enum class MatchStatus : std::uint8_t {
  Match,     // `file` answers
  Redirect,  // `file` answers the path without its trailing slash
  Miss,      // no file answers; `scope` is that of the folder with the longest literal prefix
  BadPath,   // a malformed escape or a NUL: 400; `scope` is that of the routes folder
};

struct Capture {
  std::string_view name;   // lives as long as the router
  std::string_view value;  // decoded; lives as long as the path that was matched and the result
};

// The answer to one path. Meant to be reused from request to request: it keeps its room for decoded text.
// Movable, so long as the path it was matched against stays where it is; not copyable.
class MatchResult {
 public:
  MatchResult() = default;
  MatchResult(MatchResult&& other) noexcept { *this = std::move(other); }
  MatchResult& operator=(MatchResult&& other) noexcept {
    status = other.status;
    file = other.file;
    scope = other.scope;
    count_ = std::exchange(other.count_, 0);
    captures_ = std::move(other.captures_);
    scratch_ = std::move(other.scratch_);
    scratch_size_ = std::exchange(other.scratch_size_, 0);
    return *this;
  }

  MatchStatus status = MatchStatus::Miss;
  std::uint32_t file = kNone;    // index of the file in the set that the map was built from
  const Scope* scope = nullptr;  // never null after match(); lives as long as the router

  [[nodiscard]] std::span<const Capture> captures() const { return {captures_.get(), count_}; }

  [[nodiscard]] std::optional<std::string_view> capture(std::string_view name) const {
    for (const Capture& one : captures()) {
      if (one.name == name) return one.value;
    }
    return std::nullopt;
  }

  // The text of the path was copied: what looked into it looks into the copy from now on.
  void move_text(std::string_view text, const char* copy) noexcept {
    for (Capture& one : std::span(captures_.get(), count_)) one.value = base::moved_view(one.value, text, copy);
  }

  // Gives back what is not needed, for a result that stays as it is for long. It is not matched into again.
  void shrink() {
    if (captures_ == nullptr) return;
    auto exact = std::make_unique_for_overwrite<Capture[]>(count_);
    std::copy_n(captures_.get(), count_, exact.get());
    captures_ = std::move(exact);
  }

 private:
  friend class Router;

  [[nodiscard]] Capture* slots() {
    if (captures_ == nullptr) [[unlikely]]
      captures_ = std::make_unique_for_overwrite<Capture[]>(kMaxParameters);
    return captures_.get();
  }
  [[nodiscard]] char* scratch(std::size_t size) {
    if (scratch_size_ < size) {
      scratch_ = std::make_unique_for_overwrite<char[]>(size);
      scratch_size_ = size;
    }
    return scratch_.get();
  }

  std::uint32_t count_ = 0;
  std::unique_ptr<Capture[]> captures_;  // room for kMaxParameters; null before the first path with parameters
  std::unique_ptr<char[]> scratch_;  // decoded text, for a path with escapes in it
  std::size_t scratch_size_ = 0;
};

class Router {
 public:
  // REQUIRES: map.problems is empty, and `matchers` holds every matcher of the app that the map's patterns name.
  // Copies what it needs of both.
  explicit Router(const RouteMap& map, std::span<const NamedMatcher> matchers = {});
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  // `raw_path` is the request target's path as it came, still encoded, without `?query`. True when status is Match.
  // Fills all of `out`. A path that does not begin with '/' is a Miss.
  bool match(std::string_view raw_path, MatchResult& out) const;

  // The scope of the routes folder itself: for what goes wrong before there is a path.
  [[nodiscard]] const Scope& root_scope() const;

 private:
  struct Node;
  struct Edge;
  struct Parts;
  struct Answer;
  class Builder;

  static std::unique_ptr<const Parts> lay_out(const RouteMap& map, std::span<const NamedMatcher> matchers);
  [[gnu::noinline]] bool match_bare(std::string_view path, MatchResult& out) const;
  [[gnu::noinline]] bool match_decoded(std::string_view path, MatchResult& out) const;
  template <char Separator>
  bool walk(std::uint32_t at, const char* from, const char* end, unsigned count, MatchResult& out) const;
  template <char Separator>
  bool take_rest(const Node& node, const char* from, const char* end, unsigned count, MatchResult& out) const;
  template <char Separator>
  void miss(const char* from, const char* end, MatchResult& out) const;
  bool found(std::uint32_t answer, unsigned count, MatchResult& out) const;
  [[nodiscard]] std::uint32_t literal_child(const Node& node, std::string_view segment) const;

  std::unique_ptr<const Parts> parts_;
};

}  // namespace folio::routing
