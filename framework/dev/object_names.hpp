// A linker speaks of objects, people know the files that they are made of.
#pragma once

#include <vector>

#include "dev/builder.hpp"
#include "dev/diagnostic.hpp"

namespace folio::dev {

// Puts the user's file in the place of each object that a linker's error names, and where the error has no place of its
// own, the first of them; the others are those that it is as much about.
void name_sources(std::vector<Diagnostic>& diagnostics, const Generated& generated);

}  // namespace folio::dev
