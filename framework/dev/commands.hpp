// What the subcommands of `folio` do. Each gives the exit code: 0 done, 1 the work failed, 2 wrong use; what went wrong
// is printed by then, on standard error.
#pragma once

#include <string>
#include <vector>

#include "dev/app_folder.hpp"
#include "dev/supervisor.hpp"
#include "dev/toolchain.hpp"

namespace folio::dev {

// "error: what, where, how to mend it" on standard error; gives `code`.
int complain(const std::string& error, int code);

[[nodiscard]] int serve_app(const Toolchain& tools, const AppFolder& app, const DevOptions& options);

// One optimised, stripped binary of the app. `root` is the folder of Folio's sources, of which the release preset is
// built when it is missing or stale, with the compiler cache of `tools`; `file` may be empty.
[[nodiscard]] int build_app(const std::string& root, const Toolchain& tools, const AppFolder& app, std::string file);

// A folder to start from. Refuses one that exists.
[[nodiscard]] int new_app(const std::string& folder);

// Runs what is in the app's tests/: the .cpp as one program with the routes and GoogleTest; then the scripts, against
// the app on a free port, with FOLIO_URL set.
[[nodiscard]] int test_app(const Toolchain& tools, const AppFolder& app);

}  // namespace folio::dev
