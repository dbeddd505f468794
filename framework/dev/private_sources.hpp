// The sources of an app that answer no path, for code that its routes share: every `.cpp` below the routes folder that
// is private by its name (routing::Role::Private), and every one below src/ beside it.
#pragma once

#include <string>
#include <vector>

#include "dev/app_folder.hpp"

namespace folio::dev {

// Absolute, sorted. What is not watched (is_watched_folder), and files whose names begin with a dot, are left out.
[[nodiscard]] std::vector<std::string> find_private_sources(const AppFolder& app);

}  // namespace folio::dev
