// What an app's folio.toml says of how the app is built: its section [build]. All else in the file is the server's
// (app/settings). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dev/diagnostic.hpp"

namespace folio::dev {

// A library of the system, by the name that pkg-config has for it.
struct WantedPackage {
  std::string name;
  std::string condition;  // on its version, ">= 3.40", or empty
  Place place;

  // As pkg-config takes it.
  [[nodiscard]] std::string text() const { return condition.empty() ? name : name + " " + condition; }
};

struct BuildSettings {
  std::vector<WantedPackage> packages;
};

// Reads `text`, a TOML document, called `file` in the diagnostics. What is wrong with its section [build] is added to
// `errors`.
[[nodiscard]] BuildSettings read_build_settings(std::string_view text, const std::string& file,
                                                std::vector<Diagnostic>& errors);

}  // namespace folio::dev
