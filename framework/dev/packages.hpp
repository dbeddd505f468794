// The libraries of the system that an app is built with, as pkg-config knows them. Their names are in the app's
// folio.toml (dev/build_settings).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dev/app_folder.hpp"
#include "dev/diagnostic.hpp"

namespace folio::dev {

struct Packages {
  std::vector<std::string> cxxflags;
  std::vector<std::string> libraries;  // flags for the linker, after the objects
  std::string versions;                // of all of them: when one is another, everything is compiled anew
  std::vector<std::string> files;      // where pkg-config looks for them, absolute, whether there or not
};

// Asks pkg-config about the app's packages. What is wrong with their list, and which of them are not there, is added to
// `errors`.
[[nodiscard]] Packages find_packages(const AppFolder& app, std::vector<Diagnostic>& errors);

// The arguments in pkg-config's output, which is written for a shell: without the quotes and backslashes.
[[nodiscard]] std::vector<std::string> split_flags(std::string_view output);

}  // namespace folio::dev
