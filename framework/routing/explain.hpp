// Why a path is answered as it is: which route wins, and for each other one that comes near, what stands against it.
// For people at a terminal: slow and wordy where the router is fast and mute, and reached by another way, pattern by
// pattern; tests hold the two against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/router.hpp"

namespace folio::routing {

struct Rejected {
  std::size_t route = 0;  // index into RouteMap::routes
  std::string reason;
};

struct Explanation {
  MatchStatus status = MatchStatus::Miss;
  std::size_t route = SIZE_MAX;                               // of a Match or a Redirect
  std::vector<std::pair<std::string, std::string>> captures;  // of the same
  std::vector<std::string> conditions;                        // what had to be assumed: "`lang` accepts "de""
  std::size_t folder = 0;                                     // of a Miss: index into RouteMap::folders
  std::string fault;                                          // of a BadPath: what is wrong with it
  std::vector<Rejected> others;                               // those that match first, then by how far they go
};

// An app's own matchers may be left out: they are then assumed to accept, and the explanation says so.
[[nodiscard]] Explanation explain(const RouteMap& map, std::string_view raw_path,
                                  std::span<const NamedMatcher> matchers = {});

}  // namespace folio::routing
