// An app's tests in C++.
#pragma once

#include <filesystem>
#include <vector>

#include "dev/app_folder.hpp"
#include "dev/toolchain.hpp"

namespace folio::dev {

// Builds `sources` with the app's routes and GoogleTest, and runs the program. Gives the exit code, as commands do.
[[nodiscard]] int run_unit_tests(const Toolchain& tools, const AppFolder& app,
                                 const std::vector<std::filesystem::path>& sources);

}  // namespace folio::dev
