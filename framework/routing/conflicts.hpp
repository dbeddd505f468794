// What is wrong between files: two of them at one path (R001, R002, R003, R009, R013). Used by build() alone.
#pragma once

#include <span>
#include <vector>

#include "routing/route_map.hpp"

namespace folio::routing {

// Appends to map.problems. `files` is what the map was built from.
void find_conflicts(std::span<const SourceFile> files, RouteMap& map);

}  // namespace folio::routing
