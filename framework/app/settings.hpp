// Every setting of a server by its name: what --print-config prints, and what an app's folio.toml may set.
#pragma once

#include <string>
#include <string_view>

#include "app/config.hpp"

namespace folio::app {

// All settings as TOML, which read_settings reads back to the same.
[[nodiscard]] std::string print_settings(const Config& config);

// Puts what `text`, a TOML document, says in the place of what `config` holds. Numbers of bytes may be written with a unit,
// as in max_body = "16 MiB". False at the first fault, which `fault` then names with its line, and how to mend it;
// `config` is as it was. `name`: of the file, for `fault`. The section [build] is passed over: it is for the tool.
[[nodiscard]] bool read_settings(std::string_view text, std::string_view name, Config& config, std::string& fault);

// The same from a file. One that is not there says nothing.
[[nodiscard]] bool read_settings_file(const std::string& path, Config& config, std::string& fault);

}  // namespace folio::app
